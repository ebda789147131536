import { VoxfuseError } from "../../errors/voxfuse-error.ts";

/** Some frames in a row: their audio, or none where codes are all that is wanted. */
export interface FedFrames {
  /** Of the ticket, from 0. */
  readonly firstFrame: number;
  readonly frames: number;
  readonly samples: Float32Array;
}

const NO_SAMPLES = new Float32Array(0);

export interface FeedParts {
  readonly ticket: number;
  /** Place of its request in the order of arrival. */
  readonly arrival: number;
  /** Whether frames are there with their codes, as no PCM will follow. */
  readonly codesOnly: boolean;
  /** Called when the consumer took frames up to this one. */
  readonly onTaken: (frames: number) => void;
}

/**
 * What one ticket has brought: codes and PCM, copied out of shared memory by the pump, taken by one
 * consumer. Taking is what makes room: a ticket is never more than 64 frames ahead of it.
 */
export class Feed {
  readonly ticket: number;
  readonly arrival: number;
  readonly codesOnly: boolean;
  readonly #onTaken: (frames: number) => void;
  readonly codes: Uint32Array[] = [];
  /** Frames of codes held. */
  codesCount = 0;
  /** Frames of PCM that came. */
  pcmCount = 0;
  /** Of performance.now(); undefined until then. */
  firstCodesAt: number | undefined;
  firstAudioAt: number | undefined;
  /** Known at the end. */
  roundTrips = 0;
  finishReason = 0;
  readonly #waiting: FedFrames[] = [];
  #isEnded = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  constructor({ ticket, arrival, codesOnly, onTaken }: FeedParts) {
    this.ticket = ticket;
    this.arrival = arrival;
    this.codesOnly = codesOnly;
    this.#onTaken = onTaken;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Frames of which all that is wanted came. */
  get framesCount(): number {
    return this.codesOnly ? this.codesCount : this.pcmCount;
  }

  pushCodes(codes: Uint32Array, frames: number): void {
    this.firstCodesAt ??= performance.now();
    this.codes.push(codes);
    if (this.codesOnly) this.#push(this.codesCount, frames, NO_SAMPLES);
    this.codesCount += frames;
  }

  pushPcm(samples: Float32Array, frames: number): void {
    this.firstAudioAt ??= performance.now();
    this.#push(this.pcmCount, frames, samples);
    this.pcmCount += frames;
  }

  #push(firstFrame: number, frames: number, samples: Float32Array): void {
    this.#waiting.push({ firstFrame, frames, samples });
    this.#wake?.();
  }

  /** No frame will follow. */
  end(finishReason: number): void {
    if (this.#isEnded) return;
    this.finishReason = finishReason;
    this.#isEnded = true;
    this.#wake?.();
  }

  /** No frame will follow, because of `error`. */
  fail(error: unknown): void {
    if (this.#isEnded) return;
    this.#error = error;
    this.#isEnded = true;
    this.#wake?.();
  }

  /**
   * The next frames, as soon as there are some; undefined after the last.
   *
   * @throws what fail() was given, once what came before it is taken.
   */
  async take(): Promise<FedFrames | undefined> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#onTaken(next.firstFrame + next.frames);
        return next;
      }
      if (this.#error !== undefined) throw this.#error as Error; // or an AbortSignal's reason
      if (this.#isEnded) return undefined;
      if (this.#wake !== undefined) {
        throw new VoxfuseError("ERR_INTERNAL", "Two consumers wait for one ticket.");
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** All codes, or those of `frames` frames from `firstFrame` on. */
  allCodes(groups: number, firstFrame = 0, frames = this.codesCount): Uint32Array {
    const all = new Uint32Array(frames * groups);
    let at = -firstFrame * groups;
    for (const part of this.codes) {
      const from = Math.max(0, -at);
      const room = all.length - Math.max(0, at);
      if (from < part.length && room > 0) {
        all.set(part.subarray(from, from + room), Math.max(0, at));
      }
      at += part.length;
    }
    return all;
  }
}
