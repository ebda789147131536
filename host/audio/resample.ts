// Change of sample rate by a polyphase windowed-sinc filter. The model was trained on audio that
// passed a band-limited resampler, and knows no aliases.
import { VoxfuseError } from "../errors/voxfuse-error.ts";

export const SAMPLE_RATES_HZ = { min: 4000, max: 384_000 } as const;

// A Kaiser window whose sidelobes lie below -105 dB. With so many zero crossings on either side the
// filter falls from the end of the passband to the first alias within the rest of the band.
const ZERO_CROSSINGS = 64;
const KAISER_BETA = 11;
/** Middle of the filter's fall, as a share of the lower rate's Nyquist frequency. */
const CUTOFF = 0.955;
/** Phases that are tabulated; between rates with more of them two neighbours are interpolated. */
const PHASES_MAX = 2048;

/**
 * The same sound at another rate, as long as before to the nearest PCM sample. Sums are f64.
 *
 * Passband within 0.1 dB up to 0.45 of the lower rate; aliases of what lies beyond 0.51 of it below
 * -90 dB.
 *
 * @throws {VoxfuseError} ERR_AUDIO_INVALID for a rate outside SAMPLE_RATES_HZ.
 */
export function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  for (const rate of [fromHz, toHz]) checkRate(rate);
  if (fromHz === toHz) return samples;
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const up = toHz / divisor;
  const down = fromHz / divisor;
  const filter = new Filter(up, Math.min(1, toHz / fromHz));
  const result = new Float32Array(Math.round((samples.length * up) / down));
  for (let index = 0; index < result.length; index++) {
    // Exact: below 2^53 for an hour at the highest rate.
    const position = index * down;
    result[index] = filter.at(samples, Math.floor(position / up), position % up);
  }
  return result;
}

/** @throws {VoxfuseError} ERR_AUDIO_INVALID for a rate outside SAMPLE_RATES_HZ. */
export function checkRate(rateHz: number): void {
  if (rateHz >= SAMPLE_RATES_HZ.min && rateHz <= SAMPLE_RATES_HZ.max) return;
  throw new VoxfuseError(
    "ERR_AUDIO_INVALID",
    `The recording's sample rate is ${rateHz} Hz; it must lie between ${SAMPLE_RATES_HZ.min} and ` +
      `${SAMPLE_RATES_HZ.max} Hz.`,
  );
}

/** The filter of a ratio: one set of taps for each phase. */
class Filter {
  readonly #phases: number;
  /** Cut-off over the input's Nyquist frequency. */
  readonly #scale: number;
  /** Taps on either side of the input sample at or before the output. */
  readonly #reach: number;
  /** Of phase 0 to 1, both included. */
  readonly #table: readonly Float64Array[];

  constructor(phases: number, ratio: number) {
    this.#phases = phases;
    this.#scale = CUTOFF * ratio;
    this.#reach = Math.ceil(ZERO_CROSSINGS / this.#scale);
    const rows = Math.min(phases, PHASES_MAX);
    this.#table = Array.from({ length: rows + 1 }, (_, row) => this.#tapsOf(row / rows));
  }

  /** The sound at `phase` / phases behind input sample `base`. */
  at(samples: Float32Array, base: number, phase: number): number {
    const place = (phase * (this.#table.length - 1)) / this.#phases;
    const row = Math.floor(place);
    const lower = this.#sum(samples, base, row);
    const share = place - row;
    return share === 0 ? lower : lower + share * (this.#sum(samples, base, row + 1) - lower);
  }

  #sum(samples: Float32Array, base: number, row: number): number {
    const taps = this.#table[row] ?? new Float64Array(0);
    const first = base - this.#reach + 1;
    const from = Math.max(0, -first);
    const end = Math.min(taps.length, samples.length - first);
    let sum = 0;
    for (let tap = from; tap < end; tap++) sum += (taps[tap] ?? 0) * (samples[first + tap] ?? 0);
    return sum;
  }

  /** Taps for input samples base - reach + 1 … base + reach; they add up to 1. */
  #tapsOf(fraction: number): Float64Array {
    const taps = new Float64Array(2 * this.#reach);
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap++) {
      const distance = tap - this.#reach + 1 - fraction;
      const value = sinc(distance * this.#scale) * kaiser(distance / this.#reach);
      taps[tap] = value;
      sum += value;
    }
    return taps.map((tap) => tap / sum);
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The window at x of [-1, 1]. */
function kaiser(x: number): number {
  const inside = 1 - x * x;
  return inside <= 0 ? 0 : bessel0(KAISER_BETA * Math.sqrt(inside)) / bessel0(KAISER_BETA);
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
