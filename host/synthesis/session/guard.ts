import type { FedFrames } from "./feed.ts";

/** Speech of a text takes this long at most, and more for each of its tokens. [seconds] */
const SECONDS_BASE = 4;
const SECONDS_PER_TOKEN = 2;
/** A pause longer than any between sentences. [seconds] */
const SILENT_SECONDS = 6;
/** Root mean square of a frame that nobody hears: 60 dB below full scale. */
const SILENT_RMS = 1e-3;

export interface GuardParts {
  readonly framesPerSecond: number;
  /** Tokens of the text so far. */
  readonly textTokens: () => number;
}

/**
 * Ends speech that has run away: that is far longer than its text, or has fallen silent for good.
 * It looks at each frame once, so where it ends does not depend on packets or on the machine.
 */
export class SpeechGuard {
  readonly #parts: GuardParts;
  #frames = 0;
  #silentFrames = 0;
  #hasTripped = false;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** Whether speech is over because of it. */
  get hasTripped(): boolean {
    return this.#hasTripped;
  }

  /** Frames that were let through. */
  get frames(): number {
    return this.#frames;
  }

  /** The next frames, or as many of them as are still speech. */
  pass(part: FedFrames): FedFrames {
    const { framesPerSecond, textTokens } = this.#parts;
    const frameSamples = part.samples.length / part.frames;
    const framesMax = (SECONDS_BASE + SECONDS_PER_TOKEN * textTokens()) * framesPerSecond;
    for (let frame = 0; frame < part.frames; frame++) {
      const samples = part.samples.subarray(frame * frameSamples, (frame + 1) * frameSamples);
      this.#frames += 1;
      this.#silentFrames = isSilent(samples) ? this.#silentFrames + 1 : 0;
      const isQuiet = this.#silentFrames >= SILENT_SECONDS * framesPerSecond;
      if (!isQuiet && this.#frames < framesMax) continue;
      this.#hasTripped = true;
      const frames = frame + 1;
      return { ...part, frames, samples: part.samples.subarray(0, frames * frameSamples) };
    }
    return part;
  }
}

/** Codes alone are never silent. */
function isSilent(samples: Float32Array): boolean {
  if (samples.length === 0) return false;
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return Math.sqrt(energy / samples.length) < SILENT_RMS;
}
