import { FinishReason } from "../../../shared/gen/protocol.ts";
import { pauseAfter, risingFromPause } from "../../audio/joint.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import { onAbort } from "./aborts.ts";
import type { Feed } from "./feed.ts";
import type { Pump } from "./pump.ts";
import { SpeechGuard } from "./guard.ts";
import type { Segment, SegmentSource } from "../segments.ts";
import type { SpeechEnd } from "../speech.ts";

/** Some audio in the order in which it is heard; without samples where only codes are wanted. */
export interface AudioChunk {
  /** Mono, in [-1, 1]. */
  readonly samples: Float32Array;
  readonly sampleRate: number;
  /** Of the text's pieces, from 0. */
  readonly segment: number;
  /** Frames of the chunk; 0 for the pause between two segments. */
  readonly frames: number;
}

/** What is known once the audio is over. */
export interface UtteranceEnd {
  /** Of each segment; none where they are not kept. */
  readonly codes: readonly Uint32Array[];
  readonly frames: number;
  readonly finishReason: SpeechEnd;
  readonly firstCodesAt: number;
  readonly firstAudioAt: number;
  readonly roundTrips: number;
}

export interface UtteranceParts {
  /** The loop of the live session, which may be another one for each segment. */
  readonly livePump: () => Promise<Pump>;
  readonly segments: SegmentSource;
  readonly sampleRate: number;
  readonly groups: number;
  readonly signal: AbortSignal | undefined;
  readonly framesPerSecond: number;
  /** Whether speech that has run away or fallen silent is ended. */
  readonly isGuarded: boolean;
  /** Whether the end brings the codes; without them a text of any length takes the same memory. */
  readonly keepsCodes: boolean;
}

/**
 * Speaks segments one after the other, yielding audio as soon as it exists; returns the rest.
 *
 * Leaving it early, by return, throw or abort, frees whatever it holds.
 *
 * @throws {VoxfuseError} ERR_QUEUE_FULL, ERR_KV_MEMORY, ERR_BAD_LOGITS, ERR_SIDECAR_GONE; what the
 *   source of the segments throws; the signal's own reason when aborted.
 */
export async function* utter(
  parts: UtteranceParts,
): AsyncGenerator<AudioChunk, UtteranceEnd, undefined> {
  const { sampleRate, groups, signal } = parts;
  const line = new SegmentLine(parts);
  const end = new EndOfUtterance(groups, parts.keepsCodes);
  let last = 0; // PCM sample
  try {
    signal?.throwIfAborted();
    for (let segment = 0; ; segment++) {
      const taking = await line.take();
      if (taking === undefined) return end.summary();
      const { feed, textTokens } = taking;
      const guard = new SpeechGuard({ framesPerSecond: parts.framesPerSecond, textTokens });
      const hasPause = segment > 0 && !feed.codesOnly;
      if (hasPause) {
        yield { samples: pauseAfter(last, sampleRate), sampleRate, segment, frames: 0 };
      }
      let isFirst = true;
      for await (const part of taken(feed, signal)) {
        // Once there is something to hear, the next segment may use what the machine has left.
        line.ask();
        const { samples: spoken, frames } = parts.isGuarded ? guard.pass(part) : part;
        const samples = hasPause && isFirst ? risingFromPause(spoken, sampleRate) : spoken;
        isFirst = false;
        last = samples.at(-1) ?? 0;
        yield { samples, sampleRate, segment, frames };
        if (guard.hasTripped) break;
      }
      if (guard.hasTripped) feed.release();
      else checkEnd(feed.finishReason);
      end.add(feed, guard.hasTripped ? guard.frames : undefined);
    }
  } finally {
    line.close();
  }
}

/** The segments that have a ticket: the one being heard and the one after it at most. */
class SegmentLine {
  readonly #parts: UtteranceParts;
  /** The next segment's, once it was asked for. */
  #coming: Promise<SegmentFeed | undefined> | undefined;
  #first: Feed | undefined;
  readonly #held = new Set<Feed>();
  #isClosed = false;

  constructor(parts: UtteranceParts) {
    this.#parts = parts;
  }

  /** Sees to it that the next segment gets a ticket as soon as its text is there. */
  ask(): void {
    if (this.#coming !== undefined) return;
    this.#coming = this.#add();
    this.#coming.catch(() => undefined); // take() throws it
  }

  /** The next segment's feed, once its text is there; undefined after the last. */
  async take(): Promise<SegmentFeed | undefined> {
    this.ask();
    const feed = await this.#coming;
    this.#coming = undefined;
    return feed;
  }

  /** No ticket outlives its caller. */
  close(): void {
    this.#isClosed = true;
    this.#parts.segments.close();
    for (const feed of this.#held) feed.release();
  }

  async #add(): Promise<SegmentFeed | undefined> {
    const { livePump, segments } = this.#parts;
    const segment = await segments.next();
    const pump = segment === undefined ? undefined : await livePump();
    if (segment === undefined || pump === undefined || this.#isClosed) return undefined;
    const feed = pump.add(segment.request, { before: this.#first });
    this.#first ??= feed;
    for (const held of this.#held) if (held.isEnded) this.#held.delete(held);
    this.#held.add(feed);
    segment
      .follow?.((ids, closed) => {
        feed.giveText(ids, closed);
      })
      .catch((error: unknown) => {
        feed.fail(error);
      });
    return { feed, textTokens: segment.textTokens };
  }
}

interface SegmentFeed extends Pick<Segment, "textTokens"> {
  readonly feed: Feed;
}

/** What an utterance came to, segment by segment. */
class EndOfUtterance {
  readonly #groups: number;
  readonly #keepsCodes: boolean;
  readonly #codes: Uint32Array[] = [];
  #finishReason: SpeechEnd = "stop";
  #frames = 0;
  #firstCodesAt: number | undefined;
  #firstAudioAt: number | undefined;
  #roundTrips = 0;

  constructor(groups: number, keepsCodes: boolean) {
    this.#groups = groups;
    this.#keepsCodes = keepsCodes;
  }

  /** @param guarded Frames after which the guard ended the segment, if it did. */
  add(feed: Feed, guarded: number | undefined): void {
    if (this.#keepsCodes) this.#codes.push(feed.allCodes(this.#groups, 0, guarded));
    if (guarded !== undefined) this.#finishReason = "guard";
    else if (feed.finishReason === FinishReason.Length && this.#finishReason === "stop") {
      this.#finishReason = "length";
    }
    this.#frames += guarded ?? feed.codesCount;
    this.#firstCodesAt ??= feed.firstCodesAt;
    this.#firstAudioAt ??= feed.firstAudioAt;
    this.#roundTrips += feed.roundTrips;
  }

  summary(): UtteranceEnd {
    const firstCodesAt = this.#firstCodesAt ?? performance.now();
    return {
      codes: this.#codes,
      frames: this.#frames,
      finishReason: this.#finishReason,
      firstCodesAt,
      firstAudioAt: this.#firstAudioAt ?? firstCodesAt,
      roundTrips: this.#roundTrips,
    };
  }
}

/** The feed's frames until it ends; the signal's reason is thrown as soon as it is aborted. */
export async function* taken(feed: Feed, signal: AbortSignal | undefined) {
  const forget = onAbort(signal, (reason) => {
    feed.fail(reason);
  });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const frames = await feed.take();
      signal?.throwIfAborted();
      if (frames === undefined) return;
      yield frames;
    }
  } finally {
    forget();
  }
}

function checkEnd(finishReason: number): void {
  if (finishReason !== FinishReason.BadLogits) return;
  throw new VoxfuseError(
    "ERR_BAD_LOGITS",
    "The model computed a logit that is not a finite number. Its weights are damaged, or not the " +
      "ones its configuration is for.",
  );
}
