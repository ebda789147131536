import test from "ava";
import type { ExecutionContext } from "ava";
import { Voxfuse } from "../../host/index.ts";
import { FUSION_LEVELS } from "../../host/synthesis/limits.ts";
import { golden } from "../support/golden.ts";
import { SPEAKING, casesOf, codesOf, optionsOf } from "../support/golden-cases.ts";
import type { GoldenCase } from "../support/golden-cases.ts";
import { onGpu } from "../support/gpu.ts";

const register = onGpu(test);

/** Speaks the case whole and compares. */
async function speaksAs(t: ExecutionContext, engine: Voxfuse, one: GoldenCase): Promise<void> {
  const { codes } = await engine.speak(one.text, optionsOf(one));
  t.is(codes.frames, one.frames, one.name);
  t.deepEqual([...codes.data], await codesOf(one), one.name);
}

for (const model of SPEAKING) {
  const cases = casesOf(model);
  for (const fusion of FUSION_LEVELS) {
    for (const graphs of [true, false]) {
      const setting = { backend: "cuda", dtype: "f32", fusion, graphs } as const;
      const words = `cuda f32 ${fusion}, ${graphs ? "graphs" : "no graphs"}`;

      register(`${model} speaks the official codes in a batch: ${words}`, async (t) => {
        await using engine = await Voxfuse.load({ model: golden(model), ...setting, rows: 8 });
        await Promise.all(cases.map((one) => speaksAs(t, engine, one)));
      });

      register(`${model} speaks the official codes one by one: ${words}`, async (t) => {
        await using engine = await Voxfuse.load({ model: golden(model), ...setting, rows: 1 });
        for (const one of cases) await speaksAs(t, engine, one);
      });
    }
  }
}
