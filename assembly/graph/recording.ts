// What the two encoders are made of: convolutions over a whole recording, and where its program's
// input and result lie. Activations are (time, channel), f32.
import { ABSENT, Activation, BufferEntry, Dtype, Padding } from "../../shared/gen/protocol.as";
import { BUFFER_ENTRY_BYTES, WeightKind, encodeActivation } from "../../shared/gen/protocol.as";
import { encodeConv1d } from "../../shared/gen/protocol.as";
import { BUFFERS_AT } from "../arenas";
import { acquire } from "../plan/buffers";
import { emit, here } from "../plan/writer";
import { beginWeight, endWeight, part, tensor } from "./weights";

/** Where in the arena the result of the encoder built last lies, in units. */
export let resultAt: u32 = 0;
export let resultBytes: u32 = 0;

/** The PCM samples: the first temporary of a program, so that they lie at the arena's start. */
export function recordingInput(samples: u32): u32 {
  return acquire(samples, Dtype.F32);
}

/** What the program leaves; nothing may be acquired after its release. */
export function recordingResult(handle: u32): void {
  const entry = BUFFERS_AT + <usize>handle * BUFFER_ENTRY_BYTES;
  resultAt = BufferEntry.offset(entry);
  resultBytes = 4 * BufferEntry.elements(entry);
}

/** A convolution to be emitted: everything but its operands. */
export class Convolution {
  tokens: u32 = 0;
  inputs: u32 = 0;
  steps: u32 = 0;
  outputs: u32 = 0;
  taps: u32 = 1;
  stride: u32 = 1;
  dilation: u32 = 1;
  padLeft: u32 = 0;
  padding: Padding = Padding.Zeros;
  before: Activation = Activation.None;
  after: Activation = Activation.None;

  /** As many steps as time steps, one input each. */
  begin(tokens: u32, inputs: u32, outputs: u32, taps: u32): void {
    this.tokens = tokens;
    this.inputs = inputs;
    this.steps = tokens;
    this.outputs = outputs;
    this.taps = taps;
    this.stride = 1;
    this.dilation = 1;
    this.padLeft = 0;
    this.padding = Padding.Zeros;
    this.before = Activation.None;
    this.after = Activation.None;
  }

  /** With the scope's tensors `weight` and, where `hasBias` says so, `bias`. Keeps x. */
  emit(x: u32, hasBias: bool): u32 {
    beginWeight(WeightKind.ConvTaps, this.outputs, this.taps * this.inputs, 0);
    part("weight");
    const w = endWeight(Dtype.Stored);
    return this.emitWith(x, w, hasBias ? tensor("bias", this.outputs, 1) : ABSENT);
  }

  /** The same onto y. Keeps x. */
  emitOnto(x: u32, y: u32): void {
    beginWeight(WeightKind.ConvTaps, this.outputs, this.taps * this.inputs, 0);
    part("weight");
    const w = endWeight(Dtype.Stored);
    this.emitTo(x, w, tensor("bias", this.outputs, 1), y, 1);
  }

  emitWith(x: u32, w: u32, bias: u32): u32 {
    const y = acquire(<u64>this.steps * this.outputs, Dtype.F32);
    this.emitTo(x, w, bias, y, 0);
    return y;
  }

  private emitTo(x: u32, w: u32, bias: u32, y: u32, adds: u32): void {
    emit(
      encodeConv1d(
        here(),
        x,
        w,
        bias,
        y,
        this.tokens,
        this.inputs,
        this.steps,
        this.outputs,
        this.taps,
        this.stride,
        this.dilation,
        this.padLeft,
        this.padding,
        this.before,
        this.after,
        adds,
      ),
    );
  }
}

export const convolution: Convolution = new Convolution();

export function activateInPlace(x: u32, rows: u32, width: u32, f: Activation): void {
  emit(encodeActivation(here(), x, x, rows, width, f));
}
