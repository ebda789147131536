import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { agreementWithF32 } from "../support/agreement.ts";
import { TINY } from "../support/engine.ts";
import { VOICE } from "../support/golden.ts";
import { onGpu } from "../support/gpu.ts";

const register = onGpu(test);
const ERROR_ALLOWED = 1e-2;
const AGREED_LEAST = 0.99;
const CLEAR_PICKS_LEAST = 10_000;

interface Subject {
  readonly model: string;
  readonly sentences: number;
  readonly maxNewTokens: number;
  readonly predictorErrorAllowed: number;
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  "the embedded voice": {
    ...{ model: VOICE, sentences: 40, maxNewTokens: 600 },
    predictorErrorAllowed: ERROR_ALLOWED,
  },
  // Its predictor is 32 wide: the rounding points of bf16 alone make 1.07e-2 on the reference.
  "the tiny model": {
    ...{ model: TINY, sentences: 12, maxNewTokens: 120 },
    predictorErrorAllowed: 1.2e-2,
  },
};

/** The first sentences of the voice's evaluation. */
function sentences(count: number): string[] {
  const text = readFileSync(join(VOICE, "eval", "sentences.txt"), "utf8");
  return text.trim().split("\n").slice(0, count);
}

for (const [name, subject] of Object.entries(SUBJECTS)) {
  for (const fusion of ["sequential", "full"] as const) {
    register(`bf16 logits of ${name} are those of f32 on the same codes, ${fusion}`, async (t) => {
      const { model, maxNewTokens, predictorErrorAllowed } = subject;
      const texts = { model, texts: sentences(subject.sentences), seed: 7, maxNewTokens };
      const options = { backend: "cuda", dtype: "bf16", fusion } as const;
      const { talker, predictor, both } = await agreementWithF32(t, texts, options);
      t.true(both.clearPicks >= CLEAR_PICKS_LEAST);
      t.true(talker.rmsError <= ERROR_ALLOWED && talker.clearAgreed >= AGREED_LEAST);
      t.true(predictor.rmsError <= predictorErrorAllowed && predictor.clearAgreed >= AGREED_LEAST);
    });
  }
}
