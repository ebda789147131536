// The buffer table of the program under construction, and the places of its temporaries.
import { ALIGNMENT, BUFFER_ENTRY_BYTES, BufferEntry } from "../../shared/gen/protocol.as";
import { Dtype, PlanError, Region } from "../../shared/gen/protocol.as";
import { BUFFERS_AT, BUFFERS_MAX, BUFFER_INDEX_AT, BUFFER_INDEX_SLOTS } from "../arenas";
import { fail } from "./fault";

/** Temporaries alive at once, at most; a graph needs about ten. */
const SPANS_MAX: u32 = 64;
/** Live temporaries by place: first unit and unit after the last, a u32 each. */
const SPANS_AT: usize = memory.data(512);
const SPAN_BYTES: usize = 8;

let buffers: u32 = 0;
let spans: u32 = 0;
let unitsMax: u32 = 0;

export function clearBuffers(): void {
  memory.fill(BUFFER_INDEX_AT, 0, BUFFER_INDEX_SLOTS * sizeof<u32>());
  buffers = 0;
  spans = 0;
  unitsMax = 0;
}

export function bufferCount(): u32 {
  return buffers;
}

/** Units that all temporaries together need. */
export function arenaUnits(): u32 {
  return unitsMax;
}

/** True when every temporary was released: what a finished program must leave behind. */
export function isArenaEmpty(): bool {
  return spans == 0;
}

/** Units that `elements` of `dtype` take; not for weights, whose dtype may be the file's. */
export function unitsOf(elements: u64, dtype: Dtype): u64 {
  const elementBytes: u64 = dtype == Dtype.Bf16 ? 2 : 4;
  return (elements * elementBytes + ALIGNMENT - 1) / ALIGNMENT;
}

/** The handle of a buffer; equal buffers share one. */
export function buffer(region: Region, offset: u32, elements: u64, dtype: Dtype): u32 {
  if (elements > u32.MAX_VALUE) {
    fail(PlanError.TooLarge);
    return 0;
  }
  const count = <u32>elements;
  let slot = slotOf(region, offset, count);
  for (;;) {
    const found = load<u32>(BUFFER_INDEX_AT + <usize>slot * sizeof<u32>());
    if (found == 0) break;
    if (isEntry(found - 1, region, offset, count, dtype)) return found - 1;
    slot = (slot + 1) % BUFFER_INDEX_SLOTS;
  }
  // The index has twice the table's size, so the search above always ends.
  if (buffers == BUFFERS_MAX) {
    fail(PlanError.ProgramFull);
    return 0;
  }
  const at = entryAt(buffers);
  BufferEntry.setRegion(at, region);
  BufferEntry.setOffset(at, offset);
  BufferEntry.setElements(at, count);
  BufferEntry.setDtype(at, dtype);
  store<u32>(BUFFER_INDEX_AT + <usize>slot * sizeof<u32>(), ++buffers);
  return buffers - 1;
}

/** A temporary at the lowest place that is free. Undefined until an op writes it. */
export function acquire(elements: u64, dtype: Dtype): u32 {
  const wide = unitsOf(elements, dtype);
  if (spans == SPANS_MAX || wide > u32.MAX_VALUE) {
    fail(wide > u32.MAX_VALUE ? PlanError.TooLarge : PlanError.ProgramFull);
    return 0;
  }
  const units = <u32>wide;
  let begin: u32 = 0;
  let at = SPANS_AT;
  const end = SPANS_AT + <usize>spans * SPAN_BYTES;
  while (at < end && load<u32>(at) - begin < units) {
    begin = load<u32>(at, 4);
    at += SPAN_BYTES;
  }
  if (<u64>begin + units > u32.MAX_VALUE) {
    fail(PlanError.TooLarge);
    return 0;
  }
  memory.copy(at + SPAN_BYTES, at, end - at);
  store<u32>(at, begin);
  store<u32>(at, begin + units, 4);
  spans += 1;
  unitsMax = max(unitsMax, begin + units);
  return buffer(Region.Arena, begin, elements, dtype);
}

/** Gives a temporary's place back; the ops that follow may overwrite it. */
export function release(handle: u32): void {
  const begin = BufferEntry.offset(entryAt(handle));
  const end = SPANS_AT + <usize>spans * SPAN_BYTES;
  for (let at = SPANS_AT; at < end; at += SPAN_BYTES) {
    if (load<u32>(at) != begin) continue;
    memory.copy(at, at + SPAN_BYTES, end - at - SPAN_BYTES);
    spans -= 1;
    return;
  }
}

function entryAt(handle: u32): usize {
  return BUFFERS_AT + <usize>handle * BUFFER_ENTRY_BYTES;
}

function isEntry(handle: u32, region: u32, offset: u32, elements: u32, dtype: u32): bool {
  const at = entryAt(handle);
  if (BufferEntry.offset(at) != offset || BufferEntry.elements(at) != elements) return false;
  return BufferEntry.region(at) == region && BufferEntry.dtype(at) == dtype;
}

function slotOf(region: u32, offset: u32, elements: u32): u32 {
  let hash = (offset * 0x9e3779b1) ^ (elements * 0x85ebca6b) ^ (region * 0xc2b2ae35);
  hash ^= hash >> 15;
  return hash % BUFFER_INDEX_SLOTS;
}
