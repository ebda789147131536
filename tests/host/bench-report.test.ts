import test from "ava";
import { contextReport, contextsFrom, promptOfLongRun } from "../../host/cli/bench/contexts.ts";
import { reportLines, summariseText } from "../../host/cli/bench/report.ts";
import type { BenchReport, Setting } from "../../host/cli/bench/report.ts";
import type { Sample } from "../../host/cli/bench/measure.ts";
import { steadyPart } from "../../host/cli/bench/steady.ts";
import type { Arrival } from "../../host/cli/bench/steady.ts";
import { medianBy, percentile } from "../../host/cli/bench/statistics.ts";
import { TEXTS, TWENTY_WORDS } from "../../host/cli/bench/texts.ts";
import { readCheckpoint } from "../../host/synthesis/checkpoint.ts";
import { bytesPerStep, cacheBytesPerPosition } from "../../host/synthesis/weight-bytes.ts";
import { golden, VOICE } from "../support/golden.ts";

const BANDWIDTH = { gigabytesPerSecond: 10, of: "copy by one thread of the host" } as const;

/** What reading costs: 10 MB a step, 50 kB for each position. */
const READING = {
  concurrency: 2,
  promptRows: 15,
  weightBytes: { talker: 2e6, predictor: 7e6, vocoder: 1e6 },
  cacheBytes: 50_000,
  bandwidth: undefined,
};

/** Two requests of ten frames each that share their steps. */
function sample(wallMs: number, more: Partial<Sample> = {}): Sample {
  return {
    frames: 20,
    speechSeconds: 1.6,
    wallMs,
    steady: { frames: 12, wallMs: wallMs / 2 },
    decodeMs: 60,
    vocodeMs: 20,
    plannerMs: 0.2,
    steps: 10,
    launches: 3000,
    roundTrips: 2,
    firstCodesMs: [wallMs / 5, wallMs / 10],
    firstAudioMs: [wallMs / 2, wallMs / 4],
    ...more,
  };
}

test("a percentile is a value that was measured", (t) => {
  const values = [5, 1, 4, 2, 3];
  t.deepEqual(
    [0, 20, 21, 50, 95, 100].map((percent) => percentile(values, percent)),
    [1, 1, 2, 3, 5, 5],
  );
  t.is(percentile([], 50), NaN);
  t.is(
    medianBy([4, 1, 3, 2], (value) => value),
    2,
  );
  t.is(
    medianBy<number>([], (value) => value),
    undefined,
  );
});

test("a text's figures are those of its median run, its range and first audio of all", (t) => {
  const samples = [sample(200), sample(100), sample(120)];
  const report = summariseText({
    name: "short",
    samples,
    ...READING,
    bandwidth: BANDWIDTH,
  });
  t.deepEqual(report, {
    name: "short",
    promptRows: 15,
    frames: 20,
    speechSeconds: 1.6,
    framesPerSecond: 20_000 / 120,
    steady: { framesPerSecond: 12_000 / 60, wallMs: 60 },
    frameMs: 6,
    frameMsMin: 5,
    frameMsMax: 10,
    decodeMsPerFrame: 3,
    vocodeMsPerFrame: 1,
    hostMsPerFrame: 2,
    plannerMicrosecondsPerFrame: 10,
    realTimeFactor: 0.12 / 1.6,
    firstCodes: { requests: 6, p50Ms: 20, p95Ms: 40 },
    firstAudio: { requests: 6, p50Ms: 50, p95Ms: 100 },
    launchesPerFrame: 150,
    roundTripsPerFrame: 0.1,
    weightBytesPerFrame: 5e6,
    cacheBytesPerFrame: 1e6, // fifteen rows and half of ten frames
    bandwidth: BANDWIDTH,
    floorMsPerFrame: 0.6,
    ratio: 10,
  });
});

test("without a bandwidth there is no floor, and overlapping work leaves the host nothing", (t) => {
  const report = summariseText({
    name: "short",
    samples: [sample(70, { firstAudioMs: [], steady: undefined })],
    ...READING,
  });
  t.is(report.hostMsPerFrame, 0);
  for (const name of ["floorMsPerFrame", "ratio", "bandwidth", "firstAudio", "steady"]) {
    t.false(name in report, name);
  }
});

const SETTING: Setting = {
  cpu: "a processor",
  cpuThreads: 2,
  backend: "cuda",
  device: "a GPU",
  dtype: "bf16",
  vocoderDtype: "bf16",
  weights: "stored",
  graphs: true,
  model: "0".repeat(64),
  concurrency: 2,
  loadMs: 1234,
  deviceBytes: 5.25e9,
  codesOnly: false,
  repeatMax: 16,
  weightBytes: READING.weightBytes,
};

test("a report is a column for each text, and says where it was measured", (t) => {
  const text = { samples: [sample(120)], ...READING };
  const report: BenchReport = {
    ...SETTING,
    texts: ["short", "long"].map((name) => summariseText({ name, ...text })),
    contexts: [
      { context: 256, frameMs: 2, bandwidth: BANDWIDTH, floorMsPerFrame: 1.6, ratio: 1.25 },
    ],
    firstAudio: { requests: 100, promptRows: 32, p50Ms: 12, p95Ms: 19 },
    trace: {
      file: "trace.json",
      frames: 10,
      phases: [{ phase: "talker", calls: 900, launches: 1000, microseconds: 9000 }],
      layers: { calls: 900, launches: 1000, microseconds: 9000 },
      busy: { microseconds: 9000, spanMicroseconds: 12_000 },
      ops: [],
    },
  };
  const lines = reportLines(report);
  for (const line of [
    /^cuda, bf16, vocoder bf16, 2 at once$/,
    /^a GPU, CUDA graphs$/,
    /^loaded in 1234 ms, 5\.25 GB on the GPU$/,
    /^ +short +long$/,
    /^ {2}while all speak +200\.0 +200\.0$/,
    /^ {2}for so many ms +60 +60$/,
    /^ms a frame +6\.000 +6\.000$/,
    /^times the floor +- +-$/,
    /^a step reads weights of 2\.0 MB in the talker, 7\.0 .* predictor, 1\.0 MB in the vocoder$/,
    /^prompt rows +15 +15$/,
    /^256 +2\.000 +1\.600 +1\.25$/,
    /^first audio, 100 requests of 32 prompt rows: p50 12\.0 ms, p95 19\.0 ms$/,
    /^talker +100\.0 +0\.900$/,
    /^GPU busy 75\.0 % of 12\.00 ms of frames$/,
  ]) {
    t.true(
      lines.some((each) => line.test(each)),
      `${line.source}\n${lines.join("\n")}`,
    );
  }
});

test("the time at a context is the mean of the frames that end there", (t) => {
  // 2 ms a frame up to frame 100, 3 ms after, seen sixteen frames at a time.
  const timeAt = (frames: number): number => 2 * frames + Math.max(0, frames - 96);
  const arrivals = Array.from({ length: 20 }, (_, index) => {
    return { frames: 16 * index, atMs: timeAt(16 * index) };
  });
  const parts = { promptRows: 40, bandwidth: BANDWIDTH, weightBytes: 9e6, cacheBytes: 50_000 };
  const at = (context: number) => contextReport(context, arrivals, parts);
  t.deepEqual(at(136), {
    context: 136,
    frameMs: 2,
    bandwidth: BANDWIDTH,
    floorMsPerFrame: (9 + 0.05 * 104) / 10,
    ratio: 2 / ((9 + 0.05 * 104) / 10),
  });
  t.is(at(301).frameMs, 3); // between two arrivals
  t.is(at(50).frameMs, 2); // fewer frames than a mean is made of
  t.throws(() => at(4096), { instanceOf: RangeError });
});

test("all speak from the last one's first frame to the first one's end", (t) => {
  const every = (stepMs: number, first: number, last: number, startMs: number): Arrival[] =>
    Array.from({ length: (last - first) / 8 + 1 }, (_, index) => {
      return { frames: first + 8 * index, atMs: startMs + stepMs * index };
    });
  // Eight frames in 20 ms: one from 100 ms on, one from 150 ms on, which ends first, at 310 ms.
  const early = every(20, 1, 161, 100);
  const late = every(20, 1, 65, 150);
  const frames = (8 / 20) * 160;
  const both = steadyPart([early, late]);
  t.is(both?.wallMs, 160);
  t.true(Math.abs((both?.frames ?? 0) - 2 * frames) < 1e-9, `${both?.frames} frames`);
  t.deepEqual(steadyPart([late]), { frames: 64, wallMs: 160 });
  // Told of the same steps one after the other, the second by 2 ms later.
  const behind = every(20, 1, 65, 152);
  const near = steadyPart([late, behind]);
  t.is(near?.wallMs, 158);
  t.true(Math.abs((near?.frames ?? 0) - 2 * (8 / 20) * 158) < 1e-9);
  // One is over before the other begins, or never says a word.
  t.is(steadyPart([early, every(20, 1, 9, 900)]), undefined);
  t.is(steadyPart([early, []]), undefined);
  t.is(steadyPart([[{ frames: 8, atMs: 5 }]]), undefined);
});

test("contexts are whole numbers, in any order", (t) => {
  t.deepEqual(contextsFrom("1024,256"), [256, 1024]);
  for (const list of ["", "256,", "a", "1.5", "0"]) {
    t.throws(() => contextsFrom(list), { code: "ERR_INVALID_ARGUMENT" }, list);
  }
});

test("contexts begin behind the prompt of a text in one piece", (t) => {
  t.is(promptOfLongRun([32], [33, 1024]), 32);
  for (const [pieces, context] of [
    [[32], 32],
    [[32, 20], 1024],
    [[], 1024],
  ] as const) {
    const plan = (): number => promptOfLongRun(pieces, [context]);
    t.throws(plan, { code: "ERR_INVALID_ARGUMENT" }, `${pieces.join("+")} rows, ${context}`);
  }
});

test("without texts a report has no table of them", (t) => {
  const contexts = [{ context: 256, frameMs: 2 }];
  const lines = reportLines({ ...SETTING, texts: [], contexts });
  t.false(lines.some((line) => line.startsWith("prompt rows")));
  t.regex(lines.at(-1) ?? "", /^256 +2\.000 +- +-$/);
});

test("a bf16 vocoder reads half the bytes of a f32 one, and long packets less of it", async (t) => {
  const checkpoint = await readCheckpoint(golden("tiny-custom-voice"));
  const [whole, narrow, rare] = [
    bytesPerStep(checkpoint, 8, { vocoderDtype: "f32", weights: "stored" }),
    bytesPerStep(checkpoint, 8, { vocoderDtype: "bf16", weights: "stored" }),
    bytesPerStep(checkpoint, 1, { vocoderDtype: "f32", weights: "stored" }),
  ];
  t.is(whole.vocoder, 2 * narrow.vocoder);
  t.is(rare.vocoder, 8 * whole.vocoder);
  t.true(whole.talker > 0 && whole.predictor > 0);
  t.like(whole, { talker: rare.talker, predictor: narrow.predictor });
  t.is(cacheBytesPerPosition(checkpoint, "f32"), 2 * cacheBytesPerPosition(checkpoint, "bf16"));
});

test("int8 matrices are half as many bytes as bf16 ones, and a scale a row", async (t) => {
  const checkpoint = await readCheckpoint(VOICE);
  const of = (weights: "stored" | "int8") => {
    return bytesPerStep(checkpoint, 8, { vocoderDtype: "f32", weights });
  };
  const [stored, int8] = [of("stored"), of("int8")];
  t.is(int8.vocoder, stored.vocoder);
  for (const part of ["talker", "predictor"] as const) {
    t.true(int8[part] > stored[part] / 2 && int8[part] < 0.53 * stored[part]);
  }
});

test("the texts are of three lengths, and the last one of twenty words", (t) => {
  const words = TEXTS.map(({ text }) => text.split(" ").length);
  t.deepEqual(
    words.toSorted((a, b) => a - b),
    words,
  );
  t.is(TWENTY_WORDS.split(" ").length, 20);
});
