import { spawnSync } from "node:child_process";
import test from "ava";
import { loadPlannerModule } from "../../host/planner/load.ts";
import { ABSENT, ROW_STATE_BYTES, rowStateBytes } from "../support/row-state.ts";
import type { RowState } from "../support/row-state.ts";
import { nativeProgram } from "../support/native.ts";

const HEADER_WORDS = 6;
const CASES = 4000;

/** Small, seeded, good enough to make cases with. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Shape {
  readonly vocab: number;
  readonly group: number;
  readonly audioCodes: number;
  readonly endId: number;
}

const SHAPES: readonly Shape[] = [
  { vocab: 37, group: 0, audioCodes: 30, endId: 33 },
  { vocab: 64, group: 3, audioCodes: 64, endId: 0 },
  { vocab: 1, group: 1, audioCodes: 1, endId: 0 },
];

/** A row whose settings are drawn; many at their ends. */
function drawState(random: () => number): RowState {
  const among = (...values: number[]): number => values[Math.floor(random() * values.length)] ?? 0;
  const one = {
    doSample: among(0, 1, 1, 1),
    temperature: Math.fround(among(1, 0.9, 0.1, 5)),
    topK: among(0, 1, 5, 20, 1000),
    topP: among(2 ** 20, 2 ** 19, 1, 1_000_000),
  };
  return {
    ...one,
    frame: among(0, 1, 2, 77),
    minNewTokens: 2,
    segment: among(0, 3),
    seedLo: Math.floor(random() * 2 ** 32),
    seedHi: Math.floor(random() * 2 ** 21),
    penalty: Math.fround(among(1, 1.05, 2)),
  };
}

/** Few distinct values, so that there are ties; now and then one that may not be. */
function drawLogits(random: () => number, vocab: number): Float32Array {
  const isSpecial = random() < 0.05;
  const special = [NaN, Infinity, -Infinity, -0][Math.floor(random() * 4)] ?? 0;
  const step = random() < 0.5 ? 0.5 : 1e-3;
  return Float32Array.from({ length: vocab }, (_, id) => {
    if (isSpecial && id % 5 === 0) return special;
    return Math.round((random() * 12 - 6) / step) * step;
  });
}

for (const shape of SHAPES) {
  test(`the planner picks as the kernels do: ${shape.vocab} logits, group ${shape.group}`, (t) => {
    const { vocab, group, audioCodes, endId } = shape;
    const random = generator(vocab * 16 + group);
    const planner = loadPlannerModule();
    const memory = planner.memory.buffer;
    const seenWords = Math.ceil(vocab / 32);
    const caseWords = ROW_STATE_BYTES / 4 + seenWords + vocab;
    const input = new Uint32Array(HEADER_WORDS + CASES * caseWords);
    input.set([CASES, vocab, group, 16, audioCodes, endId]);
    const picks: number[] = [];
    for (let index = 0; index < CASES; index++) {
      const at = HEADER_WORDS + index * caseWords;
      const state = drawState(random);
      const seen = Uint32Array.from({ length: seenWords }, () => Math.floor(random() * 2 ** 32));
      const logits = drawLogits(random, vocab);
      new Uint8Array(input.buffer).set(rowStateBytes(state), 4 * at);
      input.set(seen, at + ROW_STATE_BYTES / 4);
      new Float32Array(input.buffer).set(logits, at + ROW_STATE_BYTES / 4 + seenWords);

      new Uint32Array(memory).set(seen, planner.pickSeenAt() / 4);
      new Float32Array(memory).set(logits, planner.logitsAt(0) / 4);
      const { doSample, temperature, topK, topP, penalty } = state;
      planner.pickWith(group, doSample, temperature, topK, topP, penalty);
      planner.pickBars(audioCodes, endId, state.minNewTokens, seenWords);
      const { frame, segment, seedLo, seedHi } = state;
      const code = planner.pickOnce(vocab, frame, segment, seedLo, seedHi);
      const ends = code < 0 || (group === 0 && code === endId);
      picks.push(ends ? ABSENT : code);
    }
    for (const executor of ["reference", "cpu"]) {
      const { status, stdout, stderr } = spawnSync(nativeProgram("pick_check"), [executor], {
        input: new Uint8Array(input.buffer),
        maxBuffer: 64 * 1024 * 1024,
      });
      t.is(status, 0, stderr.toString());
      const answers = new Uint32Array(new Uint8Array(stdout).buffer);
      t.deepEqual(
        picks,
        Array.from({ length: CASES }, (_, index) => answers[2 * index]),
        executor,
      );
    }
  });
}
