/** Whether `id` is in the bit set of `words` words at `seen`. */
export function isSeen(seen: usize, words: u32, id: u32): bool {
  if (id >> 5 >= words) return false;
  return ((load<u32>(seen + ((<usize>(id >> 5)) << 2)) >> (id & 31)) & 1) != 0;
}

export function markSeen(seen: usize, id: u32): void {
  const at = seen + ((<usize>(id >> 5)) << 2);
  store<u32>(at, load<u32>(at) | (1 << (id & 31)));
}

/** A logit of an id that was picked before: pushed towards minus infinity, whatever its sign. */
export function penalised(logit: f32, penalty: f32): f32 {
  return logit > 0 ? logit / penalty : logit * penalty;
}
