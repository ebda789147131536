import { join } from "node:path";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import { readTrace } from "../../host/synthesis/trace/file.ts";
import type { TraceEvent } from "../../host/synthesis/trace/recorder.ts";
import { ProgramKind } from "../../shared/gen/protocol.ts";
import { frames, TEXT, TINY } from "../support/engine.ts";
import { temporaryFolder } from "../support/golden.ts";
import { runNative } from "../support/native.ts";
import { record } from "../support/recording.ts";

/** The sidecar's process in a trace. */
const SIDECAR = 1;

/** Of `plan_tool replay`: launches of a run, by kind of program, phase and op. */
interface ReplayLine {
  readonly ops: number;
  readonly launches: Readonly<Record<string, KindLaunches>>;
}

interface KindLaunches {
  readonly repeats: number;
  readonly phases: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

function numberOf({ args = {} }: TraceEvent, name: string): number {
  const value = args[name];
  return typeof value === "number" ? value : NaN;
}

test("a trace tells of every submission and every repeat, without kernels on a CPU", async (t) => {
  const file = join(temporaryFolder(t), "trace.json");
  const options = { backend: "cpu", model: TINY, rows: 1, fusion: "full" } as const;
  await using engine = await Voxfuse.load(options);
  await engine.startTrace(file);
  const { codes } = await engine.speak(TEXT, frames(5));
  const counts = await engine.endTrace();
  const { launches } = await engine.stats();

  const events = (await readTrace(file)).filter(({ pid }) => pid === SIDECAR);
  t.deepEqual(counts, { events: events.length, deviceKernels: 0 });
  t.false(events.some(({ cat }) => cat === "kernel"));
  const repeats = events.filter(({ cat }) => cat === "launch");
  const decodes = repeats.filter((one) => numberOf(one, "program_kind") === ProgramKind.Decode);
  // One decode more than frames: its pick ends the row.
  t.is(decodes.length, codes.frames + 1);
  t.true(decodes.every(({ name }) => name === "decode full"));
  t.is(
    repeats.reduce((sum, one) => sum + numberOf(one, "launches"), 0),
    launches,
  );
  const ring = events.filter(({ cat }) => cat === "ring");
  const tokens = new Set(ring.filter(({ ph }) => ph === "X").map((one) => numberOf(one, "token")));
  const completed = ring.filter(({ ph }) => ph === "i");
  t.true(completed.length > 0 && completed.every((one) => tokens.has(numberOf(one, "token"))));
});

test("an engine traces again, into another file", async (t) => {
  const folder = temporaryFolder(t);
  await using engine = await Voxfuse.load({ backend: "cpu", model: TINY, rows: 1 });
  for (const name of ["a.json", "b.json"]) {
    await engine.startTrace(join(folder, name));
    await engine.speak(TEXT, frames(2));
    const { events } = await engine.endTrace();
    t.true(events > 0);
  }
  const [a, b] = await Promise.all(
    ["a.json", "b.json"].map((name) => readTrace(join(folder, name))),
  );
  const lastOf = (events: readonly TraceEvent[] = []) =>
    Math.max(...events.map(({ ts = 0 }) => ts));
  const firstOf = (events: readonly TraceEvent[] = []) =>
    Math.min(...events.map(({ ts = Infinity }) => ts));
  t.true(lastOf(a) < firstOf(b));
});

test("a replay counts a frame's launches by phase and op", async (t) => {
  let spoken = 0;
  const options = { model: TINY, rows: 1, fusion: "full" } as const;
  const recording = await record(t, options, async (engine) => {
    spoken = (await engine.speak(TEXT, frames(5))).codes.frames;
  });
  const printed = await runNative("plan_tool", "replay", recording, "--backend", "cpu");
  const { ops, launches } = JSON.parse(printed) as ReplayLine; // our own tool's
  const { repeats: decodes, phases: byPhase = {} } = launches["decode"] ?? {};
  t.is(decodes, spoken + 1);
  t.deepEqual(Object.keys(byPhase).toSorted(), ["embed", "head", "pick", "predictor", "talker"]);
  const total = Object.values(launches).reduce((sum, { repeats, phases }) => {
    const counts = Object.values(phases).flatMap((byOp) => Object.values(byOp));
    return sum + repeats * counts.reduce((one, count) => one + count, 0);
  }, 0);
  t.is(Math.round(total), ops);
});
