// The elementary steps that every part of the network is made of, one op each.
import { ABSENT, Dtype, encodeMatmul, encodeMatmulResidual } from "../../shared/gen/protocol.as";
import { encodeResidualAdd, encodeRmsNorm, encodeSilu } from "../../shared/gen/protocol.as";
import { encodeGelu, encodeLayerScaleAdd, encodeMul } from "../../shared/gen/protocol.as";
import { FusionLevel, encodeSiluMul } from "../../shared/gen/protocol.as";
import { acquire, release } from "../plan/buffers";
import { emit, here } from "../plan/writer";
import { act } from "./places";
import { StackRun } from "./stack";
import { matrix, tensor } from "./weights";

/** x · wᵀ with the scope's tensor `suffix`, no bias. */
export function project(x: u32, rows: u32, inputs: u32, outputs: u32, suffix: string): u32 {
  const y = acquire(<u64>rows * outputs, act());
  const w = matrix(suffix, outputs, inputs);
  emit(encodeMatmul(here(), x, w, ABSENT, y, rows, inputs, outputs, inputs, 0));
  return y;
}

/** x · wᵀ + b with the scope's tensors `weight` and `bias`. */
export function projectBiased(x: u32, rows: u32, inputs: u32, outputs: u32): u32 {
  const y = acquire(<u64>rows * outputs, act());
  const w = matrix("weight", outputs, inputs);
  const bias = tensor("bias", outputs, 1);
  emit(encodeMatmul(here(), x, w, bias, y, rows, inputs, outputs, inputs, 0));
  return y;
}

/** Sizes of a product: x is (rows, inputs), y is (rows, outputs). */
export class ProductSize {
  rows: u32 = 0;
  inputs: u32 = 0;
  outputs: u32 = 0;
}

const sizeInUse: ProductSize = new ProductSize();

/** The sizes as one argument, good until the next call. */
export function sized(rows: u32, inputs: u32, outputs: u32): ProductSize {
  sizeInUse.rows = rows;
  sizeInUse.inputs = inputs;
  sizeInUse.outputs = outputs;
  return sizeInUse;
}

/** The last `inputs` of each `stride` of x, times wᵀ; f32 whatever x is, for picking is exact. */
export function projectLogits(x: u32, w: u32, size: ProductSize, stride: u32): u32 {
  const rows = size.rows;
  const inputs = size.inputs;
  const outputs = size.outputs;
  const y = acquire(<u64>rows * outputs, Dtype.F32);
  emit(encodeMatmul(here(), x, w, ABSENT, y, rows, inputs, outputs, stride, stride - inputs));
  return y;
}

/** y += x · wᵀ (+ b): one op at level `full`, else two. Releases x. */
export function projectOnto(
  y: u32,
  x: u32,
  w: u32,
  bias: u32,
  size: ProductSize,
  level: u32,
): void {
  const rows = size.rows;
  const outputs = size.outputs;
  const inputs = size.inputs;
  if (level == FusionLevel.Full) {
    emit(encodeMatmulResidual(here(), x, w, bias, y, rows, inputs, outputs, inputs, 0));
    release(x);
    return;
  }
  const product = acquire(<u64>rows * outputs, act());
  emit(encodeMatmul(here(), x, w, bias, product, rows, inputs, outputs, inputs, 0));
  release(x);
  addOnto(y, product, rows, outputs);
}

/** x += d. Releases d. */
export function addOnto(x: u32, d: u32, rows: u32, width: u32): void {
  emit(encodeResidualAdd(here(), d, x, rows, width));
  release(d);
}

/** x += scale · d with the scope's tensor `suffix`. Releases d. */
export function addScaled(x: u32, d: u32, suffix: string, rows: u32, width: u32): void {
  emit(encodeLayerScaleAdd(here(), d, tensor(suffix, width, 1), x, rows, width));
  release(d);
}

/** rms_norm(x) in a buffer of its own, with the scope's tensor `suffix`. */
export function norm(run: StackRun, x: u32, suffix: string): u32 {
  const width = run.shape.width;
  const y = run.temporary(width);
  emit(encodeRmsNorm(here(), x, tensor(suffix, width, 1), y, run.rows, width, run.shape.rmsEps));
  return y;
}

/** silu(gate) · up in gate's place. Releases up. */
export function gateOnto(gate: u32, up: u32, rows: u32, width: u32, level: u32): void {
  if (level >= <u32>FusionLevel.Swiglu) {
    emit(encodeSiluMul(here(), gate, up, gate, rows, width));
  } else {
    emit(encodeSilu(here(), gate, gate, rows, width));
    emit(encodeMul(here(), gate, up, gate, rows, width));
  }
  release(up);
}

export function siluInPlace(x: u32, rows: u32, width: u32): void {
  emit(encodeSilu(here(), x, x, rows, width));
}

export function geluInPlace(x: u32, rows: u32, width: u32): void {
  emit(encodeGelu(here(), x, x, rows, width));
}
