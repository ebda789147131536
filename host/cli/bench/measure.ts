import { setTimeout as delay } from "node:timers/promises";
import type { EngineStats, Voxfuse } from "../../index.ts";
import { sumOf } from "./statistics.ts";
import { steadyPart } from "./steady.ts";
import type { Arrival, Steady } from "./steady.ts";
import { SEED } from "./texts.ts";

/** How texts are spoken. */
export interface Conditions {
  /** Requests at once. */
  readonly concurrency: number;
  readonly maxNewTokens: number | undefined;
  readonly minNewTokens: number | undefined;
  /** Whether no PCM is made of the codes. */
  readonly codesOnly: boolean;
  readonly signal: AbortSignal;
}

/** Told how many frames of a run have come, of all its requests. */
export type OnFrames = (frames: number) => void;

/** Before a request that is to be alone: the engine is idle, and asleep as it then is. */
const IDLE_MS = 10;

/** One text, spoken by so many requests at once. */
export interface Sample {
  /** Of all requests. */
  readonly frames: number;
  readonly speechSeconds: number;
  readonly wallMs: number;
  /** Without ramp-up and tail; undefined where there is no such time. */
  readonly steady: Steady | undefined;
  /** In decode and prompt runs, as the sidecar says. */
  readonly decodeMs: number;
  readonly vocodeMs: number;
  readonly plannerMs: number;
  /** Frame steps: one serves every request that takes part in it. */
  readonly steps: number;
  readonly launches: number;
  readonly roundTrips: number;
  /** After the call, of each request. */
  readonly firstCodesMs: readonly number[];
  /** None where only codes are made. */
  readonly firstAudioMs: readonly number[];
}

/** Speaks a text once by every request at once, and says what that took. */
export async function measure(
  engine: Voxfuse,
  text: string,
  { concurrency, maxNewTokens, minNewTokens, codesOnly, signal }: Conditions,
  onFrames?: OnFrames,
): Promise<Sample> {
  const arrivals = Array.from({ length: concurrency }, (): Arrival[] => []);
  const options = (request: number) => ({
    seed: SEED + request,
    audio: !codesOnly,
    ...{ maxNewTokens, minNewTokens, signal, guard: false }, // random weights speak noise
    onProgress: (_seconds: number, frames: number): void => {
      arrivals[request]?.push({ frames, atMs: performance.now() });
      onFrames?.(sumOf(arrivals, (each) => each.at(-1)?.frames ?? 0));
    },
  });
  const before = await engine.stats();
  const startedAt = performance.now();
  const speeches = await Promise.all(
    arrivals.map((_, request) => engine.speak(text, options(request))),
  );
  const wallMs = performance.now() - startedAt;
  const after = await engine.stats();
  const spent = (count: keyof EngineStats): number => Number(after[count]) - Number(before[count]);
  const frames = sumOf(speeches, ({ timings }) => timings.frames);
  return {
    frames,
    speechSeconds: codesOnly
      ? frames / engine.framesPerSecond
      : sumOf(speeches, ({ seconds }) => seconds),
    wallMs,
    steady: steadyPart(arrivals),
    decodeMs: spent("decodeMs"),
    vocodeMs: spent("vocodeMs"),
    plannerMs: spent("plannerMs"),
    steps: spent("framesRun"),
    launches: spent("launches"),
    roundTrips: spent("roundTrips"),
    firstCodesMs: speeches.map(({ timings }) => timings.promptMs),
    firstAudioMs: codesOnly ? [] : speeches.map(({ timings }) => timings.firstAudioMs),
  };
}

/**
 * First-audio times of so many requests, `concurrency` of them at a time: from the call until the
 * first chunk is in the caller's hands. One at a time, each finds the engine idle.
 */
export async function measureFirstAudio(
  engine: Voxfuse,
  text: string,
  requests: number,
  { concurrency, maxNewTokens, minNewTokens, signal }: Conditions,
): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) {
      const seed = SEED + next++;
      if (concurrency === 1) await idle(engine);
      const options = { seed, maxNewTokens, minNewTokens, signal, guard: false };
      const startedAt = performance.now();
      let firstMs: number | undefined;
      for await (const chunk of engine.stream(text, options)) {
        if (chunk.samples.length > 0) firstMs ??= performance.now() - startedAt;
      }
      if (firstMs !== undefined) times.push(firstMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return times;
}

/** Resolves when nothing of an earlier request is left. */
async function idle(engine: Voxfuse): Promise<void> {
  for (;;) {
    const { openRequests, freeRows, rows } = await engine.stats();
    await delay(IDLE_MS);
    if (openRequests === 0 && freeRows === rows) return;
  }
}
