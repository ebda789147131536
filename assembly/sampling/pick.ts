import { exp32 } from "./exp32";
import { philoxWord } from "./philox";
import { isSeen, penalised } from "./repetition";

/** More logits than that would let sums of weights leave u64. */
export const VOCAB_MAX: u32 = 8192;
/** Answer for logits with a NaN, with plus infinity, or with nothing above minus infinity. */
export const BAD_LOGITS: i32 = -1;

const KEEP_ALL: u32 = 1 << 20;
const WEIGHT_ONE: f32 = 1073741824;

/** What a pick depends on besides the logits; one object, filled before each pick. */
export class PickSettings {
  doSample: bool = false;
  temperature: f32 = 1;
  topK: u32 = 0;
  /** In 2^-20. */
  topP: u32 = KEEP_ALL;
  /** Group 0 only. */
  penalty: f32 = 1;
  /** Bit set of the group-0 ids picked so far. */
  seen: usize = 0;
  seenWords: u32 = 0;
  /** Group 0: ids from here on are barred, the end apart. */
  audioCodes: u32 = 0;
  endId: u32 = 0;
  minNewTokens: u32 = 0;
  frame: u32 = 0;
  group: u32 = 0;
  segment: u32 = 0;
  seedLo: u32 = 0;
  seedHi: u32 = 0;
}

export const settings: PickSettings = new PickSettings();

/** Of the last draw: the entry from which on everything is kept, and the largest logit. */
let leastKept: u64 = 0;
let topLogit: f32 = 0;

function logitAt(logits: usize, id: u32): f32 {
  return load<f32>(logits + ((<usize>id) << 2));
}

/**
 * The code picked from `vocab` logits by `settings`, or BAD_LOGITS. Its meaning and its bits are
 * those of the op `pick`.
 *
 * @param logits f32, processed in place.
 * @param scratch 2 × vocab words, of no meaning afterwards.
 */
export function pick(logits: usize, vocab: u32, scratch: usize): i32 {
  if (vocab == 0 || vocab > VOCAB_MAX || !process(logits, vocab)) return BAD_LOGITS;
  const best = argmax(logits, vocab);
  const top = logitAt(logits, best);
  if (top == -Infinity) return BAD_LOGITS;
  if (!settings.doSample) return best;
  const kept = sortKept(logits, vocab, scratch);
  const dropped = dropUnlikely(scratch, kept, top);
  // Everything from this entry on is kept, in the order of (logit, descending index).
  leastKept = load<u64>(scratch + ((<usize>dropped) << 3));
  topLogit = top;
  return draw(logits, vocab, leastKept, top);
}

/** What `id` weighed in the last draw from `logits`, in 2^-30; -1 when it was dropped. */
export function drawnWeight(logits: usize, id: u32): i32 {
  const logit = logitAt(logits, id);
  return entryOf(logit, id) >= leastKept ? <i32>weightOf(logit, topLogit) : -1;
}

/** Step 1. Barred ids become minus infinity. False on bad logits. */
function process(logits: usize, vocab: u32): bool {
  for (let id: u32 = 0; id < vocab; id++) {
    const at = logits + ((<usize>id) << 2);
    let logit = load<f32>(at);
    if (!(logit < Infinity)) return false;
    if (settings.group == 0) {
      if (isSeen(settings.seen, settings.seenWords, id)) logit = penalised(logit, settings.penalty);
      if (isBarred(id)) logit = -Infinity;
    }
    if (settings.doSample) logit = logit / settings.temperature;
    if (!(logit < Infinity)) return false;
    store<f32>(at, logit);
  }
  return true;
}

function isBarred(id: u32): bool {
  if (id == settings.endId) return settings.frame < settings.minNewTokens;
  return id >= settings.audioCodes;
}

/** The lowest index of the largest logit. */
function argmax(logits: usize, vocab: u32): u32 {
  let best: u32 = 0;
  for (let id: u32 = 1; id < vocab; id++) {
    if (logitAt(logits, id) > logitAt(logits, best)) best = id;
  }
  return best;
}

/** Ascending entries are ascending logits, and among equals descending indices. */
function entryOf(logit: f32, id: u32): u64 {
  const word = logit == 0 ? 0 : reinterpret<u32>(logit);
  const ordered = word >> 31 ? ~word : word | 0x80000000;
  return ((<u64>ordered) << 32) | ~id;
}

function idOf(entry: u64): u32 {
  return ~(<u32>entry);
}

/** Step 3. The kept logits as ascending entries at `scratch`; answers how many. */
function sortKept(logits: usize, vocab: u32, scratch: usize): u32 {
  const k = settings.topK == 0 || settings.topK >= vocab ? vocab : settings.topK;
  let count: u32 = 0;
  // A heap of the k largest so far, its smallest on top; ties of that one are added at the end.
  for (let id: u32 = 0; id < vocab; id++) {
    const logit = logitAt(logits, id);
    if (logit == -Infinity) continue;
    const entry = entryOf(logit, id);
    if (count < k) {
      store<u64>(scratch + ((<usize>count) << 3), entry);
      count++;
      siftUp(scratch, count - 1);
    } else if (entry > load<u64>(scratch)) {
      store<u64>(scratch, entry);
      siftDown(scratch, 0, count);
    }
  }
  return sortHeap(scratch, count + addTies(logits, vocab, scratch, count));
}

/** Appends the ids whose logit equals the smallest kept one's; answers how many were missing. */
function addTies(logits: usize, vocab: u32, scratch: usize, count: u32): u32 {
  if (count == 0) return 0;
  const threshold = load<u64>(scratch);
  let added: u32 = 0;
  for (let id: u32 = 0; id < vocab; id++) {
    const entry = entryOf(logitAt(logits, id), id);
    // The same logit with a higher index is a smaller entry, which the heap let go.
    if (entry >> 32 != threshold >> 32 || entry >= threshold) continue;
    store<u64>(scratch + ((<usize>(count + added)) << 3), entry);
    added++;
    siftUp(scratch, count + added - 1);
  }
  return added;
}

function siftUp(heap: usize, index: u32): void {
  const entry = load<u64>(heap + ((<usize>index) << 3));
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = load<u64>(heap + ((<usize>parent) << 3));
    if (above <= entry) break;
    store<u64>(heap + ((<usize>index) << 3), above);
    index = parent;
  }
  store<u64>(heap + ((<usize>index) << 3), entry);
}

function siftDown(heap: usize, index: u32, count: u32): void {
  const entry = load<u64>(heap + ((<usize>index) << 3));
  for (;;) {
    let child: u32 = index * 2 + 1;
    if (child >= count) break;
    let below = load<u64>(heap + ((<usize>child) << 3));
    if (child + 1 < count) {
      const beside = load<u64>(heap + ((<usize>(child + 1)) << 3));
      if (beside < below) {
        below = beside;
        child++;
      }
    }
    if (below >= entry) break;
    store<u64>(heap + ((<usize>index) << 3), below);
    index = child;
  }
  store<u64>(heap + ((<usize>index) << 3), entry);
}

/** Turns a heap with its smallest on top into ascending order. */
function sortHeap(heap: usize, count: u32): u32 {
  for (let end = count; end > 1; end--) {
    const last = heap + ((<usize>(end - 1)) << 3);
    const entry = load<u64>(last);
    store<u64>(last, load<u64>(heap));
    store<u64>(heap, entry);
    siftDown(heap, 0, end - 1);
  }
  // Descending now.
  for (let low: u32 = 0, high = count; low + 1 < high; low++) {
    high--;
    const a = heap + ((<usize>low) << 3);
    const b = heap + ((<usize>high) << 3);
    const entry = load<u64>(a);
    store<u64>(a, load<u64>(b));
    store<u64>(b, entry);
  }
  return count;
}

/** Step 4. */
function weightOf(logit: f32, top: f32): u64 {
  return <u64>(<u32>(exp32(logit - top) * WEIGHT_ONE));
}

function logitOf(entry: u64): f32 {
  const ordered = <u32>(entry >> 32);
  return reinterpret<f32>(ordered >> 31 ? ordered & 0x7fffffff : ~ordered);
}

/** Step 5. How many of the ascending entries are dropped; never the last. */
function dropUnlikely(entries: usize, count: u32, top: f32): u32 {
  if (settings.topP >= KEEP_ALL) return 0;
  let sum: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    sum += weightOf(logitOf(load<u64>(entries + ((<usize>i) << 3))), top);
  }
  const bound = sum * (KEEP_ALL - settings.topP);
  let soFar: u64 = 0;
  let dropped: u32 = 0;
  for (; dropped + 1 < count; dropped++) {
    soFar += weightOf(logitOf(load<u64>(entries + ((<usize>dropped) << 3))), top);
    if (soFar * KEEP_ALL > bound) break;
  }
  return dropped;
}

/** Step 6. The kept ids are those whose entry is `least` or larger. */
function draw(logits: usize, vocab: u32, least: u64, top: f32): u32 {
  let sum: u64 = 0;
  for (let id: u32 = 0; id < vocab; id++) {
    const logit = logitAt(logits, id);
    if (entryOf(logit, id) >= least) sum += weightOf(logit, top);
  }
  const given = settings;
  const word = <u64>philoxWord(given.frame, given.group, given.segment, given.seedLo, given.seedHi);
  const target = (sum >> 32) * word + (((sum & 0xffffffff) * word) >> 32);
  let prefix: u64 = 0;
  for (let id: u32 = 0; id < vocab; id++) {
    const logit = logitAt(logits, id);
    if (entryOf(logit, id) < least) continue;
    prefix += weightOf(logit, top);
    if (prefix > target) return id;
  }
  return idOf(least); // never: the target is below the sum
}
