// Rotation, cache and attention of one layer.
import { FusionLevel, encodeAttention, encodeAttentionScores } from "../../shared/gen/protocol.as";
import { Dtype, encodeAttentionSoftmax, encodeAttentionValues } from "../../shared/gen/protocol.as";
import { encodeKvAppend, encodeRopeCosine, encodeRopeQk } from "../../shared/gen/protocol.as";
import { encodeRopeRotateAdd } from "../../shared/gen/protocol.as";
import { acquire, release } from "../plan/buffers";
import { emit, here } from "../plan/writer";
import { encodeQkNormRopeAppend, encodeQkvAttention } from "../../shared/gen/protocol.as";
import { keyCache, valueCache } from "./places";
import { StackRun } from "./stack";
import { tensor } from "./weights";

/** The attention's output, before its projection. Releases q, k and v. */
export function attend(run: StackRun, layer: u32, q: u32, k: u32, v: u32): u32 {
  if (run.level >= <u32>FusionLevel.Rope) {
    emitRopeQk(run, q, k);
  } else {
    q = rotate(run, q, run.shape.heads);
    k = rotate(run, k, run.shape.kvHeads);
  }
  emitAppend(run, k, keyCache(run.cache, layer));
  emitAppend(run, v, valueCache(run.cache, layer));
  release(k);
  release(v);
  const y = run.isFull
    ? attendFused(run, layer, q, run.shape.qWidth)
    : attendInParts(run, layer, q);
  release(q);
  return y;
}

/** From joint rows of q, k and v to the attention's output, all in one op. Releases qkv. */
export function attendJointly(run: StackRun, layer: u32, qkv: u32): u32 {
  const shape = run.shape;
  const cache = run.cache;
  const y = run.temporary(shape.qWidth);
  emit(
    encodeQkvAttention(
      here(),
      tensor("self_attn.q_norm.weight", shape.headDim, 1),
      tensor("self_attn.k_norm.weight", shape.headDim, 1),
      run.frequencies,
      run.row,
      run.pageTable,
      run.valid,
      qkv,
      keyCache(cache, layer),
      valueCache(cache, layer),
      y,
      run.lanes,
      run.tokens,
      shape.heads,
      shape.kvHeads,
      shape.headDim,
      cache.pages,
      cache.pagePositions,
      run.pagesMax,
      run.source,
      run.offset,
      run.rate,
      run.window,
      shape.rmsEps,
      scaleOf(run),
    ),
  );
  release(qkv);
  return y;
}

/** The same in two ops, for rows in any number. Releases qkv. */
export function appendJointly(run: StackRun, layer: u32, qkv: u32): u32 {
  const shape = run.shape;
  const cache = run.cache;
  emit(
    encodeQkNormRopeAppend(
      here(),
      tensor("self_attn.q_norm.weight", shape.headDim, 1),
      tensor("self_attn.k_norm.weight", shape.headDim, 1),
      run.frequencies,
      run.row,
      run.pageTable,
      run.valid,
      qkv,
      keyCache(cache, layer),
      valueCache(cache, layer),
      run.lanes,
      run.tokens,
      shape.heads,
      shape.kvHeads,
      shape.headDim,
      cache.pages,
      cache.pagePositions,
      run.pagesMax,
      run.source,
      run.offset,
      run.rate,
      shape.rmsEps,
    ),
  );
  const y = attendFused(run, layer, qkv, shape.qkvWidth);
  release(qkv);
  return y;
}

/** Scores, softmax and values in one op; `qStride` lies between two tokens of q. */
function attendFused(run: StackRun, layer: u32, q: u32, qStride: u32): u32 {
  const shape = run.shape;
  const cache = run.cache;
  const y = run.temporary(shape.qWidth);
  emit(
    encodeAttention(
      here(),
      q,
      keyCache(cache, layer),
      valueCache(cache, layer),
      run.row,
      run.pageTable,
      run.valid,
      y,
      run.lanes,
      run.tokens,
      shape.heads,
      shape.kvHeads,
      shape.headDim,
      cache.pages,
      cache.pagePositions,
      run.pagesMax,
      run.source,
      run.offset,
      run.rate,
      run.window,
      scaleOf(run),
      qStride,
    ),
  );
  return y;
}

function attendInParts(run: StackRun, layer: u32, q: u32): u32 {
  const scores = acquire(<u64>run.rows * run.shape.heads * run.contextMax, Dtype.F32);
  emitScores(run, layer, q, scores);
  emit(
    encodeAttentionSoftmax(
      here(),
      run.row,
      run.valid,
      scores,
      run.lanes,
      run.tokens,
      run.shape.heads,
      run.source,
      run.offset,
      run.rate,
      run.window,
      run.contextMax,
    ),
  );
  const y = run.temporary(run.shape.qWidth);
  emitValues(run, layer, scores, y);
  release(scores);
  return y;
}

function emitScores(run: StackRun, layer: u32, q: u32, scores: u32): void {
  emit(
    encodeAttentionScores(
      here(),
      q,
      keyCache(run.cache, layer),
      run.row,
      run.pageTable,
      run.valid,
      scores,
      run.lanes,
      run.tokens,
      run.shape.heads,
      run.shape.kvHeads,
      run.shape.headDim,
      run.cache.pages,
      run.cache.pagePositions,
      run.pagesMax,
      run.source,
      run.offset,
      run.rate,
      run.window,
      run.contextMax,
      scaleOf(run),
    ),
  );
}

function emitValues(run: StackRun, layer: u32, scores: u32, y: u32): void {
  emit(
    encodeAttentionValues(
      here(),
      scores,
      valueCache(run.cache, layer),
      run.row,
      run.pageTable,
      run.valid,
      y,
      run.lanes,
      run.tokens,
      run.shape.heads,
      run.shape.kvHeads,
      run.shape.headDim,
      run.cache.pages,
      run.cache.pagePositions,
      run.pagesMax,
      run.source,
      run.offset,
      run.rate,
      run.window,
      run.contextMax,
    ),
  );
}

/** The rotated x in a buffer of its own; releases x. */
function rotate(run: StackRun, x: u32, heads: u32): u32 {
  const y = run.temporary(heads * run.shape.headDim);
  const dim = run.shape.headDim;
  const source = run.source;
  emit(
    encodeRopeCosine(
      here(),
      x,
      run.frequencies,
      run.row,
      y,
      run.lanes,
      run.tokens,
      heads,
      dim,
      source,
      run.offset,
    ),
  );
  emit(
    encodeRopeRotateAdd(
      here(),
      x,
      run.frequencies,
      run.row,
      y,
      run.lanes,
      run.tokens,
      heads,
      dim,
      source,
      run.offset,
    ),
  );
  release(x);
  return y;
}

function emitRopeQk(run: StackRun, q: u32, k: u32): void {
  emit(
    encodeRopeQk(
      here(),
      run.frequencies,
      run.row,
      q,
      k,
      run.lanes,
      run.tokens,
      run.shape.heads,
      run.shape.kvHeads,
      run.shape.headDim,
      run.source,
      run.offset,
    ),
  );
}

function emitAppend(run: StackRun, x: u32, cache: u32): void {
  emit(
    encodeKvAppend(
      here(),
      x,
      run.row,
      run.pageTable,
      run.valid,
      cache,
      run.lanes,
      run.tokens,
      run.shape.kvHeads,
      run.shape.headDim,
      run.cache.pages,
      run.cache.pagePositions,
      run.pagesMax,
      run.source,
      run.offset,
      run.rate,
    ),
  );
}

/** head_dim^-0.5, rounded once. */
function scaleOf(run: StackRun): f32 {
  return <f32>(1 / Math.sqrt(<f64>run.shape.headDim));
}
