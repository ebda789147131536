import test from "ava";

import { loadPlannerModule } from "../../host/planner/load.ts";
import { golden, readJson, readTensor } from "../support/golden.ts";

/** What the official processor chain was asked. */
interface SamplingCase {
  readonly case: number;
  readonly repetition_penalty: number;
  readonly temperature: number;
  readonly top_k: number;
  readonly top_p: number;
  readonly history: readonly number[];
  readonly eos: number;
  readonly min_new_tokens: number;
  readonly suppressed_from: number;
}

const ALLOWED = 1e-6;
const TOP_P_ONE = 2 ** 20;

const TENSORS = golden("tiny-custom-voice", "expected", "sampling.safetensors");
const CASES = readJson(
  golden("tiny-custom-voice", "expected", "sampling.json"),
) as readonly SamplingCase[]; // of the form in the README there

/** What each id weighs for the planner; -1 where it is dropped. */
function weightsOf(one: SamplingCase, logits: readonly number[]): number[] {
  const planner = loadPlannerModule();
  const memory = planner.memory.buffer;
  const seen = new Uint32Array(memory, planner.pickSeenAt(), Math.ceil(logits.length / 32));
  seen.fill(0);
  for (const id of one.history) seen[id >> 5] = (seen[id >> 5] ?? 0) | (1 << (id & 31));
  new Float32Array(memory, planner.logitsAt(0), logits.length).set(logits);
  const topP = Math.round(one.top_p * TOP_P_ONE);
  planner.pickWith(0, 1, one.temperature, one.top_k, topP, one.repetition_penalty);
  planner.pickBars(one.suppressed_from, one.eos, one.min_new_tokens, seen.length);
  planner.pickOnce(logits.length, one.history.length, 0, 1, 0);
  return logits.map((_, id) => planner.pickWeight(id));
}

for (const one of CASES) {
  const { case: number, temperature, top_k, top_p } = one;
  const words = `temperature ${temperature}, top-k ${top_k}, top-p ${top_p}`;
  test(`sampling case ${number} has the official probabilities: ${words}`, async (t) => {
    const logits = (await readTensor(TENSORS, `logits_${number}`)).values;
    const expected = (await readTensor(TENSORS, `probabilities_${number}`)).values;
    const weights = weightsOf(one, logits);
    const kept = (isKept: (id: number) => boolean): number[] =>
      weights.flatMap((_, id) => (isKept(id) ? [id] : []));
    t.deepEqual(
      kept((id) => (weights[id] ?? -1) >= 0),
      kept((id) => (expected[id] ?? 0) > 0),
    );
    const sum = weights.reduce((total, weight) => total + Math.max(weight, 0), 0);
    const worst = expected.reduce(
      (error, wanted, id) =>
        Math.max(error, Math.abs(wanted - Math.max(weights[id] ?? NaN, 0) / sum)),
      0,
    );
    t.true(worst <= ALLOWED, `a probability is off by ${worst}`);
    t.log(`largest error ${worst.toExponential(1)}`);
  });
}
