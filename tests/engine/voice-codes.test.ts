import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { readVoiceCodes, speakCodes } from "../support/voice-codes.ts";

const SETTINGS: readonly LoadOptions[] = [
  { backend: "reference", rows: 1 },
  { backend: "cpu", rows: 1, threads: 1 },
  { backend: "cpu", rows: 8, threads: 2 },
  { backend: "cpu", rows: 3, fusion: "sequential", sampling: "host" },
];

for (const options of SETTINGS) {
  const name = Object.entries(options).map((each) => each.join(" "));
  test(`the embedded voice draws the codes that are kept: ${name.join(", ")}`, async (t) => {
    const expected = readVoiceCodes();
    t.is(expected.length, 5);
    await using engine = await Voxfuse.load({ ...options, queueLimit: expected.length });
    t.deepEqual(await speakCodes(engine, expected), expected);
  });
}
