import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import test from "ava";
import { loadPlannerModule } from "../../host/planner/load.ts";
import type { PlannerExports } from "../../host/planner/load.ts";
import { ABSENT, ROW_STATE_BYTES, rowStateBytes } from "../support/row-state.ts";
import type { RowState } from "../support/row-state.ts";
import { generator } from "../support/generator.ts";
import { nativeProgram } from "../support/native.ts";

const HEADER_WORDS = 6;
/** Vectors picked from with the same settings, one after the other. */
const CASES_A_STATE = 8;
const BATCH_BYTES_MAX = 16 * 2 ** 20;

interface Shape {
  readonly vocab: number;
  readonly group: number;
  readonly audioCodes: number;
  readonly endId: number;
  readonly cases: number;
}

// A million and more in all; most are small, since a tie is as good among few as among many.
const SHAPES: readonly Shape[] = [
  { vocab: 1, group: 1, audioCodes: 1, endId: 0, cases: 4_000 },
  { vocab: 16, group: 2, audioCodes: 16, endId: 0, cases: 500_000 },
  { vocab: 19, group: 0, audioCodes: 14, endId: 17, cases: 300_000 },
  { vocab: 37, group: 0, audioCodes: 30, endId: 33, cases: 150_000 },
  { vocab: 64, group: 3, audioCodes: 64, endId: 0, cases: 60_000 },
  { vocab: 2048, group: 15, audioCodes: 2048, endId: 0, cases: 800 },
  { vocab: 3072, group: 0, audioCodes: 2048, endId: 2150, cases: 800 },
];

const SPECIALS = [NaN, Infinity, -Infinity, -0, 3.4e38, -3.4e38, 1e-45];

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

/** Few distinct values, so that there are ties; neighbours of a tie; now and then an extreme. */
function drawLogits(random: () => number, logits: Float32Array): void {
  const isSpecial = random() < 0.05;
  const special = SPECIALS[Math.floor(random() * SPECIALS.length)] ?? 0;
  const step = random() < 0.5 ? 0.5 : 1e-3;
  const nearTie = random() < 0.3 ? 2 ** -22 : 0;
  for (let id = 0; id < logits.length; id++) {
    const tied = Math.round((random() * 12 - 6) / step) * step;
    const nudge = nearTie * Math.floor(random() * 3 - 1);
    logits[id] = isSpecial && id % 5 === 0 ? special : tied * (1 + nudge);
  }
}

interface Batch {
  readonly input: Uint32Array<ArrayBuffer>;
  /** What the planner picks. */
  readonly picks: Uint32Array;
}

function drawBatch(
  planner: PlannerExports,
  random: () => number,
  { vocab, group, audioCodes, endId }: Shape,
  cases: number,
): Batch {
  const seenWords = Math.ceil(vocab / 32);
  const caseWords = ROW_STATE_BYTES / 4 + seenWords + vocab;
  const input = new Uint32Array(HEADER_WORDS + cases * caseWords);
  input.set([cases, vocab, group, 16, audioCodes, endId]);
  const bytes = new Uint8Array(input.buffer);
  const picks = new Uint32Array(cases);
  const planned = new Float32Array(planner.memory.buffer, planner.logitsAt(0), vocab);
  const plannedSeen = new Uint32Array(planner.memory.buffer, planner.pickSeenAt(), seenWords);
  let state = drawState(random);
  let stateBytes = rowStateBytes(state);
  for (let index = 0; index < cases; index++) {
    const at = HEADER_WORDS + index * caseWords;
    if (index % CASES_A_STATE === 0) {
      state = drawState(random);
      stateBytes = rowStateBytes(state);
    }
    bytes.set(stateBytes, 4 * at);
    const seen = input.subarray(at + ROW_STATE_BYTES / 4, at + ROW_STATE_BYTES / 4 + seenWords);
    for (let word = 0; word < seenWords; word++) seen[word] = Math.floor(random() * 2 ** 32);
    const logits = new Float32Array(input.buffer, seen.byteOffset + seen.byteLength, vocab);
    drawLogits(random, logits);

    plannedSeen.set(seen);
    planned.set(logits);
    const { doSample, temperature, topK, topP, penalty, frame, segment, seedLo, seedHi } = state;
    planner.pickWith(group, doSample, temperature, topK, topP, penalty);
    planner.pickBars(audioCodes, endId, state.minNewTokens, seenWords);
    const code = planner.pickOnce(vocab, frame, segment, seedLo, seedHi);
    const ends = code < 0 || (group === 0 && code === endId);
    picks[index] = ends ? ABSENT : code;
  }
  return { input, picks };
}

/** What a kernel picks: codes only, the finish reason of each is left out. */
async function kernelPicks(executor: string, { input, picks }: Batch): Promise<Uint32Array> {
  const child = spawn(nativeProgram("pick_check"), [executor], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(new Uint8Array(input.buffer));
  const answers = new Uint32Array(new Uint8Array(await buffer(child.stdout)).buffer);
  return picks.map((_, index) => answers[2 * index] ?? ABSENT - 1);
}

for (const shape of SHAPES) {
  const { vocab, group, cases } = shape;
  test.serial(`the planner picks as the kernels do: ${vocab} logits, group ${group}`, async (t) => {
    t.timeout(120_000);
    const random = generator(vocab * 16 + group);
    const planner = loadPlannerModule();
    const batchMax = Math.floor(BATCH_BYTES_MAX / (4 * vocab + ROW_STATE_BYTES));
    for (let left = cases; left > 0; left -= batchMax) {
      const batch = drawBatch(planner, random, shape, Math.min(left, batchMax));
      const [reference, cpu] = await Promise.all([
        kernelPicks("reference", batch),
        kernelPicks("cpu", batch),
      ]);
      t.deepEqual(differences(batch.picks, reference), []);
      t.deepEqual(differences(batch.picks, cpu), []);
    }
  });
}

test("a million vectors and more are compared", (t) => {
  t.true(SHAPES.reduce((sum, { cases }) => sum + cases, 0) > 1_000_000);
});

/** The first few indices at which two lists differ. */
function differences(ours: Uint32Array, theirs: Uint32Array): number[] {
  const found: number[] = [];
  for (let index = 0; index < ours.length && found.length < 5; index++) {
    if (ours[index] !== theirs[index]) found.push(index);
  }
  return found;
}
