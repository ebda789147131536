import type { StepBytes } from "../../synthesis/weight-bytes.ts";
import type { TraceSummary } from "../../synthesis/trace/summary.ts";
import { tableLines } from "../table.ts";
import { busyLine } from "../trace.ts";
import type { Bandwidth } from "./bandwidth.ts";
import type { ContextReport } from "./contexts.ts";
import { floorOf } from "./floor.ts";
import type { Floor } from "./floor.ts";
import type { Sample } from "./measure.ts";
import { medianBy, percentile } from "./statistics.ts";
import type { Steady } from "./steady.ts";

/** Times of a call's first audio. */
export interface FirstAudio {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** What one text came to; times of the median iteration by ms a frame, so that they add up. */
export interface TextReport extends Partial<Floor> {
  readonly name: string;
  /** Of one request, before its first frame. */
  readonly promptRows: number;
  readonly frames: number;
  readonly speechSeconds: number;
  /** Of all requests, from the call to the end of the last one. */
  readonly framesPerSecond: number;
  /** Of all requests, while every one of them speaks; absent where they never all do. */
  readonly steady?: {
    readonly framesPerSecond: number;
    readonly wallMs: number;
  };
  /** Wall time over frames, and its range over all iterations. */
  readonly frameMs: number;
  readonly frameMsMin: number;
  readonly frameMsMax: number;
  readonly decodeMsPerFrame: number;
  readonly vocodeMsPerFrame: number;
  /** The rest: 0 where decoding and vocoding overlap and so exceed the wall time. */
  readonly hostMsPerFrame: number;
  readonly plannerMicrosecondsPerFrame: number;
  /** Wall time over the length of the speech. */
  readonly realTimeFactor: number;
  readonly firstCodes: FirstAudio;
  /** Absent where only codes are made. */
  readonly firstAudio?: FirstAudio;
  readonly launchesPerFrame: number;
  readonly roundTripsPerFrame: number;
  /** Weights that a frame's share of the steps reads. */
  readonly weightBytesPerFrame: number;
  /** Of the talker's attention cache, at the mean context. */
  readonly cacheBytesPerFrame: number;
}

/** What was timed, and where. */
export interface Setting {
  readonly cpu: string;
  readonly cpuThreads: number;
  readonly backend: string;
  /** Name of the GPU; empty for none. */
  readonly device: string;
  readonly dtype: string;
  readonly vocoderDtype: string;
  readonly weights: string;
  readonly graphs: boolean;
  /** The model's hash. */
  readonly model: string;
  readonly concurrency: number;
  readonly loadMs: number;
  readonly deviceBytes: number;
  /** Whether no PCM was made of the codes. */
  readonly codesOnly: boolean;
  readonly repeatMax: number;
  /** Weights that a step reads. */
  readonly weightBytes: StepBytes;
}

export interface BenchReport extends Setting {
  /** None where they had no timed run. */
  readonly texts: readonly TextReport[];
  /** Of one request of codes alone, a frame at a time. */
  readonly contexts?: readonly ContextReport[];
  /** Over requests of twenty words. */
  readonly firstAudio?: FirstAudio & { readonly promptRows: number };
  /** Of one more run, which no time above includes. */
  readonly trace?: TraceSummary & { readonly file: string };
}

/** Samples of one text, what reading costs it, and the bandwidth of the same minutes. */
export interface TextRuns {
  readonly name: string;
  readonly samples: readonly Sample[];
  /** Requests at once. */
  readonly concurrency: number;
  readonly promptRows: number;
  readonly weightBytes: StepBytes;
  /** Of each position that a frame attends to. */
  readonly cacheBytes: number;
  readonly bandwidth: Bandwidth | undefined;
}

const frameMsOf = ({ wallMs, frames }: Sample): number => wallMs / frames;

/** @throws {RangeError} without samples. */
export function summariseText(runs: TextRuns): TextReport {
  const { name, samples, concurrency, promptRows, weightBytes, cacheBytes, bandwidth } = runs;
  const median = medianBy(samples, frameMsOf);
  if (median === undefined) throw new RangeError("a text was not spoken");
  const { frames, wallMs, steady } = median;
  const all = samples.map(frameMsOf);
  const { talker, predictor, vocoder } = weightBytes;
  const weightBytesPerFrame = ((talker + predictor + vocoder) * median.steps) / frames;
  const cacheBytesPerFrame = cacheBytes * (promptRows + frames / concurrency / 2);
  const firstAudioMs = samples.flatMap((sample) => sample.firstAudioMs);
  return {
    name,
    promptRows,
    frames,
    speechSeconds: median.speechSeconds,
    framesPerSecond: (1000 * frames) / wallMs,
    ...(steady === undefined ? {} : { steady: ratesOf(steady) }),
    frameMs: wallMs / frames,
    frameMsMin: Math.min(...all),
    frameMsMax: Math.max(...all),
    decodeMsPerFrame: median.decodeMs / frames,
    vocodeMsPerFrame: median.vocodeMs / frames,
    hostMsPerFrame: Math.max(0, wallMs - median.decodeMs - median.vocodeMs) / frames,
    plannerMicrosecondsPerFrame: (1000 * median.plannerMs) / frames,
    realTimeFactor: wallMs / 1000 / median.speechSeconds,
    firstCodes: summariseFirstAudio(samples.flatMap(({ firstCodesMs }) => firstCodesMs)),
    ...(firstAudioMs.length === 0 ? {} : { firstAudio: summariseFirstAudio(firstAudioMs) }),
    launchesPerFrame: median.launches / frames,
    roundTripsPerFrame: median.roundTrips / frames,
    weightBytesPerFrame,
    cacheBytesPerFrame,
    ...floorOf(weightBytesPerFrame + cacheBytesPerFrame, wallMs / frames, bandwidth),
  };
}

function ratesOf({ frames, wallMs }: Steady) {
  return { framesPerSecond: (1000 * frames) / wallMs, wallMs };
}

export function summariseFirstAudio(timesMs: readonly number[]): FirstAudio {
  return {
    requests: timesMs.length,
    p50Ms: percentile(timesMs, 50),
    p95Ms: percentile(timesMs, 95),
  };
}

/** A report as a person reads it. */
export function reportLines(report: BenchReport): string[] {
  const { texts, contexts, firstAudio, trace } = report;
  return [
    ...settingLines(report),
    ...(texts.length === 0 ? [] : ["", ...textLines(texts)]),
    ...(contexts === undefined ? [] : ["", ...contextLines(contexts)]),
    ...(firstAudio === undefined ? [] : ["", `first audio, ${audioText(firstAudio)}`]),
    ...(trace === undefined ? [] : ["", ...phaseLines(trace)]),
  ];
}

function settingLines(report: Setting): string[] {
  const { backend, device, dtype, vocoderDtype, weights, graphs, concurrency, codesOnly } = report;
  const { talker, predictor, vocoder } = report.weightBytes;
  const isGpu = backend === "cuda";
  const where = isGpu ? `${device}, ${graphs ? "CUDA graphs" : "no graphs"}` : report.cpu;
  return [
    `${backend}, ${dtype}, vocoder ${vocoderDtype}, ${concurrency} at once` +
      (weights === "int8" ? ", weights in int8" : "") +
      (codesOnly ? ", codes only" : ""),
    isGpu ? where : `${where}, ${report.cpuThreads} threads`,
    `loaded in ${report.loadMs.toFixed(0)} ms` +
      (isGpu ? `, ${gigabytes(report.deviceBytes)} GB on the GPU` : ""),
    `a step reads weights of ${megabytes(talker)} MB in the talker, ` +
      `${megabytes(predictor)} MB in the predictor` +
      (codesOnly ? "" : `, ${megabytes(vocoder)} MB in the vocoder`),
  ];
}

const ROWS: readonly (readonly [label: string, of: (text: TextReport) => string])[] = [
  ["prompt rows", ({ promptRows }) => String(promptRows)],
  ["speech, s", ({ speechSeconds }) => speechSeconds.toFixed(2)],
  ["frames", ({ frames }) => String(frames)],
  ["frames/s", ({ framesPerSecond }) => framesPerSecond.toFixed(1)],
  ["  while all speak", ({ steady }) => steady?.framesPerSecond.toFixed(1) ?? "-"],
  ["  for so many ms", ({ steady }) => steady?.wallMs.toFixed(0) ?? "-"],
  ["ms a frame", ({ frameMs }) => frameMs.toFixed(3)],
  ["  its range", ({ frameMsMin, frameMsMax }) => range(frameMsMin, frameMsMax)],
  ["  prompt, talker, predictor", ({ decodeMsPerFrame }) => decodeMsPerFrame.toFixed(3)],
  ["  vocoder", ({ vocodeMsPerFrame }) => vocodeMsPerFrame.toFixed(3)],
  ["  host, the rest", ({ hostMsPerFrame }) => hostMsPerFrame.toFixed(3)],
  ["planner, µs a frame", (text) => text.plannerMicrosecondsPerFrame.toFixed(1)],
  ["real-time factor", ({ realTimeFactor }) => realTimeFactor.toFixed(4)],
  ["first codes p50, ms", ({ firstCodes }) => firstCodes.p50Ms.toFixed(1)],
  ["first audio p50, ms", ({ firstAudio }) => firstAudio?.p50Ms.toFixed(1) ?? "-"],
  ["first audio p95, ms", ({ firstAudio }) => firstAudio?.p95Ms.toFixed(1) ?? "-"],
  ["launches a frame", ({ launchesPerFrame }) => launchesPerFrame.toFixed(1)],
  ["round trips a frame", ({ roundTripsPerFrame }) => roundTripsPerFrame.toFixed(3)],
  ["weights, MB a frame", ({ weightBytesPerFrame }) => megabytes(weightBytesPerFrame)],
  ["cache, MB a frame", ({ cacheBytesPerFrame }) => megabytes(cacheBytesPerFrame)],
  ["copy, GB/s", ({ bandwidth }) => bandwidth?.gigabytesPerSecond.toFixed(1) ?? "-"],
  ["floor, ms a frame", ({ floorMsPerFrame }) => floorMsPerFrame?.toFixed(3) ?? "-"],
  ["times the floor", ({ ratio }) => ratio?.toFixed(2) ?? "-"],
];

function textLines(texts: readonly TextReport[]): string[] {
  return tableLines([
    ["", ...texts.map(({ name }) => name)],
    ...ROWS.map(([label, of]) => [label, ...texts.map(of)]),
  ]);
}

function phaseLines(trace: TraceSummary & { readonly file: string }): string[] {
  const { file, frames, phases, busy } = trace;
  const rows = phases.map(({ phase, launches, microseconds }) => [
    phase,
    (launches / Math.max(1, frames)).toFixed(1),
    (microseconds / 1000 / Math.max(1, frames)).toFixed(3),
  ]);
  return [
    `${file}: one run more, ${frames} frames`,
    ...tableLines([["phase", "launches a frame", "device ms a frame"], ...rows]),
    ...(busy === undefined ? [] : [busyLine(busy)]),
  ];
}

function contextLines(contexts: readonly ContextReport[]): string[] {
  return tableLines([
    ["context", "ms a frame", "floor", "times the floor"],
    ...contexts.map(({ context, frameMs, floorMsPerFrame, ratio }) => [
      String(context),
      frameMs.toFixed(3),
      floorMsPerFrame?.toFixed(3) ?? "-",
      ratio?.toFixed(2) ?? "-",
    ]),
  ]);
}

function audioText({
  requests,
  promptRows,
  p50Ms,
  p95Ms,
}: FirstAudio & { readonly promptRows: number }): string {
  const times = `p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`;
  return `${requests} requests of ${promptRows} prompt rows: ${times}`;
}

function range(least: number, most: number): string {
  return `${least.toFixed(3)} to ${most.toFixed(3)}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
