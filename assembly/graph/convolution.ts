// The codec decoder's own steps over time: convolutions with carried history, Snake, layer norm.
// Weights are the scope's `weight` and `bias`, or `alpha` and `beta`.
import { ABSENT, Dtype, WeightKind, encodeCausalConv1d } from "../../shared/gen/protocol.as";
import { encodeDepthwiseConv1d, encodeLayerNorm, encodeSnake } from "../../shared/gen/protocol.as";
import { encodeTransposedConv1d } from "../../shared/gen/protocol.as";
import { acquire, release } from "../plan/buffers";
import { emit, here } from "../plan/writer";
import { act, nextHistory } from "./places";
import { project } from "./steps";
import { beginWeight, endWeight, part, tensor } from "./weights";

/** Where the vocode program under construction stands in time. */
export class CodecRun {
  level: u32 = 0;
  lanes: u32 = 0;
  /** Time steps of a lane so far. */
  tokens: u32 = 0;
  /** Time steps of a frame so far. */
  rate: u32 = 0;
  valid: u32 = ABSENT;

  begin(level: u32, lanes: u32, frames: u32, valid: u32): void {
    this.level = level;
    this.lanes = lanes;
    this.tokens = frames;
    this.rate = 1;
    this.valid = valid;
  }

  get rows(): u32 {
    return this.lanes * this.tokens;
  }

  temporary(width: u32): u32 {
    return acquire(<u64>this.rows * width, act());
  }

  /** x · wᵀ without bias. Releases x. */
  project(x: u32, inputs: u32, outputs: u32): u32 {
    const y = project(x, this.rows, inputs, outputs, "weight");
    release(x);
    return y;
  }
}

/** A causal convolution with bias. Releases x. */
export function convolve(
  run: CodecRun,
  x: u32,
  inputs: u32,
  outputs: u32,
  taps: u32,
  dilation: u32,
): u32 {
  const historyTokens = (taps - 1) * dilation;
  const y = run.temporary(outputs);
  beginWeight(WeightKind.ConvTaps, outputs, taps * inputs, 0);
  part("weight");
  const w = endWeight(Dtype.Stored);
  emit(
    encodeCausalConv1d(
      here(),
      x,
      w,
      tensor("bias", outputs, 1),
      run.valid,
      nextHistory(historyTokens, inputs),
      y,
      run.lanes,
      run.tokens,
      inputs,
      outputs,
      taps,
      dilation,
      historyTokens,
      run.rate,
    ),
  );
  release(x);
  return y;
}

/** A causal convolution of each channel by itself. Keeps x. */
export function convolveDepthwise(run: CodecRun, x: u32, width: u32, taps: u32): u32 {
  const y = run.temporary(width);
  emit(
    encodeDepthwiseConv1d(
      here(),
      x,
      tensor("weight", width, taps),
      tensor("bias", width, 1),
      run.valid,
      nextHistory(taps - 1, width),
      y,
      run.lanes,
      run.tokens,
      width,
      taps,
      taps - 1,
      run.rate,
    ),
  );
  return y;
}

/** `stride` time steps out of each; with two spans an output sees the step before too. Frees x. */
export function upsample(
  run: CodecRun,
  x: u32,
  inputs: u32,
  outputs: u32,
  stride: u32,
  spans: u32,
): u32 {
  const y = acquire(<u64>run.rows * stride * outputs, act());
  beginWeight(WeightKind.TransposedTaps, stride * outputs, spans * inputs, <f32>stride);
  part("weight");
  const w = endWeight(Dtype.Stored);
  emit(
    encodeTransposedConv1d(
      here(),
      x,
      w,
      tensor("bias", outputs, 1),
      run.valid,
      spans > 1 ? nextHistory(spans - 1, inputs) : ABSENT,
      y,
      run.lanes,
      run.tokens,
      inputs,
      outputs,
      stride,
      spans,
      run.rate,
    ),
  );
  release(x);
  run.tokens *= stride;
  run.rate *= stride;
  return y;
}

/** y = x + sin²(x · frequency) · magnitude; the checkpoint has both as logarithms. */
export function snake(run: CodecRun, x: u32, y: u32, width: u32): void {
  beginWeight(WeightKind.Exp, width, 1, 0);
  part("alpha");
  const frequency = endWeight(Dtype.F32);
  beginWeight(WeightKind.ExpInverse, width, 1, 0);
  part("beta");
  const magnitude = endWeight(Dtype.F32);
  emit(encodeSnake(here(), x, frequency, magnitude, y, run.rows, width));
}

/** Normalises every row in place. */
export function layerNorm(x: u32, rows: u32, width: u32, eps: f32): void {
  const gain = tensor("weight", width, 1);
  emit(encodeLayerNorm(here(), x, gain, tensor("bias", width, 1), x, rows, width, eps));
}
