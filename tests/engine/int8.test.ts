import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { readSafetensorsHeader } from "../../host/model/safetensors-header.ts";
import { failure } from "../sidecar/peers.ts";
import { bitsOf, frames, TEXT, TINY } from "../support/engine.ts";
import { copyOfGolden } from "../support/golden.ts";

const FRAMES = 12;

/** The bits of one short speech with weights in int8. */
async function spoken(options: LoadOptions) {
  await using engine = await Voxfuse.load({ model: TINY, rows: 1, weights: "int8", ...options });
  return bitsOf(await engine.speak(TEXT, frames(FRAMES)));
}

const expected = spoken({ isa: "portable", threads: 1 });

for (const [what, options] of [
  ["on AVX2 or better, on two threads", { threads: 2 }],
  ["picked by the host", { sampling: "host" }],
  ["without fused ops", { fusion: "sequential" }],
  ["with gate and up fused", { fusion: "swiglu" }],
] as const) {
  test(`weights in int8 speak the same bits ${what}`, async (t) => {
    t.deepEqual(await spoken(options), await expected);
  });
}

test("weights in int8 speak the same bits among others", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 4, weights: "int8" });
  const all = await Promise.all([
    engine.speak("Before.", frames(20, { seed: 1 })),
    engine.speak(TEXT, frames(FRAMES)),
    engine.speak("And behind.", frames(9, { seed: 2 })),
  ]);
  t.deepEqual(bitsOf(all[1]), await expected);
  t.is((await engine.stats()).weights, "int8");
});

test("weights in int8 are not those that are stored", async (t) => {
  t.not((await spoken({ weights: "stored" })).pcm, (await expected).pcm);
});

test("one weight that is NaN is reported, not quantised to something that is spoken", async (t) => {
  const model = copyOfGolden(t, "tiny-custom-voice");
  const path = join(model, "model.safetensors");
  const tensors = await readSafetensorsHeader(path);
  const head = tensors.find(({ name }) => name === "talker.codec_head.weight");
  const bytes = readFileSync(path);
  bytes.fill(0xff, head?.offset, (head?.offset ?? 0) + 4); // NaN in f32 and in bf16
  writeFileSync(path, bytes);
  await using engine = await Voxfuse.load({ model, rows: 1, weights: "int8" });
  await failure(t, engine.speak(TEXT, frames(4)), "ERR_BAD_LOGITS");
});
