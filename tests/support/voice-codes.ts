import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Voxfuse } from "../../host/index.ts";
import { PROJECT } from "./golden.ts";

export const VOICE_CODES = join(PROJECT, "tests", "golden", "voice-codes.json");

/** What the embedded voice says with this seed: `codes` has one array a frame, a code a group. */
export interface SpokenCodes {
  readonly text: string;
  readonly voice: string;
  readonly seed: number;
  readonly codes: readonly (readonly number[])[];
}

export function readVoiceCodes(): SpokenCodes[] {
  return JSON.parse(readFileSync(VOICE_CODES, "utf8")) as SpokenCodes[];
}

/** The codes that this engine draws for them, all at once. */
export async function speakCodes(
  engine: Voxfuse,
  asked: readonly Omit<SpokenCodes, "codes">[],
): Promise<SpokenCodes[]> {
  const speak = async ({ text, voice, seed }: Omit<SpokenCodes, "codes">): Promise<SpokenCodes> => {
    const { data, frames, groups } = (await engine.speak(text, { voice, seed, audio: false }))
      .codes;
    const codes = Array.from({ length: frames }, (_, frame) => [
      ...data.subarray(frame * groups, (frame + 1) * groups),
    ]);
    return { text, voice, seed, codes };
  };
  return Promise.all(asked.map(speak));
}
