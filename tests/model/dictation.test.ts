import test from "ava";
import { TINY } from "../support/engine.ts";
import { VOICE } from "../support/golden.ts";
import { agreementOf, agreementWithF32 } from "../support/agreement.ts";
import { recite } from "../support/dictation.ts";

const TEXTS = ["Hello there.", "How are you doing today?"];
const dictation = (model: string) => ({ model, texts: TEXTS, seed: 7, maxNewTokens: 40 });

test("dictated codes are taken down from the same logits, whatever the seed", async (t) => {
  const texts = dictation(TINY);
  const options = { backend: "cpu", fusion: "full" } as const;
  const dictated = await recite(texts, options);
  t.true(dictated.every(({ codes, logits }) => logits.length === codes.length + 1));
  t.deepEqual(await recite({ ...texts, seed: 8 }, options, dictated), dictated);
});

test("an agreement counts errors over all logits, and the largest among candidates", (t) => {
  const candidates = { audioCodes: 3, endId: 4 };
  const pair = (group: number, wanted: readonly number[], got: readonly number[]) => {
    return { group, wanted: Float32Array.from(wanted), got: Float32Array.from(got) };
  };
  const agreement = agreementOf(
    [
      pair(0, [1, 0, 0, 9, 2], [1, 0, 0, 9, 2]), // id 3 is no candidate, the end is
      pair(0, [1, 0, 0, 0, 2], [2, 0, 0, 0, 1]),
      pair(1, [1, 0, 0, 0, 8], [1, 0, 0, 0, 8]), // the end is none here
      pair(1, [1, 0.99, 0, 0, 0], [0.99, 1, 0, 0, 0]), // not clear
    ],
    candidates,
  );
  const wantedSquares = 86 + 5 + 65 + 1 + 0.99 ** 2;
  t.true(Math.abs(agreement.rmsError - Math.sqrt((2 + 2 * 0.01 ** 2) / wantedSquares)) < 1e-6);
  t.like(agreement, { picks: 4, clearPicks: 3, clearAgreed: 2 / 3, allAgreed: 1 / 2 });
});

// What int8 costs: every weight is rounded by up to 1/254 of its row's largest. Measured: 0.46e-2
// and 1.00e-2, 0.98e-2 and 1.96e-2; by bf16 activations, below, about two thirds of that.
for (const [name, model, talkerAllowed, predictorAllowed] of [
  ["the embedded voice", VOICE, 1e-2, 2e-2],
  ["the tiny model, 32 and 64 wide", TINY, 1.5e-2, 2.5e-2],
] as const) {
  test(`int8 logits of ${name} are those of its weights as stored`, async (t) => {
    const options = { backend: "cpu", weights: "int8", fusion: "full" } as const;
    const { talker, predictor, both } = await agreementWithF32(t, dictation(model), options);
    t.true(talker.rmsError <= talkerAllowed && talker.rmsError > 0);
    t.true(predictor.rmsError <= predictorAllowed && predictor.rmsError > 0);
    t.true(both.clearAgreed >= 0.96);
  });
}

// What bf16 costs where nothing but the rounding points of the specification makes an error.
for (const [name, model, errorAllowed] of [
  ["the embedded voice", VOICE, 1e-2],
  ["the tiny model, 32 and 64 wide", TINY, 1.2e-2],
] as const) {
  test(`bf16 logits of ${name} on the reference are those of f32`, async (t) => {
    const options = { backend: "reference", dtype: "bf16", fusion: "full" } as const;
    const { talker, predictor, both } = await agreementWithF32(t, dictation(model), options);
    t.true(talker.rmsError <= 1e-2 && talker.rmsError > 0);
    t.true(predictor.rmsError <= errorAllowed && predictor.rmsError > 0);
    t.true(both.clearAgreed >= 0.98, "few picks: one is 0.3 %");
  });
}
