// `node build/js/tests/support/write-voice-codes.js`: writes tests/golden/voice-codes.json, after
// the embedded voice was replaced, from what the reference executor draws.
import { writeFileSync } from "node:fs";
import { Voxfuse } from "../../host/index.ts";
import { VOICE_CODES, speakCodes } from "./voice-codes.ts";

const SENTENCES = [
  ["lark", "Hello."],
  ["finch", "Good morning!"],
  ["lark", "Is it raining?"],
  ["finch", "Twelve red apples."],
  ["lark", "Turn left here."],
] as const;

const engine = await Voxfuse.load({ backend: "reference", rows: 1, queueLimit: SENTENCES.length });
const asked = SENTENCES.map(([voice, text], index) => ({ text, voice, seed: 100 + index }));
const spoken = await speakCodes(engine, asked);
await engine.close();
const lines = spoken.map((each) => `  ${JSON.stringify(each)}`);
writeFileSync(VOICE_CODES, `[\n${lines.join(",\n")}\n]\n`);
