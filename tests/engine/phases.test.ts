import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { FusionLevel, ProgramKind } from "../../shared/gen/protocol.ts";
import { temporaryFolder } from "../support/golden.ts";
import { runNative } from "../support/native.ts";
import { built, levels, prepared } from "../support/planned-programs.ts";
import type { Key } from "../support/planned-programs.ts";

/** Of `plan_tool dump --json`. */
interface ProgramLine {
  readonly ops: readonly { readonly op: string; readonly phase: string }[];
}

const TALKER_LAYERS = 28;
const PREDICTOR_LAYERS = 5;
const PASSES = 15;

/** Ops outside the layers, by phase; the larger model's predictor has a projection of its input. */
const FRAME = { "0.6b-custom-voice": { embed: 22 }, "1.7b-custom-voice": { embed: 22 + PASSES } };

for (const [name, { embed }] of Object.entries(FRAME)) {
  for (const [levelName, level] of Object.entries(FusionLevel)) {
    test(`every op of ${name} at level ${levelName} has its phase`, async (t) => {
      const planner = prepared(name, levels(level));
      const file = join(temporaryFolder(t), "one.program");
      const phases = async (...key: Key): Promise<Record<string, number>> => {
        built(planner, key);
        writeFileSync(file, planner.built());
        const dumped = await runNative("plan_tool", "dump", file, "--json");
        const [program] = JSON.parse(dumped) as ProgramLine[]; // our own tool's
        const counts: Record<string, number> = {};
        for (const { phase } of program?.ops ?? []) counts[phase] = (counts[phase] ?? 0) + 1;
        return counts;
      };

      const { talker = 0, predictor = 0, ...others } = await phases(ProgramKind.Decode, 1, 1, 0);
      // 16 heads; 16 picks, the frame's begin, its codes' publishing and the row's advance.
      t.deepEqual(others, { embed, head: 16, pick: 19 });
      // A final norm closes each stack of layers, which are alike in both.
      const layerOps = (talker - 1) / TALKER_LAYERS;
      t.is(predictor, PASSES * (PREDICTOR_LAYERS * layerOps + 1));
      t.true(Number.isInteger(layerOps) && layerOps >= 1, `${layerOps} ops a layer`);

      t.deepEqual(await phases(ProgramKind.Decode, 8, 1, 0), { talker, predictor, ...others });
      const step = { embed: 5, pick: 3, talker };
      t.deepEqual(await phases(ProgramKind.Forced, 1, 1, 0), step);
      t.deepEqual(await phases(ProgramKind.Talker, 1, 1, 0), step);
      t.deepEqual(await phases(ProgramKind.Head, 1, 1, 0), { embed: 1, head: 1, pick: 2 });
      const { embed: input = 0, ...pass } = await phases(ProgramKind.Predictor, 1, 1, 3);
      t.deepEqual(pass, { head: 1, pick: 2, predictor: predictor / PASSES });
      t.is(input, embed === 22 ? 1 : 2);
      t.deepEqual(Object.keys(await phases(ProgramKind.Prefill, 1, 16, 0)), ["prefill"]);
      t.deepEqual(Object.keys(await phases(ProgramKind.Vocode, 1, 2, 0)), ["vocoder"]);
    });
  }
}
