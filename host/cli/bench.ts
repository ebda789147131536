import { cpus } from "node:os";
import type { Command } from "commander";
import type { Voxfuse } from "../index.ts";
import { bandwidthOf } from "./bench/bandwidth.ts";
import { contextReport, contextsFrom, measureArrivals } from "./bench/contexts.ts";
import { promptOfLongRun } from "./bench/contexts.ts";
import type { LongRun } from "./bench/contexts.ts";
import { measure, measureFirstAudio } from "./bench/measure.ts";
import type { Conditions, Sample } from "./bench/measure.ts";
import { benchModel, promptRowsOf } from "./bench/model.ts";
import type { BenchModel } from "./bench/model.ts";
import { reportLines, summariseFirstAudio, summariseText } from "./bench/report.ts";
import type { BenchReport, Setting, TextReport } from "./bench/report.ts";
import { TEXTS, TWENTY_WORDS } from "./bench/texts.ts";
import type { BenchText } from "./bench/texts.ts";
import { interruptSignal } from "./exit.ts";
import { addEngineFlags, integer, loadOptions } from "./options.ts";
import type { EngineFlags } from "./options.ts";
import { Progress, showLoading } from "./progress.ts";

/** Between two lines of progress on what is no terminal. */
const LINE_MS = 5000;

interface BenchFlags extends EngineFlags {
  readonly text?: string;
  readonly runs: number;
  readonly warmUps: number;
  readonly concurrency: number;
  readonly codesOnly?: boolean;
  readonly contexts?: string;
  readonly requests: number;
  readonly maxNewTokens?: number;
  readonly minNewTokens?: number;
  readonly trace?: string;
  readonly json?: boolean;
}

export function addBench(program: Command): void {
  const command = program
    .command("bench")
    .description("time the engine in this process on a short, a medium and a long text")
    .option("--text <text>", "this one instead")
    .option("--runs <count>", "timed runs of each text; the median counts; 0: none", integer, 3)
    .option("--warm-ups <count>", "runs before them", integer, 2)
    .option("--concurrency <count>", "requests at once, 1 to 32", integer, 1)
    .option("--codes-only", "make codes and no audio of them")
    .option("--contexts <positions>", "also time frames around these talker positions: 256,1024")
    .option("--requests <count>", "also time the first audio of so many requests", integer, 0)
    .option("--max-new-tokens <count>", "frames at most, 12.5 a second, and one", integer)
    .option("--min-new-tokens <count>", "frames at least: random weights end at random", integer)
    .option("--trace <file>", "trace one more run, for `voxfuse trace` and trace viewers")
    .option("--json", "print one JSON object");
  addEngineFlags(command).action(async (flags: BenchFlags) => {
    await bench(flags);
  });
}

async function bench(flags: BenchFlags): Promise<void> {
  const { whole } = await import("../synthesis/limits.ts");
  whole("runs", flags.runs, 0, 1000);
  whole("warm-ups", flags.warmUps, 0, 1000);
  whole("requests", flags.requests, 0, 100_000);
  const concurrency = whole("concurrency", flags.concurrency, 1, 32);
  const contexts = flags.contexts === undefined ? [] : contextsFrom(flags.contexts);
  const signal = interruptSignal();
  const { Voxfuse } = await import("../index.ts");
  const loading = progressOf("loading", flags);
  const startedAt = performance.now();
  const engine = await Voxfuse.load({
    ...loadOptions(flags),
    rows: concurrency,
    signal,
    onProgress: showLoading(loading),
  }).finally(() => {
    loading.clear();
  });
  const loadMs = performance.now() - startedAt;
  try {
    const { maxNewTokens, minNewTokens, codesOnly = false } = flags;
    const conditions = { concurrency, maxNewTokens, minNewTokens, codesOnly, signal };
    const model = await benchModel(loadOptions(flags), await engine.stats(), codesOnly);
    const bench = { engine, flags, conditions, model };
    const figures = await timed(bench, contexts);
    const report = { ...(await settingOf(bench, loadMs)), ...figures };
    if (flags.json === true) console.log(JSON.stringify(report, null, 2));
    else for (const line of reportLines(report)) console.log(line);
  } finally {
    await engine.close();
  }
}

/** A bar on a terminal; lines elsewhere, with --json too: a bench may take minutes. */
function progressOf(label: string, { json }: BenchFlags): Progress {
  return new Progress(label, { isQuiet: json === true, lineMs: LINE_MS });
}

/** One bench of a loaded engine. */
interface Bench {
  readonly engine: Voxfuse;
  readonly flags: BenchFlags;
  readonly conditions: Conditions;
  readonly model: BenchModel;
}

type Timed = Pick<BenchReport, "texts" | "contexts" | "firstAudio" | "trace">;

async function timed(bench: Bench, contexts: readonly number[]): Promise<Timed> {
  const { flags } = bench;
  const texts = flags.text === undefined ? TEXTS : [{ name: "text", text: flags.text }];
  const long = await longText(bench, contexts); // refused before anything is timed
  const reports: TextReport[] = [];
  for (const text of flags.runs === 0 ? [] : texts) reports.push(await timedText(bench, text));
  return {
    texts: reports,
    ...(await timedContexts(bench, long)),
    ...(await timedFirstAudio(bench)),
    ...(await traced(bench, texts)),
  };
}

async function timedText(
  { engine, flags, conditions, model }: Bench,
  { name, text }: BenchText,
): Promise<TextReport> {
  const promptRows = (await promptRowsOf(model, text)).reduce((sum, rows) => sum + rows, 0);
  const progress = progressOf(flags.text === undefined ? `${name} text` : name, flags);
  const samples: Sample[] = [];
  const runs = flags.warmUps + flags.runs;
  try {
    for (let run = 1; run <= runs; run++) {
      const sample = await measure(engine, text, conditions, (frames) => {
        progress.show(`run ${run} of ${runs}, ${frames} frames`);
      });
      if (run > flags.warmUps) samples.push(sample);
    }
  } finally {
    progress.clear();
  }
  const { concurrency } = conditions;
  const { weightBytes, cacheBytes } = model;
  const bandwidth = bandwidthOf(await engine.stats());
  const reading = { weightBytes, cacheBytes, bandwidth };
  return summariseText({ name, samples, concurrency, promptRows, ...reading });
}

/** What is spoken for `--contexts`. */
type LongText = Pick<LongRun, "text" | "promptRows" | "contexts">;

async function longText(
  { flags, model }: Bench,
  contexts: readonly number[],
): Promise<LongText | undefined> {
  if (contexts.length === 0) return undefined;
  const text = flags.text ?? TWENTY_WORDS;
  const promptRows = promptOfLongRun(await promptRowsOf(model, text), contexts);
  return { text, promptRows, contexts };
}

/** One request of codes alone, as long as the largest context. */
async function timedContexts(
  { engine, flags, conditions, model }: Bench,
  long: LongText | undefined,
): Promise<Pick<BenchReport, "contexts">> {
  if (long === undefined) return {};
  const { text, promptRows, contexts } = long;
  const progress = progressOf("contexts", flags);
  try {
    const arrivals = await measureArrivals(engine, {
      ...{ text, promptRows, contexts, warmUps: flags.warmUps, signal: conditions.signal },
      onFrames: (frames) => {
        progress.show(`${promptRows + frames} of ${contexts.at(-1) ?? 0} positions`);
      },
    });
    const bandwidth = bandwidthOf(await engine.stats());
    const { talker, predictor } = model.weightBytes; // nothing is vocoded meanwhile
    const { cacheBytes } = model;
    const parts = { promptRows, bandwidth, weightBytes: talker + predictor, cacheBytes };
    return { contexts: contexts.map((context) => contextReport(context, arrivals, parts)) };
  } finally {
    progress.clear();
  }
}

async function timedFirstAudio({
  engine,
  flags,
  conditions,
  model,
}: Bench): Promise<Pick<BenchReport, "firstAudio">> {
  const { requests } = flags;
  if (requests === 0) return {};
  const [promptRows = 0] = await promptRowsOf(model, TWENTY_WORDS);
  const progress = progressOf("first audio", flags);
  try {
    const times = await measureFirstAudio(engine, TWENTY_WORDS, requests, conditions);
    return { firstAudio: { promptRows, ...summariseFirstAudio(times) } };
  } finally {
    progress.clear();
  }
}

/** One run more of the middle text, traced. */
async function traced(
  { engine, flags: { trace: file }, conditions }: Bench,
  texts: readonly BenchText[],
): Promise<Pick<BenchReport, "trace">> {
  const text = texts[Math.floor(texts.length / 2)];
  if (file === undefined || text === undefined) return {};
  const { readTrace } = await import("../synthesis/trace/file.ts");
  const { summariseTrace } = await import("../synthesis/trace/summary.ts");
  await engine.startTrace(file);
  try {
    await measure(engine, text.text, conditions);
  } finally {
    await engine.endTrace();
  }
  return { trace: { file, ...summariseTrace(await readTrace(file)) } };
}

async function settingOf({ engine, conditions, model }: Bench, loadMs: number): Promise<Setting> {
  const stats = await engine.stats();
  const { backend, device, dtype, vocoderDtype, weights, graphs, deviceBytes } = stats;
  const { concurrency, codesOnly } = conditions;
  const { weightBytes, limits } = model;
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? "unknown CPU",
    cpuThreads: stats.threads,
    ...{ backend, device, dtype, vocoderDtype, weights, graphs },
    ...{ model: engine.model, concurrency, loadMs },
    ...{ deviceBytes, codesOnly, repeatMax: limits.repeatMax, weightBytes },
  };
}
