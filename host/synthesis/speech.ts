import { saveFile } from "../audio/save.ts";
import { encodeWav } from "../audio/wav.ts";
import type { WavFormat } from "../audio/wav.ts";

/**
 * Why speech ended: the model said so; maxNewTokens was reached; or the guard ended a piece that
 * was far longer than its text, or silent. Of several pieces: "guard", else "length", else "stop".
 */
export type SpeechEnd = "stop" | "length" | "guard";

/** Codes of whole frames, frame by frame. */
export interface SpeechCodes {
  /** frames × groups. */
  readonly data: Uint32Array;
  readonly frames: number;
  readonly groups: number;
}

/** Measured by the host's clock, from the call on. */
export interface SpeechTimings {
  /** Until the first frame had codes: text, prompt, first frame. */
  readonly promptMs: number;
  /** Until the first PCM could be taken; the first codes where no PCM was wanted. */
  readonly firstAudioMs: number;
  readonly totalMs: number;
  readonly frames: number;
  /** Completions that had to be there before more could be asked for. */
  readonly roundTrips: number;
}

/** What is known of streamed speech once it is over. */
export type SpeechReport = Pick<Speech, "finishReason" | "seed" | "model" | "timings">;

/** Finished speech. */
export class Speech {
  /** Mono, in [-1, 1]; empty where only codes were wanted. */
  readonly samples: Float32Array;
  readonly sampleRate: number;
  /** Of all segments, one after the other; the pauses between segments have no codes. */
  readonly codes: SpeechCodes;
  readonly finishReason: SpeechEnd;
  /** Speaks the same again, with the same text, settings and model. */
  readonly seed: number;
  /** The model's hash. */
  readonly model: string;
  readonly timings: SpeechTimings;

  constructor(parts: Omit<Speech, "save" | "seconds">) {
    this.samples = parts.samples;
    this.sampleRate = parts.sampleRate;
    this.codes = parts.codes;
    this.finishReason = parts.finishReason;
    this.seed = parts.seed;
    this.model = parts.model;
    this.timings = parts.timings;
  }

  /** Length of the sound. */
  get seconds(): number {
    return this.samples.length / this.sampleRate;
  }

  /**
   * Writes a WAV file, whole or not at all.
   *
   * @throws {VoxfuseError} ERR_OUTPUT_NOT_WRITABLE
   */
  async save(path: string, format: WavFormat = "pcm16"): Promise<void> {
    await saveFile(path, encodeWav(this.samples, { format, sampleRateHz: this.sampleRate }));
  }
}
