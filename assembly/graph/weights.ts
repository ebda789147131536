// The weight registry: every weight that programs name, its id, and the entries that the sidecar
// was not told of yet. A name is the current scope followed by a suffix, so that an emitter says
// once in which layer it is.
import { Dtype, PlanError, Region } from "../../shared/gen/protocol.as";
import { WEIGHT_ENTRY_BYTES, WeightEntry, WeightKind } from "../../shared/gen/protocol.as";
import { WEIGHTS_MAX, WEIGHT_INDEX_AT, WEIGHT_INDEX_SLOTS, WEIGHT_LOG_AT } from "../arenas";
import { WEIGHT_LOG_BYTES, WEIGHT_OFFSETS_AT } from "../arenas";
import { buffer } from "../plan/buffers";
import { fail } from "../plan/fault";

/** Room left at the log's end, so that an entry can always be put together before a look-up. */
const ENTRY_BYTES_MAX: usize = 0x8000;
const SCOPE_BYTES_MAX: usize = 256;
const SCOPE_AT: usize = memory.data(256);

let scopeBytes: usize = 0;
let weights: u32 = 0;
/** End of the entries taken; the one under construction follows. */
let logEnd: usize = WEIGHT_LOG_AT;
let pendingFrom: usize = WEIGHT_LOG_AT;
let nameEnd: usize = WEIGHT_LOG_AT;
let parts: u32 = 0;
/** Dtype that the program under construction asks for where the file's own need not be kept. */
let kept: Dtype = Dtype.Stored;
/** The same for the matrices of its products. */
let matricesKept: Dtype = Dtype.Stored;

/** Tensors that follow are to be kept as `dtype`: Stored, or Bf16. Matrices too. */
export function keepWeightsAs(dtype: Dtype): void {
  kept = dtype;
  matricesKept = dtype;
}

/** Matrices of products that follow are to be kept as `dtype`: Stored, Bf16 or I8. */
export function keepMatricesAs(dtype: Dtype): void {
  matricesKept = dtype;
}

export function clearWeights(): void {
  memory.fill(WEIGHT_INDEX_AT, 0, WEIGHT_INDEX_SLOTS * sizeof<u32>());
  weights = 0;
  logEnd = WEIGHT_LOG_AT;
  pendingFrom = WEIGHT_LOG_AT;
}

/** First WeightEntry that the sidecar does not know. */
export function pendingWeightsAt(): usize {
  return pendingFrom;
}

/** Bytes of all pending entries; 0 when there are none. */
export function pendingWeightsBytes(): u32 {
  return <u32>(logEnd - pendingFrom);
}

/** The pending entries were sent. */
export function clearPendingWeights(): void {
  pendingFrom = logEnd;
}

/** Weight names that follow begin with `text`. */
export function scope(text: string): void {
  scopeBytes = 0;
  scopeText(text);
}

/** Goes on with `text`. */
export function scopeText(text: string): void {
  const length = <usize>text.length;
  assert(scopeBytes + length <= SCOPE_BYTES_MAX);
  for (let i: usize = 0; i < length; i++) {
    store<u8>(SCOPE_AT + scopeBytes + i, <u8>text.charCodeAt(<i32>i));
  }
  scopeBytes += length;
}

/** Goes on with `index` in decimal. */
export function scopeIndex(index: u32): void {
  let unit: u32 = 1;
  while (index / unit >= 10) unit *= 10;
  assert(scopeBytes + 10 <= SCOPE_BYTES_MAX);
  for (; unit > 0; unit /= 10) {
    store<u8>(SCOPE_AT + scopeBytes, <u8>(0x30 + ((index / unit) % 10)));
    scopeBytes += 1;
  }
}

/** Buffer of the one tensor `suffix` of the scope. */
export function tensor(suffix: string, rows: u32, cols: u32): u32 {
  beginWeight(WeightKind.Tensor, rows, cols, 0);
  part(suffix);
  return endWeight(Dtype.Stored);
}

/** The same as the matrix of a product: what its elements are kept as may differ. */
export function matrix(suffix: string, outputs: u32, inputs: u32): u32 {
  beginWeight(WeightKind.Tensor, outputs, inputs, 0);
  part(suffix);
  return endMatrix();
}

/** Starts a weight made of parts. `scalar` as WeightEntry says. */
export function beginWeight(kind: WeightKind, rows: u32, cols: u32, scalar: f32): void {
  parts = 0;
  nameEnd = logEnd + WEIGHT_ENTRY_BYTES;
  WeightEntry.clear(logEnd);
  WeightEntry.setId(logEnd, weights);
  WeightEntry.setKind(logEnd, kind);
  WeightEntry.setRows(logEnd, rows);
  WeightEntry.setCols(logEnd, cols);
  WeightEntry.setScalar(logEnd, scalar);
}

/** Adds the tensor `suffix` of the scope to the weight. */
export function part(suffix: string): void {
  const length = <usize>suffix.length;
  // Room for the ending zero and the padding that endWeight adds.
  if (nameEnd + scopeBytes + length + 4 > logEnd + ENTRY_BYTES_MAX) {
    fail(PlanError.WeightsFull);
    return;
  }
  memory.copy(nameEnd, SCOPE_AT, scopeBytes);
  nameEnd += scopeBytes;
  for (let i: usize = 0; i < length; i++) {
    store<u8>(nameEnd + i, <u8>suffix.charCodeAt(<i32>i));
  }
  store<u8>(nameEnd + length, 0);
  nameEnd += length + 1;
  parts += 1;
}

/**
 * Buffer of the weight: an earlier one when it was named before. `dtype` is F32 for a weight that
 * is computed, Stored for one of tensors: what those are kept as is the weight table's business.
 */
export function endWeight(dtype: Dtype): u32 {
  return endAs(dtype, dtype == Dtype.Stored ? kept : Dtype.Stored);
}

/** The same of a matrix of a product, made of tensors. */
export function endMatrix(): u32 {
  return endAs(Dtype.Stored, matricesKept);
}

/** `dtype` is what the program says of the buffer, `stored` what the weight table is told. */
function endAs(dtype: Dtype, stored: Dtype): u32 {
  while (nameEnd % 4 != 0) store<u8>(nameEnd++, 0);
  WeightEntry.setPartCount(logEnd, parts);
  WeightEntry.setDtype(logEnd, stored);
  WeightEntry.setNameBytes(logEnd, <u32>(nameEnd - logEnd) - WEIGHT_ENTRY_BYTES);
  const elements = <u64>WeightEntry.rows(logEnd) * WeightEntry.cols(logEnd);
  return buffer(Region.Weight, register(), elements, dtype);
}

/** The id of the entry at logEnd, which is kept only when it is unknown. */
function register(): u32 {
  const bytes = nameEnd - logEnd;
  let slot = hashOf(logEnd, nameEnd) % WEIGHT_INDEX_SLOTS;
  for (;;) {
    const found = load<u32>(WEIGHT_INDEX_AT + <usize>slot * sizeof<u32>());
    if (found == 0) break;
    const at = WEIGHT_LOG_AT + load<u32>(WEIGHT_OFFSETS_AT + <usize>(found - 1) * sizeof<u32>());
    // All but the id, which comes first.
    if (memory.compare(at + 4, logEnd + 4, bytes - 4) == 0) return found - 1;
    slot = (slot + 1) % WEIGHT_INDEX_SLOTS;
  }
  // The index has twice the table's size, so the search above always ends.
  if (weights == WEIGHTS_MAX || isLogFull()) {
    fail(PlanError.WeightsFull);
    return 0;
  }
  store<u32>(WEIGHT_OFFSETS_AT + <usize>weights * sizeof<u32>(), <u32>(logEnd - WEIGHT_LOG_AT));
  store<u32>(WEIGHT_INDEX_AT + <usize>slot * sizeof<u32>(), ++weights);
  logEnd = nameEnd;
  return weights - 1;
}

function isLogFull(): bool {
  return nameEnd + ENTRY_BYTES_MAX > WEIGHT_LOG_AT + WEIGHT_LOG_BYTES;
}

/** Of all words but the id. */
function hashOf(from: usize, end: usize): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let at = from + 4; at < end; at += 4) {
    hash = (hash ^ load<u32>(at)) * 0x01000193;
    hash ^= hash >> 15;
  }
  return hash;
}
