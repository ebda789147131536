import test from "ava";

import { parseGeneration } from "../../host/model/generation-config.ts";
import { JsonFields } from "../../host/model/json-fields.ts";
import { resolveSampling } from "../../host/synthesis/sampling-options.ts";
import type { SamplingOptions } from "../../host/synthesis/sampling-options.ts";
import { throwsCode } from "../support/golden.ts";

const DEFAULTS = parseGeneration(new JsonFields("generation_config.json", { top_k: 7 }));

test("the caller's value wins over the file's, which wins over the fallback", (t) => {
  t.deepEqual(resolveSampling({ seed: 9, topP: 0.5, subtalkerTopK: 3 }, DEFAULTS), {
    talker: { doSample: true, temperature: 0.9, topK: 7, topP: 0.5 },
    predictor: { doSample: true, temperature: 0.9, topK: 3, topP: 1 },
    repetitionPenalty: 1.05,
    maxNewTokens: 2048,
    minNewTokens: 2,
    seed: 9,
  });
});

test("undefined is the same as left out, and false and 0 are values", (t) => {
  const options = { seed: 0, temperature: undefined, doSample: false, topK: 0 };
  const settings = resolveSampling(options, DEFAULTS);
  t.deepEqual(settings.talker, { doSample: false, temperature: 0.9, topK: 0, topP: 1 });
  t.is(settings.seed, 0);
});

test("without a seed every request gets its own, below 2^53", (t) => {
  const seeds = Array.from({ length: 50 }, () => resolveSampling({}, DEFAULTS).seed);
  t.is(new Set(seeds).size, 50);
  t.true(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0));
});

test("the largest seed is accepted", (t) => {
  t.is(resolveSampling({ seed: 2 ** 53 - 1 }, DEFAULTS).seed, 2 ** 53 - 1);
});

// What plain JavaScript may pass as well as what TypeScript lets through.
const REFUSED: Readonly<Record<keyof SamplingOptions, readonly unknown[]>> = {
  doSample: ["yes", 1],
  temperature: [0, -1, NaN, Infinity, 101, "0.9"],
  topK: [-1, 1.5, NaN, 2 ** 31],
  topP: [0, -0.1, 1.0001, NaN],
  repetitionPenalty: [0, -1, NaN, Infinity],
  subtalkerDoSample: ["no"],
  subtalkerTemperature: [0, -1, NaN, Infinity],
  subtalkerTopK: [-1, 0.5],
  subtalkerTopP: [0, 2],
  maxNewTokens: [0, -1, 1.5, 8193],
  minNewTokens: [1, 2.5, 8193],
  seed: [-1, 0.5, 2 ** 53, NaN, 7n],
};

for (const [name, values] of Object.entries(REFUSED)) {
  for (const value of values) {
    test(`${name} ${String(value)} (${typeof value}) is refused by name`, async (t) => {
      const options = { [name]: value } as SamplingOptions; // wrong on purpose
      const sentence = new RegExp(`^${name} is .+; it must be `);
      await throwsCode(t, () => resolveSampling(options, DEFAULTS), "ERR_SAMPLING_RANGE", sentence);
    });
  }
}
