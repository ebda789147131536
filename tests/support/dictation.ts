// Teacher forcing: one backend dictates the codes that another takes down.
import { readCheckpoint } from "../../host/synthesis/checkpoint.ts";
import type { Checkpoint } from "../../host/synthesis/checkpoint.ts";
import { resolveLimits } from "../../host/synthesis/limits.ts";
import { sidecarChoice } from "../../host/synthesis/load-options.ts";
import type { LoadOptions } from "../../host/synthesis/load-options.ts";
import { planSpeech } from "../../host/synthesis/request.ts";
import { openSession } from "../../host/synthesis/session/session.ts";
import type { Session } from "../../host/synthesis/session/session.ts";
import type { PlannerRequest } from "../../host/planner/planner.ts";

/** What is spoken on both sides. */
export interface DictatedTexts {
  readonly model: string;
  readonly texts: readonly string[];
  /** Of the first text; the others' count on. */
  readonly seed: number;
  readonly maxNewTokens: number;
}

/** What the codes of one piece of speech were picked from. */
export interface Dictation {
  /** Frame by frame. */
  readonly codes: Uint32Array;
  /** Of every pick in turn: all groups of each frame, then the pick that ended the speech. */
  readonly logits: readonly Float32Array[];
}

const GREEDY = { doSample: false, temperature: 1, topK: 0, topP: 1 };

/**
 * Speaks texts one after the other, picking by the host as usual; with `dictated` every pick is
 * made as it was there, so that logits on both sides follow from the same codes.
 *
 * A dictated row takes the same way. Only the planner is shown logits with their peak at the code
 * that it is to pick, greedily: the backend computes all logits itself, and is given codes alone.
 */
export async function recite(
  { model, texts, seed, maxNewTokens }: DictatedTexts,
  options: LoadOptions,
  dictated?: readonly Dictation[],
): Promise<Dictation[]> {
  const all = { ...options, model, rows: 1, sampling: "host" } as const;
  const checkpoint = await readCheckpoint(model);
  const limits = resolveLimits(all);
  const segments = texts.flatMap((words, index) => {
    const asked = { seed: seed + index, maxNewTokens, audio: false };
    return planSpeech(checkpoint, limits, words, asked).segments;
  });
  const session = await openSession(checkpoint, limits, sidecarChoice(all));
  try {
    const recited: Dictation[] = [];
    for (const [index, segment] of segments.entries()) {
      recited.push(await recitePiece(session, segment, checkpoint, dictated?.[index]));
    }
    return recited;
  } finally {
    await session.connection.close();
  }
}

async function recitePiece(
  { planner, pump }: Session,
  segment: PlannerRequest,
  { config: { codeGroups, codecIds } }: Checkpoint,
  teacher: Dictation | undefined,
): Promise<Dictation> {
  const logits: Float32Array[] = [];
  const give = planner.giveLogits.bind(planner);
  planner.giveLogits = (row, computed) => {
    const code = teacher?.codes[logits.length] ?? codecIds.eos;
    logits.push(computed);
    give(row, teacher === undefined ? computed : peakAt(code, computed.length));
  };
  const greedy = { ...segment, talker: GREEDY, predictor: GREEDY };
  const feed = pump.add(teacher === undefined ? segment : greedy);
  try {
    let isOver = false;
    while (!isOver) isOver = (await feed.take()) === undefined;
    return { codes: feed.allCodes(codeGroups), logits };
  } finally {
    pump.release(feed);
    planner.giveLogits = give;
  }
}

function peakAt(code: number, count: number): Float32Array {
  const logits = new Float32Array(count);
  logits[code] = 1;
  return logits;
}
