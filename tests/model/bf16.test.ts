import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { bitsOf, frames, TEXT, TINY } from "../support/engine.ts";

/** The reference is slow. */
const FRAMES = 4;

/** Bits of one short speech in bf16 on the reference, which needs no GPU. */
async function spoken(options: LoadOptions) {
  const setting = { backend: "reference", dtype: "bf16", vocoderDtype: "bf16" } as const;
  await using engine = await Voxfuse.load({ model: TINY, rows: 1, ...setting, ...options });
  return bitsOf(await engine.speak(TEXT, frames(FRAMES)));
}

const expected = spoken({});

for (const [what, options] of [
  ["without fused ops", { fusion: "sequential" }],
  ["with rotations fused", { fusion: "rope" }],
  ["picked by the host", { sampling: "host" }],
  ["among free rows", { rows: 3 }],
  ["with packets of one frame", { packetFrames: 1 }],
] as const) {
  test(`a seed speaks the same bf16 bits on the reference ${what}`, async (t) => {
    t.deepEqual(await spoken(options), await expected);
  });
}

test("bf16 is heard in the vocoder alone where only it has it", async (t) => {
  const { codes, pcm } = await spoken({ dtype: "f32" });
  const plain = await spoken({ dtype: "f32", vocoderDtype: "f32" });
  t.is(codes, plain.codes);
  t.not(pcm, plain.pcm);
});
