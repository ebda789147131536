import test from "ava";

import { ProbeKind, ProgramKind } from "../../shared/gen/protocol.ts";
import { golden } from "../support/golden.ts";
import { casesOf, optionsOf } from "../support/golden-cases.ts";
import { runNative } from "../support/native.ts";
import { record, replay } from "../support/recording.ts";

const MODEL = "tiny-custom-voice";

/** Of `plan_tool dump --json`. */
interface ProgramLine {
  readonly kind: number;
  readonly op_count: number;
}

/** Ops of the programs of a kind, which all buckets have in common. */
function opCounts(programs: readonly ProgramLine[], kind: number): number[] {
  const counts = programs.filter((program) => program.kind === kind);
  return [...new Set(counts.map(({ op_count }) => op_count))];
}

for (const fusion of ["sequential", "norm", "swiglu", "rope", "full"] as const) {
  test(`every launch of an utterance is an op of its programs, ${fusion}`, async (t) => {
    const one = casesOf(MODEL).find(({ name }) => name === "auto-serena");
    if (one === undefined) throw new Error("the golden case is gone");
    let counted = 0;
    const recording = await record(t, { model: golden(MODEL), fusion, rows: 1 }, async (engine) => {
      await engine.speak(one.text, optionsOf(one));
      counted = (await engine.stats()).launches;
    });
    const json = await runNative("plan_tool", "dump", recording, "--json");
    const programs = JSON.parse(json) as ProgramLine[]; // our own tool's
    const { ops, submissions, probes } = await replay(t, recording, "cpu");
    const runs = (kind: number, isPrefill: boolean): number =>
      probes
        .filter((probe) => probe.kind === kind && probe.index === 0)
        .filter((probe) => (probe.program_kind === ProgramKind.Prefill) === isPrefill).length;
    const [prefill = 0, ...otherPrefills] = opCounts(programs, ProgramKind.Prefill);
    const [decode = 0, ...otherDecodes] = opCounts(programs, ProgramKind.Decode);
    const [vocode = 0, ...otherVocodes] = opCounts(programs, ProgramKind.Vocode);
    t.deepEqual([otherPrefills, otherDecodes, otherVocodes], [[], [], []]);
    // One decode more than frames: its pick ends the row.
    const ledger =
      runs(ProbeKind.PrefillInput, true) * prefill +
      (one.frames + 1) * decode +
      runs(ProbeKind.Pcm, false) * vocode;
    const completed = submissions.reduce((sum, { op_count }) => sum + op_count, 0);
    t.deepEqual({ ops, completed, counted }, { ops: ledger, completed: ledger, counted: ledger });
  });
}
