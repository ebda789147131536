import { FinishReason } from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { PlannerRequest } from "../planner/planner.ts";
import type { Feed } from "./feed.ts";
import type { Pump } from "./pump.ts";
import type { SpeechEnd } from "./speech.ts";

/** Silence between two segments, about the length of a pause between sentences. [seconds] */
export const PAUSE_SECONDS = 0.2;

/** Some audio in the order in which it is heard. */
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
  const codes: Uint32Array[] = [];
  const ends: Feed[] = [];
  for (const [segment, request] of segments.entries()) {
    signal?.throwIfAborted();
    if (segment > 0) {
      const samples = new Float32Array(Math.round(PAUSE_SECONDS * sampleRate));
      yield { samples, sampleRate, segment, frames: 0 };
    }
    const feed = pump.add(request);
    try {
      for await (const { samples, frames } of taken(feed, signal)) {
        yield { samples, sampleRate, segment, frames };
      }
      checkEnd(feed.finishReason);
      codes.push(feed.allCodes(groups));
      ends.push(feed);
    } finally {
      pump.release(feed); // on return, throw and abort: no ticket outlives its caller
    }
  }
  return {
    codes,
    finishReason: ends.at(-1)?.finishReason === FinishReason.Length ? "length" : "stop",
    firstCodesAt: ends[0]?.firstCodesAt ?? performance.now(),
    firstAudioAt: ends[0]?.firstAudioAt ?? performance.now(),
    roundTrips: ends.reduce((sum, { roundTrips }) => sum + roundTrips, 0),
  };
}

/** The feed's frames until it ends; the signal's reason is thrown as soon as it is aborted. */
export async function* taken(feed: Feed, signal: AbortSignal | undefined) {
  const abort = (): void => {
    feed.fail(signal?.reason);
  };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const frames = await feed.take();
      signal?.throwIfAborted();
      if (frames === undefined) return;
      yield frames;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
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
