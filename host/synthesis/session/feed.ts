import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import type { PlannerRequest } from "../../planner/planner.ts";

/** Some frames in a row: their audio, or none where codes are all that is wanted. */
export interface FedFrames {
  /** Of the ticket, from 0. */
  readonly firstFrame: number;
  readonly frames: number;
  readonly samples: Float32Array;
}

const NO_SAMPLES = new Float32Array(0);

/** Who fills a feed: the loop of one session. */
export interface FeedOwner {
  /** The consumer took frames up to this one. */
  taken(feed: Feed, frames: number): void;
  moreText(feed: Feed, ids: readonly number[], closed: boolean): void;
  release(feed: Feed): void;
}

/** A request's place in the order of arrival, which all its segments have. */
export interface RequestPlace {
  /** Whose order it is. */
  owner: FeedOwner | undefined;
  arrival: number;
}

export interface FeedParts {
  readonly request: PlannerRequest;
  /** Of a vocode-only request. */
  readonly givenCodes: Uint32Array | undefined;
  readonly place: RequestPlace;
}

/** Deaths of a sidecar in a row, with nothing of a request between, that end the request. */
const DEATHS_MAX = 2;

/**
 * What one request has brought: codes and PCM, copied out of shared memory by its owner, taken by
 * one consumer. Taking is what makes room: a request is never more than 64 frames ahead of it.
 *
 * A feed outlives its owner: with the request, the text and the codes that it holds, another one
 * goes on at the next frame.
 */
export class Feed {
  owner: FeedOwner | undefined;
  /** Of the owner. */
  ticket = -1;
  readonly givenCodes: Uint32Array | undefined;
  readonly place: RequestPlace;
  #request: PlannerRequest;
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
  /** Frames that the consumer took. */
  takenCount = 0;
  readonly #waiting: FedFrames[] = [];
  #deaths = 0;
  #isReleased = false;
  #isEnded = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  constructor({ request, givenCodes, place }: FeedParts) {
    this.#request = request;
    this.givenCodes = givenCodes;
    this.place = place;
  }

  /** With all of its text that came. */
  get request(): PlannerRequest {
    return this.#request;
  }

  /** Whether frames are there with their codes, as no PCM will follow. */
  get codesOnly(): boolean {
    return this.#request.codesOnly;
  }

  /** Whether nobody wants what it may bring. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /**
   * More of its open text, which ends with it if `closed`. What comes once it is over is dropped.
   *
   * @throws {VoxfuseError} ERR_TEXT_TOO_LONG
   */
  giveText(ids: readonly number[], closed: boolean): void {
    if (this.#isEnded || this.#isReleased) return;
    const trailing = Uint32Array.from([...this.#request.trailing, ...ids]);
    this.#request = { ...this.#request, trailing, textOpen: !closed };
    this.owner?.moreText(this, ids, closed);
  }

  /** Its consumer is gone. May be called again. */
  release(): void {
    this.#isReleased = true;
    this.owner?.release(this);
  }

  /** Its sidecar died: whether another one is to go on with it. */
  survives(hadRow: boolean): boolean {
    // One that only waited has no part in it.
    if (hadRow) this.#deaths += 1;
    return this.#deaths < DEATHS_MAX;
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
    this.#deaths = 0;
    this.codes.push(codes);
    if (this.codesOnly) this.#push(this.codesCount, frames, NO_SAMPLES);
    this.codesCount += frames;
  }

  pushPcm(samples: Float32Array, frames: number): void {
    this.firstAudioAt ??= performance.now();
    this.#deaths = 0;
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
        this.takenCount = next.firstFrame + next.frames;
        this.owner?.taken(this, this.takenCount);
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
