// How far logits are from those of another dtype, pick by pick.
import type { ExecutionContext } from "ava";
import { readCheckpoint } from "../../host/synthesis/checkpoint.ts";
import type { LoadOptions } from "../../host/index.ts";
import { recite } from "./dictation.ts";
import type { DictatedTexts, Dictation } from "./dictation.ts";

/** In logits, whose root mean square is 3 to 5 in the models at hand. */
const CLEAR_MARGIN = 2e-2;

/** Logits of some picks held against the wanted ones. */
export interface Agreement {
  readonly picks: number;
  /** Root of the sum of squared differences over that of squared wanted logits, of all picks. */
  readonly rmsError: number;
  /** Picks whose two largest wanted logits are at least CLEAR_MARGIN apart. */
  readonly clearPicks: number;
  /** The share of clear picks whose largest logit is the same on both sides; 1 of none. */
  readonly clearAgreed: number;
  /** The same of all picks. */
  readonly allAgreed: number;
}

/** Codes that a pick may choose: those below `audioCodes`, in group 0 `endId` too. */
export interface Candidates {
  readonly audioCodes: number;
  readonly endId: number;
}

/** One pick on both sides. */
export interface PickPair {
  readonly group: number;
  readonly wanted: Float32Array;
  readonly got: Float32Array;
}

/** Of the talker's head, of the predictor's heads, and of both. */
export interface HeadAgreement {
  readonly talker: Agreement;
  readonly predictor: Agreement;
  readonly both: Agreement;
}

/** Logits of a backend on the codes that the cpu backend picks in f32, which it logs. */
export async function agreementWithF32(
  t: ExecutionContext,
  texts: DictatedTexts,
  options: LoadOptions,
): Promise<HeadAgreement> {
  const { fusion } = options;
  const { codec, codecIds, codeGroups } = (await readCheckpoint(texts.model)).config;
  const candidates = { audioCodes: codec.codebookSize, endId: codecIds.eos };
  const dictated = await recite(texts, { backend: "cpu", dtype: "f32", fusion });
  const pairs = pairsOf(dictated, await recite(texts, options, dictated), codeGroups);
  const of = (name: string, some: readonly PickPair[]): Agreement => {
    const agreement = agreementOf(some, candidates);
    const { picks, rmsError, clearPicks, clearAgreed, allAgreed } = agreement;
    t.log(
      `${name}: error ${rmsError.toExponential(2)} of ${picks} picks, agreed ` +
        `${percent(clearAgreed)} of ${clearPicks} clear ones, ${percent(allAgreed)} of all`,
    );
    return agreement;
  };
  return {
    talker: of(
      "talker",
      pairs.filter(({ group }) => group === 0),
    ),
    predictor: of(
      "predictor",
      pairs.filter(({ group }) => group > 0),
    ),
    both: of("both", pairs),
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/**
 * Every pick of a dictation, with its group.
 *
 * @throws {RangeError} where the two sides differ in codes or in the number of picks.
 */
export function pairsOf(
  dictated: readonly Dictation[],
  taken: readonly Dictation[],
  groups: number,
): PickPair[] {
  return dictated.flatMap(({ codes, logits }, piece) => {
    const other = taken[piece];
    const isSame = other?.codes.length === codes.length && other.logits.length === logits.length;
    if (!isSame || codes.some((code, at) => code !== other.codes[at])) {
      throw new RangeError(`piece ${piece} was not taken down as it was dictated`);
    }
    return logits.map((wanted, pick) => {
      return { group: pick % groups, wanted, got: other.logits[pick] ?? new Float32Array(0) };
    });
  });
}

export function agreementOf(pairs: readonly PickPair[], candidates: Candidates): Agreement {
  let [errorSquares, wantedSquares] = [0, 0];
  let [agreed, clearPicks, clearAgreed] = [0, 0, 0];
  for (const { group, wanted, got } of pairs) {
    for (const [index, value] of wanted.entries()) {
      errorSquares += ((got[index] ?? NaN) - value) ** 2;
      wantedSquares += value ** 2;
    }
    const top = topTwo(wanted, group, candidates);
    const agrees = topTwo(got, group, candidates).code === top.code;
    const isClear = top.margin >= CLEAR_MARGIN;
    agreed += Number(agrees);
    clearPicks += Number(isClear);
    clearAgreed += Number(isClear && agrees);
  }
  return {
    picks: pairs.length,
    rmsError: Math.sqrt(errorSquares / wantedSquares),
    clearPicks,
    clearAgreed: clearPicks === 0 ? 1 : clearAgreed / clearPicks,
    allAgreed: agreed / pairs.length,
  };
}

/** The candidate of the largest logit, the lowest of equal ones, and how far the next is below. */
function topTwo(logits: Float32Array, group: number, { audioCodes, endId }: Candidates) {
  let [code, largest, second] = [-1, -Infinity, -Infinity];
  for (const [index, logit] of logits.entries()) {
    if (index >= audioCodes && !(group === 0 && index === endId)) continue;
    if (logit > largest) [code, largest, second] = [index, logit, largest];
    else second = Math.max(second, logit);
  }
  return { code, margin: largest - second };
}
