// The Qwen3 layer of talker and predictor, at every fusion level, and the stack of such layers.
import { ABSENT, Dtype, FusionLevel, ProbeKind, WeightKind } from "../../shared/gen/protocol.as";
import { encodeAddRmsNorm, encodeNormMatmul } from "../../shared/gen/protocol.as";
import { encodeNormSwigluMatmul } from "../../shared/gen/protocol.as";
import { encodeMatmul, encodeRmsNorm } from "../../shared/gen/protocol.as";
import { StackConfig } from "../config";
import { release } from "../plan/buffers";
import { beginLayers, emit, endLayers, here, probe } from "../plan/writer";
import { appendJointly, attend, attendJointly } from "./attention";
import { act } from "./places";
import { StackRun } from "./stack";
import { addOnto, gateOnto, norm, project, projectOnto, sized } from "./steps";
import { beginWeight, endMatrix, matrix, part, scope, tensor } from "./weights";

/** All layers and the final norm. Returns the normalised rows; releases x. */
export function runStack(run: StackRun, x: u32): u32 {
  beginLayers();
  let delta: u32 = ABSENT;
  for (let layer: u32 = 0; layer < run.shape.layers; layer++) {
    if (run.isFull && !run.isPrompt) {
      fusedLayer(run, layer, x);
    } else {
      delta = steppedLayer(run, layer, x, delta);
    }
    if (delta == ABSENT) probeLayer(run, layer, x);
  }
  scope(run.names);
  const h = normAfter(run, x, delta, "norm.weight");
  if (delta != ABSENT) probeLayer(run, run.shape.layers - 1, x);
  release(x);
  endLayers();
  return h;
}

/**
 * One op a step; at level `full`, which a prompt has here, q, k and v are joint, in f32 gate and up
 * as well. `delta` is what the layer before still has to add to x, or ABSENT: from level `norm` on
 * an addition waits for the norm that follows it. Returns this layer's own such rest.
 */
function steppedLayer(run: StackRun, layer: u32, x: u32, delta: u32): u32 {
  run.enterLayer(layer);
  const n = normAfter(run, x, delta, "input_layernorm.weight");
  if (delta != ABSENT) probeLayer(run, layer - 1, x);
  const attended = selfAttention(run, layer, n);
  const attentionDelta = settle(run, x, attended);
  if (takesGateAndUpInTurn(run)) {
    addOnto(x, attentionDelta, run.rows, run.shape.width);
    return projectDown(run, normedSwiglu(run, x));
  }
  const m = normAfter(run, x, attentionDelta, "post_attention_layernorm.weight");
  return settle(run, x, feedForward(run, m));
}

/** Five ops: products take the norm before them and the addition after them along. */
function fusedLayer(run: StackRun, layer: u32, x: u32): void {
  run.enterLayer(layer);
  const shape = run.shape;
  const qkv = normedQkv(run, x);
  const attended = attendJointly(run, layer, qkv);
  const o = matrix("self_attn.o_proj.weight", shape.width, shape.qWidth);
  const outputSize = sized(run.rows, shape.qWidth, shape.width);
  projectOnto(x, attended, o, ABSENT, outputSize, run.level);
  const gated = normedSwiglu(run, x);
  const down = matrix("mlp.down_proj.weight", shape.width, shape.feedForward);
  const downSize = sized(run.rows, shape.feedForward, shape.width);
  projectOnto(x, gated, down, ABSENT, downSize, run.level);
}

/** x += delta where there is one, then its norm. Releases delta. */
function normAfter(run: StackRun, x: u32, delta: u32, suffix: string): u32 {
  if (delta == ABSENT) return norm(run, x, suffix);
  const width = run.shape.width;
  const y = run.temporary(width);
  const gain = tensor(suffix, width, 1);
  emit(encodeAddRmsNorm(here(), delta, gain, x, y, run.rows, width, run.shape.rmsEps));
  release(delta);
  return y;
}

/** Adds d to x now, or returns it for the norm that follows. */
function settle(run: StackRun, x: u32, d: u32): u32 {
  if (run.level >= <u32>FusionLevel.Norm) return d;
  addOnto(x, d, run.rows, run.shape.width);
  return ABSENT;
}

/** From normalised rows to the projected attention. Releases n. */
function selfAttention(run: StackRun, layer: u32, n: u32): u32 {
  if (run.isFull) return jointAttention(run, layer, n);
  const shape = run.shape;
  const q = project(n, run.rows, shape.width, shape.qWidth, "self_attn.q_proj.weight");
  const k = project(n, run.rows, shape.width, shape.kvWidth, "self_attn.k_proj.weight");
  const v = project(n, run.rows, shape.width, shape.kvWidth, "self_attn.v_proj.weight");
  release(n);
  normHeads(run, q, shape.heads, "self_attn.q_norm.weight");
  normHeads(run, k, shape.kvHeads, "self_attn.k_norm.weight");
  const y = attend(run, layer, q, k, v);
  const o = project(y, run.rows, shape.qWidth, shape.width, "self_attn.o_proj.weight");
  release(y);
  return o;
}

/** The same with q, k and v as one product: of a prompt, whose products stay plain. */
function jointAttention(run: StackRun, layer: u32, n: u32): u32 {
  const shape = run.shape;
  const qkv = run.temporary(shape.qkvWidth);
  const w = qkvWeight(shape);
  const rows = run.rows;
  emit(encodeMatmul(here(), n, w, ABSENT, qkv, rows, shape.width, shape.qkvWidth, shape.width, 0));
  release(n);
  const y = appendJointly(run, layer, qkv);
  const o = project(y, rows, shape.qWidth, shape.width, "self_attn.o_proj.weight");
  release(y);
  return o;
}

function normHeads(run: StackRun, x: u32, heads: u32, suffix: string): void {
  const width = run.shape.headDim;
  const gain = tensor(suffix, width, 1);
  emit(encodeRmsNorm(here(), x, gain, x, run.rows * heads, width, run.shape.rmsEps));
}

/** From normalised rows to the projected MLP. Releases n. */
export function feedForward(run: StackRun, n: u32): u32 {
  const shape = run.shape;
  const gate = project(n, run.rows, shape.width, shape.feedForward, "mlp.gate_proj.weight");
  const up = project(n, run.rows, shape.width, shape.feedForward, "mlp.up_proj.weight");
  release(n);
  gateOnto(gate, up, run.rows, shape.feedForward, run.level);
  return projectDown(run, gate);
}

/** Releases gated. */
function projectDown(run: StackRun, gated: u32): u32 {
  const shape = run.shape;
  const d = project(gated, run.rows, shape.feedForward, shape.width, "mlp.down_proj.weight");
  release(gated);
  return d;
}

/**
 * Whether a prompt reads gate and up as decoding does, so that they lie in memory once. In bf16,
 * which is a GPU's, they stay two products of its library: there, what takes both at once is made
 * for the few rows of a step.
 */
function takesGateAndUpInTurn(run: StackRun): bool {
  return run.isFull && act() == Dtype.F32;
}

function normedQkv(run: StackRun, x: u32): u32 {
  const shape = run.shape;
  const gain = tensor("input_layernorm.weight", shape.width, 1);
  const w = qkvWeight(shape);
  const y = run.temporary(shape.qkvWidth);
  emit(
    encodeNormMatmul(here(), x, gain, w, y, run.rows, shape.width, shape.qkvWidth, shape.rmsEps),
  );
  return y;
}

function qkvWeight(shape: StackConfig): u32 {
  beginWeight(WeightKind.ConcatRows, shape.qkvWidth, shape.width, 0);
  part("self_attn.q_proj.weight");
  part("self_attn.k_proj.weight");
  part("self_attn.v_proj.weight");
  return endMatrix();
}

function normedSwiglu(run: StackRun, x: u32): u32 {
  const shape = run.shape;
  const width = shape.feedForward;
  const gain = tensor("post_attention_layernorm.weight", shape.width, 1);
  beginWeight(WeightKind.InterleaveRows, 2 * width, shape.width, 0);
  part("mlp.gate_proj.weight");
  part("mlp.up_proj.weight");
  const w = endMatrix();
  const y = run.temporary(width);
  emit(encodeNormSwigluMatmul(here(), x, gain, w, y, run.rows, shape.width, width, shape.rmsEps));
  return y;
}

function probeLayer(run: StackRun, layer: u32, x: u32): void {
  if (run.hasProbes) probe(ProbeKind.LayerOutput, layer, x);
}
