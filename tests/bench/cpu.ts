// What the cpu backend makes of this machine, held against what memory and multipliers give to as
// many threads in the same minutes:
//
//   node build/js/tests/bench/cpu.js [MODEL] [--rounds N] [--frames N] [--json]
//
// Times are the best of the rounds. Shares are those of the round in the middle, each held against
// the peaks of the same round: on a shared machine both move from one to the next.
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { benchModel, promptRowsOf } from "../../host/cli/bench/model.ts";
import { measure } from "../../host/cli/bench/measure.ts";
import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { median } from "./hyperfine.ts";
import { runNative } from "../support/native.ts";
import { flopsPerPromptRow, flopsPerVocodedFrame } from "./flops.ts";

const PROMPT_ROWS = 40;
const COMMAND_LINE = "build/js/host/cli/main.js";
const WAV_HEADER_BYTES = 44;

/** What a machine gives at most. */
interface Peaks {
  readonly gigabytesPerSecond: number;
  readonly gigaflopsPerSecond: number;
}

/** One round of measuring, and what the machine gave in it. */
interface Round extends Peaks {
  readonly decodeMs: number;
  readonly prefillMs: number;
  readonly vocodeMs: number;
  /** A whole request, by the wall. */
  readonly frameMs: number;
}

interface Figures extends Round {
  readonly setting: string;
  /** Bytes that decoding reads in its time, over those that the machine reads. */
  readonly readShare: number;
  readonly prefillShare: number;
  readonly vocodeShare: number;
  /** A whole request's time by the wall, over what its parts take by themselves. */
  readonly overParts: number;
  readonly timesRealTime: number;
  readonly residentMb: number;
}

async function peaksOf(threads: number): Promise<Peaks> {
  const line = await runNative("kernel_check", "peaks", "--threads", String(threads));
  const read = JSON.parse(line) as { gb_per_s: number; gflop_per_s: number }; // our own tool's
  return { gigabytesPerSecond: read.gb_per_s, gigaflopsPerSecond: read.gflop_per_s };
}

/** A text with a prompt of so many rows, in one piece; the nearest that there is above. */
async function textOfRows(model: Awaited<ReturnType<typeof benchModel>>, rows: number) {
  for (let words = 1; ; words++) {
    const text = `${"one ".repeat(words).trim()}.`;
    const [first = 0] = await promptRowsOf(model, text);
    if (first >= rows || words > 4 * rows) return { text, rows: first };
  }
}

interface Plan {
  readonly options: LoadOptions & { readonly threads: number };
  readonly rounds: number;
  readonly frames: number;
}

async function figuresOf({ options, rounds, frames }: Plan): Promise<Figures> {
  await using engine = await Voxfuse.load({ backend: "cpu", rows: 1, ...options });
  const model = await benchModel(options, await engine.stats(), false);
  const prompt = await textOfRows(model, PROMPT_ROWS);
  const { signal } = new AbortController();
  const spoken = async (count: number, codesOnly: boolean) => {
    const limits = { maxNewTokens: count + 1, minNewTokens: Math.max(2, count) };
    return measure(engine, prompt.text, { concurrency: 1, ...limits, codesOnly, signal });
  };
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const peaks = await peaksOf(options.threads);
    const { decodeMs: firstMs } = await spoken(1, true);
    const decodeMs = ((await spoken(1 + frames, true)).decodeMs - firstMs) / frames;
    const heard = await spoken(frames, false);
    const vocodeMs = heard.vocodeMs / heard.frames;
    const frameMs = heard.wallMs / heard.frames;
    measured.push({ ...peaks, decodeMs, prefillMs: firstMs - decodeMs, vocodeMs, frameMs });
  }
  const { talker, predictor } = model.weightBytes;
  const bytes = talker + predictor + model.cacheBytes * (prompt.rows + frames / 2);
  const promptFlops = prompt.rows * flopsPerPromptRow(model.checkpoint);
  const frameFlops = flopsPerVocodedFrame(model.checkpoint);
  const least = (of: (round: Round) => number): number => Math.min(...measured.map(of));
  const middle = (of: (round: Round) => number): number => median(measured.map(of));
  const frameMs = least((round) => round.frameMs);
  const partsMs = ({ decodeMs, vocodeMs, prefillMs }: Round): number =>
    decodeMs + vocodeMs + prefillMs / frames;
  return {
    gigabytesPerSecond: middle((round) => round.gigabytesPerSecond),
    gigaflopsPerSecond: middle((round) => round.gigaflopsPerSecond),
    setting: [`${options.threads} threads`, options.weights, options.fusion ?? "full"].join(", "),
    decodeMs: least((round) => round.decodeMs),
    readShare: middle((round) => bytes / round.decodeMs / 1e6 / round.gigabytesPerSecond),
    prefillMs: least((round) => round.prefillMs),
    prefillShare: middle((round) => promptFlops / round.prefillMs / 1e6 / round.gigaflopsPerSecond),
    vocodeMs: least((round) => round.vocodeMs),
    vocodeShare: middle((round) => frameFlops / round.vocodeMs / 1e6 / round.gigaflopsPerSecond),
    overParts: middle((round) => round.frameMs / partsMs(round)),
    frameMs,
    timesRealTime: 1000 / engine.framesPerSecond / frameMs,
    residentMb: (await engine.stats()).residentBytes / 1e6,
  };
}

function linesOf(figures: Figures): string[] {
  const { gigabytesPerSecond, gigaflopsPerSecond, decodeMs, prefillMs, vocodeMs } = figures;
  const { frameMs, timesRealTime, overParts, residentMb } = figures;
  const of = (share: number, peak: string): string => `${(100 * share).toFixed(0)} % of ${peak}`;
  const flops = `${gigaflopsPerSecond.toFixed(0)} GFLOP/s`;
  const read = `${gigabytesPerSecond.toFixed(1)} GB/s`;
  return [
    figures.setting,
    `  decode ${decodeMs.toFixed(2)} ms a frame: ${of(figures.readShare, read)}`,
    `  prompt, ${PROMPT_ROWS} rows, ${prefillMs.toFixed(1)} ms: ${of(figures.prefillShare, flops)}`,
    `  vocoder ${vocodeMs.toFixed(2)} ms a frame: ${of(figures.vocodeShare, flops)}`,
    `  all ${frameMs.toFixed(2)} ms a frame, ${timesRealTime.toFixed(2)} times real time, ` +
      `${overParts.toFixed(3)} of the sum of the parts`,
    `  ${residentMb.toFixed(0)} MB resident`,
  ];
}

/** Milliseconds from the start of a process to its first PCM, the best of some. */
async function firstAudioMs(model: string | undefined, rounds: number): Promise<number> {
  const env = { ...process.env };
  delete env["NODE_EXTRA_CA_CERTS"]; // costs every start some 70 ms
  const named = model === undefined ? [] : ["--model", model];
  const words = ["speak", "Hello there.", "--max-new-tokens", "9", "-o", "-", ...named];
  const once = () =>
    new Promise<number>((resolve, reject) => {
      const startedAt = performance.now();
      const child = spawn(process.execPath, [COMMAND_LINE, ...words], {
        env,
        stdio: ["ignore", "pipe", "ignore"],
      });
      let bytes = 0;
      let firstMs = Infinity;
      child.stdout.on("data", (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > WAV_HEADER_BYTES) firstMs = Math.min(firstMs, performance.now() - startedAt);
      });
      child.on("error", reject);
      child.on("close", () => {
        resolve(firstMs);
      });
    });
  let least = Infinity;
  for (let round = 0; round < rounds; round++) least = Math.min(least, await once());
  return least;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "4" },
    frames: { type: "string", default: "32" },
    json: { type: "boolean" },
  },
});
const [model] = positionals;
const [rounds, frames] = [Number(values.rounds), Number(values.frames)];
const settings = [
  { threads: 1, weights: "stored" },
  { threads: 2, weights: "stored" },
  { threads: 1, weights: "int8" },
  { threads: 2, weights: "int8" },
  { threads: 2, weights: "stored", fusion: "sequential" },
] as const;
const all: Figures[] = [];
for (const setting of settings) {
  const figures = await figuresOf({ options: { model, ...setting }, rounds, frames });
  all.push(figures);
  if (values.json === true) continue;
  for (const line of linesOf(figures)) console.log(line);
}
const startMs = await firstAudioMs(model, rounds);
if (values.json === true) console.log(JSON.stringify({ settings: all, startMs }, null, 2));
else console.log(`from the start of a process to its first audio ${startMs.toFixed(0)} ms`);
