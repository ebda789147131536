import type { Voxfuse } from "../../index.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import { floorOf } from "./floor.ts";
import type { Floor } from "./floor.ts";
import type { Bandwidth } from "./bandwidth.ts";
import { SEED } from "./texts.ts";

/** Frames that the time at a talker position is the mean of; they end there. */
const WINDOW_FRAMES = 64;

/** When so many frames had come. */
export interface Arrival {
  readonly frames: number;
  readonly atMs: number;
}

/** What a frame took around one talker position. */
export interface ContextReport extends Partial<Floor> {
  /** Talker positions: prompt rows and frames. */
  readonly context: number;
  readonly frameMs: number;
}

/** One long request. */
export interface LongRun {
  readonly text: string;
  readonly promptRows: number;
  readonly contexts: readonly number[];
  readonly signal: AbortSignal;
}

/** The contexts of `--contexts`, smallest first. */
export function contextsFrom(list: string): number[] {
  const contexts = list.split(",").map(Number);
  if (contexts.every((context) => Number.isInteger(context) && context > 0)) {
    return contexts.toSorted((a, b) => a - b);
  }
  throw new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `--contexts is ${list}; it must be whole numbers with commas between them.`,
  );
}

/** Makes the codes of one request up to the last context, and says when they came. */
export async function measureArrivals(
  engine: Voxfuse,
  { text, promptRows, contexts, signal }: LongRun,
): Promise<Arrival[]> {
  const [first = 0] = contexts;
  if (first <= promptRows) {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      `--contexts has ${first}; the prompt alone has ${promptRows} rows. Name a larger one.`,
    );
  }
  const frames = (contexts.at(-1) ?? 0) - promptRows;
  const arrivals: Arrival[] = [{ frames: 0, atMs: performance.now() }];
  await engine.speak(text, {
    audio: false,
    seed: SEED,
    maxNewTokens: frames + 1,
    minNewTokens: Math.max(2, frames), // whatever the text: these frames are timed, not listened to
    signal,
    onProgress: (seconds) => {
      const come = Math.round(seconds * engine.framesPerSecond);
      arrivals.push({ frames: come, atMs: performance.now() });
    },
  });
  return arrivals;
}

export interface ContextParts {
  readonly promptRows: number;
  readonly bandwidth: Bandwidth | undefined;
  /** Of a step, whatever the context. */
  readonly weightBytes: number;
  /** Of each position of the context. */
  readonly cacheBytes: number;
}

/** The mean over the frames that end at a context. */
export function contextReport(
  context: number,
  arrivals: readonly Arrival[],
  { promptRows, bandwidth, weightBytes, cacheBytes }: ContextParts,
): ContextReport {
  const end = context - promptRows;
  const frames = Math.min(WINDOW_FRAMES, end);
  const frameMs = (timeOf(end, arrivals) - timeOf(end - frames, arrivals)) / frames;
  const bytes = weightBytes + cacheBytes * (context - frames / 2);
  return { context, frameMs, ...floorOf(bytes, frameMs, bandwidth) };
}

/**
 * When a frame had come, where several arrive at once as if they had come one after the other.
 *
 * @throws {RangeError} for a frame that did not come.
 */
function timeOf(frame: number, arrivals: readonly Arrival[]): number {
  const index = arrivals.findIndex(({ frames }) => frames >= frame);
  const after = arrivals[index];
  const before = arrivals[index - 1] ?? after;
  if (after === undefined || before === undefined) throw new RangeError("no such frame came");
  const share = after === before ? 1 : (frame - before.frames) / (after.frames - before.frames);
  return before.atMs + share * (after.atMs - before.atMs);
}
