import { cpus } from "node:os";
import type { Command } from "commander";
import type { EngineStats, Speech, Voxfuse } from "../index.ts";
import { interruptSignal } from "./exit.ts";
import { addEngineFlags, integer, loadOptions } from "./options.ts";
import type { EngineFlags } from "./options.ts";

interface BenchFlags extends EngineFlags {
  readonly text?: string;
  readonly runs: number;
  readonly frames?: number;
  readonly requests: number;
  readonly json?: boolean;
}

const TEXT =
  "The harbour was quiet in the early morning. A few gulls walked along the wall, and the first " +
  "boats came in slowly with their lamps still lit.";
const SEED = 7;
const COPY_BYTES = 64 * 1024 * 1024;
const COPY_ROUNDS = 8;

/** What one run came to; times are sums over its requests. */
interface Measurement {
  readonly frames: number;
  readonly speechSeconds: number;
  readonly wallMs: number;
  readonly loadMs: number;
  readonly firstAudioMs: number;
  readonly frameMs: number;
  readonly decodeFrameMs: number;
  readonly vocodeFrameMs: number;
  readonly launchesPerFrame: number;
  readonly roundTripsPerFrame: number;
  readonly plannerMicrosecondsPerFrame: number;
  readonly realTimeFactor: number;
  /** Weights that a frame reads, once each pass. */
  readonly bytesPerFrame: number;
  readonly gigabytesPerSecond: number;
  /** Bytes read and written by one thread's copy, in the same run. */
  readonly copyGigabytesPerSecond: number;
}

export function addBench(program: Command): void {
  const command = program
    .command("bench")
    .description("time the engine in this process; the best of some runs is shown")
    .option("--text <text>", "what to say")
    .option("--runs <count>", "how often", integer, 3)
    .option("--frames <count>", "frames at most, 12.5 a second", integer)
    .option("--requests <count>", "at once", integer, 1)
    .option("--json", "print one JSON array, a run each");
  addEngineFlags(command).action(async (flags: BenchFlags) => {
    await bench(flags);
  });
}

async function bench(flags: BenchFlags): Promise<void> {
  const signal = interruptSignal();
  const { Voxfuse } = await import("../index.ts");
  const { readCheckpoint } = await import("../synthesis/checkpoint.ts");
  const { bytesPerFrame } = await import("../synthesis/weight-bytes.ts");
  const options = { ...loadOptions(flags), rows: Math.max(1, flags.requests), signal };
  const startedAt = performance.now();
  const engine = await Voxfuse.load(options);
  const loadMs = performance.now() - startedAt;
  const bytes = bytesPerFrame(await readCheckpoint(options.model), options.packetFrames ?? 4);
  const measurements: Measurement[] = [];
  try {
    for (let run = 0; run < flags.runs; run++) {
      measurements.push(await measure(engine, flags, { loadMs, bytes, signal }));
    }
  } finally {
    await engine.close();
  }
  if (flags.json === true) console.log(JSON.stringify(measurements, null, 2));
  else report(measurements);
}

interface Conditions {
  readonly loadMs: number;
  readonly bytes: number;
  readonly signal: AbortSignal;
}

async function measure(
  engine: Voxfuse,
  flags: BenchFlags,
  { loadMs, bytes, signal }: Conditions,
): Promise<Measurement> {
  const copyGigabytesPerSecond = copyBandwidth();
  const before = await engine.stats();
  const startedAt = performance.now();
  const maxNewTokens = flags.frames === undefined ? undefined : flags.frames + 1;
  const speeches = await Promise.all(
    Array.from({ length: Math.max(1, flags.requests) }, (_, index) =>
      engine.speak(flags.text ?? TEXT, { seed: SEED + index, maxNewTokens, signal }),
    ),
  );
  const wallMs = performance.now() - startedAt;
  const spent = difference(before, await engine.stats());
  const frames = total(speeches, ({ timings }) => timings.frames);
  const steps = Math.max(1, spent.framesRun);
  const speechSeconds = total(speeches, ({ seconds }) => seconds);
  return {
    frames,
    speechSeconds,
    wallMs,
    loadMs,
    firstAudioMs: Math.min(...speeches.map(({ timings }) => timings.firstAudioMs)),
    frameMs: wallMs / frames,
    decodeFrameMs: spent.decodeMs / frames,
    vocodeFrameMs: spent.vocodeMs / frames,
    launchesPerFrame: spent.launches / frames,
    roundTripsPerFrame: spent.roundTrips / frames,
    plannerMicrosecondsPerFrame: (1000 * spent.plannerMs) / frames,
    realTimeFactor: wallMs / 1000 / speechSeconds,
    bytesPerFrame: bytes,
    gigabytesPerSecond: (bytes * steps) / (spent.decodeMs + spent.vocodeMs) / 1e6,
    copyGigabytesPerSecond,
  };
}

function difference(before: EngineStats, after: EngineStats) {
  return {
    framesRun: after.framesRun - before.framesRun,
    launches: after.launches - before.launches,
    roundTrips: after.roundTrips - before.roundTrips,
    decodeMs: after.decodeMs - before.decodeMs,
    vocodeMs: after.vocodeMs - before.vocodeMs,
    plannerMs: after.plannerMs - before.plannerMs,
  };
}

function total(speeches: readonly Speech[], of: (speech: Speech) => number): number {
  return speeches.reduce((sum, speech) => sum + of(speech), 0);
}

/** Read and written bytes of a copy between two buffers that no cache holds. [GB/s] */
function copyBandwidth(): number {
  const from = new Uint8Array(COPY_BYTES).fill(1);
  const to = new Uint8Array(COPY_BYTES).fill(2);
  let bestMs = Infinity;
  for (let round = 0; round < COPY_ROUNDS; round++) {
    const startedAt = performance.now();
    to.set(from);
    bestMs = Math.min(bestMs, performance.now() - startedAt);
  }
  return (2 * COPY_BYTES) / bestMs / 1e6;
}

function report(measurements: readonly Measurement[]): void {
  const [best] = measurements.toSorted((a, b) => a.frameMs - b.frameMs);
  if (best === undefined) return;
  const floorMs = best.bytesPerFrame / best.copyGigabytesPerSecond / 1e6;
  const [cpu] = cpus();
  const rows: [string, string][] = [
    ["machine", `${cpu?.model ?? "unknown CPU"}, ${cpus().length} threads`],
    ["speech", `${best.speechSeconds.toFixed(2)} s, ${best.frames} frames`],
    ["load", `${best.loadMs.toFixed(0)} ms`],
    ["first audio", `${best.firstAudioMs.toFixed(1)} ms`],
    ["frame", `${best.frameMs.toFixed(2)} ms, real-time factor ${best.realTimeFactor.toFixed(3)}`],
    ["  talker", `${best.decodeFrameMs.toFixed(2)} ms, prompt and predictor included`],
    ["  vocoder", `${best.vocodeFrameMs.toFixed(2)} ms`],
    ["  planner", `${best.plannerMicrosecondsPerFrame.toFixed(1)} µs`],
    ["launches", `${best.launchesPerFrame.toFixed(0)} a frame`],
    ["round trips", `${best.roundTripsPerFrame.toFixed(3)} a frame`],
    ["weights read", `${(best.bytesPerFrame / 1e6).toFixed(1)} MB a frame`],
    ["bandwidth", `${best.gigabytesPerSecond.toFixed(1)} GB/s of weights`],
    ["copy", `${best.copyGigabytesPerSecond.toFixed(1)} GB/s, one thread, same run`],
    ["floor", `${floorMs.toFixed(2)} ms a frame at that rate, ${ratio(best.frameMs, floorMs)}`],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(13)}${value}`);
}

function ratio(ms: number, floorMs: number): string {
  return `measured is ${(ms / floorMs).toFixed(1)} times it`;
}
