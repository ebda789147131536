import test from "ava";

import { Dtype, FusionLevel, ProgramKind } from "../../shared/gen/protocol.ts";
import { PlannerModule, releasedConfig } from "../support/planner-module.ts";
import { readProgram } from "../support/program.ts";

/** Layer kernels of a frame, norms included, heads and embeddings apart. */
const LEDGER = new Map<keyof typeof FusionLevel, number>([
  ["Sequential", 2488],
  ["Norm", 2282],
  ["Swiglu", 2179],
  ["Rope", 1870],
  ["Full", 531],
]);

for (const name of ["0.6b-custom-voice", "1.7b-custom-voice"]) {
  for (const [level, kernels] of LEDGER) {
    test(`a frame of ${name} has ${kernels} layer kernels at level ${level}`, (t) => {
      const planner = new PlannerModule();
      t.is(planner.prepare(releasedConfig(name, { decodeLevel: FusionLevel[level] })), 0);
      t.not(planner.programFor(ProgramKind.Decode, 1), -1);
      t.is(readProgram(planner.built()).header.layerOpCount, kernels);
    });
  }
}

for (const [name, actDtype, atFull] of [
  ["f32", Dtype.F32, 225],
  ["bf16", Dtype.Bf16, 281],
] as const) {
  test(`a prompt chunk costs the talker's layers once, ${name}`, (t) => {
    const counts = Object.values(FusionLevel).map((level) => {
      const planner = new PlannerModule();
      planner.prepare(releasedConfig("0.6b-base", { prefillLevel: level, actDtype }));
      planner.programFor(ProgramKind.Prefill, 1, 64);
      return readProgram(planner.built()).header.layerOpCount;
    });
    t.deepEqual(counts, [673, 617, 589, 505, atFull]);
  });
}

test("the counted kernels are decoder-stack ops only", (t) => {
  const planner = new PlannerModule();
  planner.prepare(releasedConfig("0.6b-base", { decodeLevel: FusionLevel.Full }));
  planner.programFor(ProgramKind.Decode, 1);
  const names = readProgram(planner.built()).ops.map(({ info }) => info.name);
  const count = (wanted: string): number => names.filter((name) => name === wanted).length;
  // Five ops a layer; a final norm a stack; outside the stacks only plain matmuls stay.
  t.deepEqual(
    ["norm_matmul", "qkv_attention", "matmul_residual", "rms_norm", "matmul"].map(count),
    [103, 103, 206, 16, 18],
  );
});
