import { FinishReason } from "../../../shared/gen/protocol.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import type { PlannerRequest } from "../../planner/planner.ts";
import { onAbort } from "./aborts.ts";
import type { Feed } from "./feed.ts";
import type { Pump } from "./pump.ts";
import type { SpeechEnd } from "../speech.ts";

/** Silence between two segments, about the length of a pause between sentences. [seconds] */
export const PAUSE_SECONDS = 0.2;

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
  readonly codes: readonly Uint32Array[];
  readonly finishReason: SpeechEnd;
  readonly firstCodesAt: number;
  readonly firstAudioAt: number;
  readonly roundTrips: number;
}

export interface UtteranceParts {
  readonly pump: Pump;
  readonly segments: readonly PlannerRequest[];
  readonly sampleRate: number;
  readonly groups: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Speaks segments one after the other, yielding audio as soon as it exists; returns the rest.
 *
 * Leaving it early, by return, throw or abort, frees whatever it holds.
 *
 * @throws {VoxfuseError} ERR_QUEUE_FULL, ERR_KV_MEMORY, ERR_BAD_LOGITS, ERR_SIDECAR_GONE; the
 *   signal's own reason when aborted.
 */
export async function* utter(
  parts: UtteranceParts,
): AsyncGenerator<AudioChunk, UtteranceEnd, undefined> {
  const { pump, segments, sampleRate, groups, signal } = parts;
  // Of each segment that was asked for, in order: the one being heard and the one after it at most
  // have a ticket.
  const feeds: Feed[] = [];
  const addNext = (): void => {
    const request = segments[feeds.length];
    if (request !== undefined) feeds.push(pump.add(request, { before: feeds[0] }));
  };
  try {
    signal?.throwIfAborted();
    addNext();
    for (const [segment, feed] of feeds.entries()) {
      if (segment > 0 && segments[0]?.codesOnly === false) yield pauseBefore(segment, sampleRate);
      for await (const { samples, frames } of taken(feed, signal)) {
        // Once there is something to hear, the next segment may use what the machine has left.
        if (feeds.length === segment + 1) addNext();
        yield { samples, sampleRate, segment, frames };
      }
      checkEnd(feed.finishReason);
      if (feeds.length === segment + 1) addNext(); // a segment without sound
    }
    return endOf(feeds, groups);
  } finally {
    for (const feed of feeds) pump.release(feed); // no ticket outlives its caller
  }
}

function pauseBefore(segment: number, sampleRate: number): AudioChunk {
  const samples = new Float32Array(Math.round(PAUSE_SECONDS * sampleRate));
  return { samples, sampleRate, segment, frames: 0 };
}

function endOf(feeds: readonly Feed[], groups: number): UtteranceEnd {
  return {
    codes: feeds.map((feed) => feed.allCodes(groups)),
    finishReason: feeds.at(-1)?.finishReason === FinishReason.Length ? "length" : "stop",
    firstCodesAt: feeds[0]?.firstCodesAt ?? performance.now(),
    firstAudioAt: feeds[0]?.firstAudioAt ?? feeds[0]?.firstCodesAt ?? performance.now(),
    roundTrips: feeds.reduce((sum, { roundTrips }) => sum + roundTrips, 0),
  };
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
