/** A linear congruential generator of numbers in [0, 1): seeded, good enough to make cases with. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** White noise of so many PCM samples, always the same, in [-loudness, loudness). */
export function noise(length: number, loudness: number): Float32Array {
  const next = generator(1);
  return Float32Array.from({ length }, () => loudness * (2 * next() - 1));
}
