import type { Voxfuse } from "../../index.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import { floorOf } from "./floor.ts";
import type { Floor } from "./floor.ts";
import type { Bandwidth } from "./bandwidth.ts";
import type { OnFrames } from "./measure.ts";
import type { Arrival } from "./steady.ts";
import { SEED } from "./texts.ts";

/** Frames that the time at a talker position is the mean of; they end there. */
const WINDOW_FRAMES = 64;

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
  /** Smallest first. */
  readonly contexts: readonly number[];
  /** Short requests before it. */
  readonly warmUps: number;
  readonly signal: AbortSignal;
  readonly onFrames?: OnFrames;
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

/**
 * Prompt rows of the one piece in which the long request's text is spoken.
 *
 * @param pieces Prompt rows of each.
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT for several pieces, and for a context that the prompt
 *   alone fills.
 */
export function promptOfLongRun(pieces: readonly number[], contexts: readonly number[]): number {
  const [promptRows, ...more] = pieces;
  if (promptRows === undefined || more.length > 0) {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      "--contexts needs a text that is spoken in one piece; give a shorter one.",
    );
  }
  const [first = Infinity] = contexts;
  if (first > promptRows) return promptRows;
  throw new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `--contexts has ${first}; the prompt alone has ${promptRows} rows. Name a larger one.`,
  );
}

/** Makes the codes of one request up to the last context, and says when they came. */
export async function measureArrivals(engine: Voxfuse, run: LongRun): Promise<Arrival[]> {
  const { promptRows, contexts, warmUps } = run;
  for (let warmUp = 0; warmUp < warmUps; warmUp++) await arrivalsOf(engine, WINDOW_FRAMES, run);
  return arrivalsOf(engine, (contexts.at(-1) ?? 0) - promptRows, run);
}

async function arrivalsOf(
  engine: Voxfuse,
  frames: number,
  { text, signal, onFrames }: LongRun,
): Promise<Arrival[]> {
  const arrivals: Arrival[] = [{ frames: 0, atMs: performance.now() }];
  await engine.speak(text, {
    audio: false,
    seed: SEED,
    maxNewTokens: frames + 1,
    minNewTokens: Math.max(2, frames), // whatever the text: these frames are timed, not listened to
    signal,
    onProgress: (_seconds, come) => {
      arrivals.push({ frames: come, atMs: performance.now() });
      onFrames?.(come);
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
