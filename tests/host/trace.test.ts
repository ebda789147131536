import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { traceLines } from "../../host/cli/trace.ts";
import { addToTrace, readTrace } from "../../host/synthesis/trace/file.ts";
import { HostTrace } from "../../host/synthesis/trace/recorder.ts";
import type { TraceEvent } from "../../host/synthesis/trace/recorder.ts";
import { summariseTrace } from "../../host/synthesis/trace/summary.ts";
import { temporaryFolder, throwsCode } from "../support/golden.ts";
import { drain, request, setUp } from "../support/scheduling.ts";

/** A kernel as the sidecar writes it; of a frame's ops in a phase the one of `index`. */
function kernel(op: string, phase: string, frame: number, dur: number, index = 0): TraceEvent {
  const first = 100 * ["head", "pick", "predictor", "talker", "embed"].indexOf(phase);
  const args = { op, op_index: first + index, program_kind: 1, phase, frame };
  return { name: `${op}_kernel`, cat: "kernel", ph: "X", ts: 0, dur, pid: 1, tid: 1, args };
}

const KERNELS: readonly TraceEvent[] = [
  kernel("rms_norm", "prefill", -1, 5),
  ...[0, 1].flatMap((frame) => [
    kernel("matmul", "head", frame, 3),
    kernel("pick", "pick", frame, 2),
    kernel("norm_matmul", "predictor", frame, 4, 0),
    kernel("norm_matmul", "predictor", frame, 4, 1),
    kernel("matmul", "predictor", frame, 1, 2),
    kernel("matmul", "predictor", frame, 1, 2), // the sum of what the first left
    kernel("norm_matmul", "talker", frame, 6),
    kernel("frame_embed", "embed", frame, 1),
  ]),
  kernel("causal_conv1d", "vocoder", 1, 10),
  { name: "launch", cat: "launch", ph: "X", ts: 0, dur: 99, pid: 1, tid: 1 },
];

test("a trace is summed up by phase and by op", (t) => {
  t.deepEqual(summariseTrace(KERNELS), {
    frames: 2,
    phases: [
      { phase: "prompt", calls: 1, launches: 1, microseconds: 5 },
      { phase: "talker", calls: 2, launches: 2, microseconds: 12 },
      { phase: "predictor", calls: 6, launches: 8, microseconds: 20 },
      { phase: "heads and picks", calls: 4, launches: 4, microseconds: 10 },
      { phase: "vocoder", calls: 1, launches: 1, microseconds: 10 },
      { phase: "other", calls: 2, launches: 2, microseconds: 2 },
    ],
    layers: { calls: 8, launches: 10, microseconds: 32 },
    busy: { spanMicroseconds: 6, microseconds: 6 },
    ops: [
      { op: "norm_matmul", calls: 6, launches: 6, microseconds: 28 },
      { op: "matmul", calls: 4, launches: 6, microseconds: 10 },
      { op: "causal_conv1d", calls: 1, launches: 1, microseconds: 10 },
      { op: "rms_norm", calls: 1, launches: 1, microseconds: 5 },
      { op: "pick", calls: 2, launches: 2, microseconds: 4 },
      { op: "frame_embed", calls: 2, launches: 2, microseconds: 2 },
    ],
  });
});

test("a GPU is busy while a kernel runs, from the first of the frames to the last", (t) => {
  const at = (phase: string, from: number, to: number): TraceEvent => {
    return { ...kernel("op", phase, 0, to - from), ts: from };
  };
  const busyOf = (...kernels: TraceEvent[]) => summariseTrace(kernels).busy;
  t.deepEqual(
    busyOf(
      at("prefill", 0, 110), // the end of it lies in the span
      at("talker", 150, 200), // in any order
      at("predictor", 100, 140),
      at("vocoder", 120, 170), // over the end of one, the pause and the begin of the next
      at("vocoder", 125, 130), // within others
      at("head", 300, 320),
      at("vocoder", 310, 400), // its end is out of the span
      at("other", 500, 600),
    ),
    { spanMicroseconds: 220, microseconds: 120 },
  );
  t.deepEqual(busyOf(at("pick", 5, 15), at("talker", 15, 25)), {
    spanMicroseconds: 20,
    microseconds: 20,
  });
  t.is(busyOf(at("prefill", 0, 110), at("vocoder", 120, 130)), undefined);
  const many = Array.from({ length: 300_000 }, (_, index) =>
    at("talker", 2 * index, 2 * index + 1),
  );
  t.deepEqual(busyOf(...many.slice(0, 2)), { spanMicroseconds: 3, microseconds: 2 });
  t.deepEqual(summariseTrace(many).busy, { spanMicroseconds: 599_999, microseconds: 300_000 });
});

test("kernels without the sidecar's words count under their own name", (t) => {
  const bare: TraceEvent = { name: "odd", cat: "kernel", ph: "X", pid: 1, tid: 1 };
  t.deepEqual(summariseTrace([bare]), {
    frames: 0,
    phases: [{ phase: "other", calls: 1, launches: 1, microseconds: 0 }],
    layers: { calls: 0, launches: 0, microseconds: 0 },
    ops: [{ op: "odd", calls: 1, launches: 1, microseconds: 0 }],
  });
});

test("a summary is printed with what a frame has of it", (t) => {
  const lines = traceLines(summariseTrace(KERNELS));
  t.is(lines[0], "2 frames");
  t.true(
    lines.some((line) => /^predictor +8 +20\.0 +3\.0 +4\.0 +10\.00$/.test(line)),
    lines.join("\n"),
  );
  t.true(lines.some((line) => /^norm_matmul +6 +28\.0 +3\.0 +3\.0 +14\.00 +4\.67$/.test(line)));
  t.is(lines[2], "GPU busy 100.0 % of 0.01 ms of frames");
  t.is(lines[1], "layers, norms included: 4.0 ops a frame, 5.0 kernels");
  t.deepEqual(traceLines(summariseTrace([])), ["no kernels in this trace"]);
});

test("the host's spans join the sidecar's in its file", async (t) => {
  const file = join(temporaryFolder(t), "trace.json");
  writeFileSync(file, JSON.stringify({ displayTimeUnit: "ns", traceEvents: KERNELS }));
  const host = new HostTrace();
  host.planned("poll", 1, 2);
  await addToTrace(file, host.events());
  const { displayTimeUnit } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  t.is(displayTimeUnit, "ns");
  const events = await readTrace(file);
  t.is(events.length, KERNELS.length + host.events().length);
  t.like(events.at(-1), { name: "poll", cat: "planner", ph: "X", dur: 1000, pid: process.pid });
});

test("a trace may be a bare array, and anything else is refused", async (t) => {
  const file = join(temporaryFolder(t), "trace.json");
  writeFileSync(file, JSON.stringify(KERNELS));
  t.is((await readTrace(file)).length, KERNELS.length);
  for (const text of ["{}", "7", "no JSON", '{"traceEvents": 3}']) {
    writeFileSync(file, text);
    await throwsCode(t, () => readTrace(file), "ERR_INVALID_ARGUMENT", /voxfuse bench --trace/);
  }
  await throwsCode(t, () => readTrace(`${file}.none`), "ERR_INVALID_ARGUMENT");
});

test("the loop's own trace has its plans, and its submissions from end to end", async (t) => {
  const { pump } = setUp();
  const began = Number(process.hrtime.bigint()) / 1e3;
  pump.trace = new HostTrace();
  await drain(pump.add(request(3, 40)));
  const ended = Number(process.hrtime.bigint()) / 1e3;
  const spans = pump.trace.events().filter(({ ph }) => ph === "X");
  const names = new Set(spans.map(({ name }) => name));
  t.deepEqual([...names].toSorted(), ["complete", "poll", "submission"]);
  // On the monotonic clock, and two submissions in flight at once on two tracks.
  t.true(spans.every(({ ts = 0, dur = -1 }) => ts >= began && dur >= 0 && ts + dur <= ended));
  const ring = spans.filter(({ cat }) => cat === "ring");
  t.true(new Set(ring.map(({ tid }) => tid)).size > 1);
  for (const one of ring) {
    const beside = ring.filter(({ tid, ts }) => tid === one.tid && ts !== one.ts);
    t.true(beside.every((other) => endOf(one) <= (other.ts ?? 0) || endOf(other) <= (one.ts ?? 0)));
  }
});

function endOf({ ts = 0, dur = 0 }: TraceEvent): number {
  return ts + dur;
}
