const PCM16_SCALE = 32_768;
const PCM16_MAX = 32_767;

export interface Pcm16 {
  readonly pcm: Int16Array;
  /** PCM samples that were outside [-1, 1] or not a number: above 0, the sound is distorted. */
  readonly clippedCount: number;
}

/**
 * 16-bit PCM of f32 PCM in [-1, 1]: times 32768, to nearest, ties to even, saturated; NaN is 0.
 * Full scale, 1.0, saturates to 32767 without counting as clipped. Exact back: `pcm / 32768`.
 */
export function toPcm16(samples: Float32Array): Pcm16 {
  const pcm = new Int16Array(samples.length);
  let clippedCount = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    if (!(sample >= -1 && sample <= 1)) clippedCount++; // also NaN, which compares false
    const rounded = roundToEven(sample * PCM16_SCALE);
    // An infinite or NaN sample: max and min keep infinities in range, the store makes NaN 0.
    pcm[i] = Math.max(-PCM16_SCALE, Math.min(PCM16_MAX, rounded));
  }
  return { pcm, clippedCount };
}

/** All chunks in one array, in order. */
export function concatPcm(chunks: readonly Float32Array[]): Float32Array {
  const samples = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    samples.set(chunk, offset);
    offset += chunk.length;
  }
  return samples;
}

/** Duration of mono PCM, in seconds. */
export function durationSeconds(samples: Float32Array, sampleRateHz: number): number {
  return samples.length / sampleRateHz;
}

/** Math.round takes ties up, which would add a tiny offset. */
function roundToEven(value: number): number {
  const up = Math.round(value);
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
}
