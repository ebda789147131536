/** Silence between two pieces of a text, about as long as between sentences. [seconds] */
export const PAUSE_SECONDS = 0.2;
/** Of a fade at a joint; longer than what a vocoder that starts afresh makes before it settles. */
const FADE_SECONDS = 0.005;

/**
 * The pause behind a piece that ended with the sample `last`: silence, but for the few milliseconds
 * in which `last` dies away, so that a piece that was cut off does not click.
 */
export function pauseAfter(last: number, sampleRateHz: number): Float32Array {
  const samples = new Float32Array(Math.round(PAUSE_SECONDS * sampleRateHz));
  const fade = Math.round(FADE_SECONDS * sampleRateHz);
  for (let i = 0; i < fade; i++) samples[i] = last * (1 - risen(i + 1, fade));
  return samples;
}

/** The beginning of a piece behind a pause: it rises from silence; later samples are as given. */
export function risingFromPause(samples: Float32Array, sampleRateHz: number): Float32Array {
  const rising = samples.slice();
  const fade = Math.min(samples.length, Math.round(FADE_SECONDS * sampleRateHz));
  for (let i = 0; i < fade; i++) rising[i] = (samples[i] ?? 0) * risen(i, fade);
  return rising;
}

/** From 0 at the first of `count` steps towards 1, along a cosine. */
function risen(step: number, count: number): number {
  return (1 - Math.cos((Math.PI * step) / count)) / 2;
}
