import test from "ava";

import { Voxfuse } from "../../host/index.ts";
import { FUSION_LEVELS } from "../../host/synthesis/limits.ts";
import { golden, readTensor } from "../support/golden.ts";
import { casesOf, codesOf, optionsOf } from "../support/golden-cases.ts";
import { onGpu } from "../support/gpu.ts";
import { relativeError } from "../support/recording.ts";

const register = onGpu(test);
const MODEL = golden("tiny-base");
const RECORDING = golden("tiny-base", "expected", "reference-24k.wav");
const EXPECTED = golden("tiny-base", "expected", "reference-24k.safetensors");

for (const dtype of ["f32", "bf16"] as const) {
  register(`a recording has the official vector and codes on cuda, ${dtype} or not`, async (t) => {
    // The encoders compute in f32 whatever speaks.
    await using engine = await Voxfuse.load({ model: MODEL, backend: "cuda", dtype });
    const { embedding, codes } = await engine.createVoice({ audio: RECORDING, transcript: "Hi." });
    const { values } = await readTensor(EXPECTED, "speaker_embedding");
    const error = relativeError(values, embedding);
    t.true(error <= 1e-4, `off by ${error}`);
    t.deepEqual([...(codes?.data ?? [])], (await readTensor(EXPECTED, "ref_codes")).values);
  });
}

for (const fusion of FUSION_LEVELS) {
  register(`cloned voices speak the official codes in a batch: cuda f32 ${fusion}`, async (t) => {
    const setting = { backend: "cuda", dtype: "f32", fusion, rows: 8 } as const;
    await using engine = await Voxfuse.load({ model: MODEL, ...setting });
    await Promise.all(
      casesOf("tiny-base").map(async (one) => {
        const transcript = one.ref_text ?? undefined;
        const voice = await engine.createVoice({ audio: RECORDING, transcript });
        const { codes } = await engine.speak(one.text, { ...optionsOf(one), voice });
        t.deepEqual([...codes.data], await codesOf(one), one.name);
      }),
    );
  });
}

register("speech goes on from the recording with the official PCM on cuda", async (t) => {
  const one = casesOf("tiny-base").find(({ name }) => name === "clone-icl-nonstreaming");
  if (one === undefined) throw new Error("the case is gone");
  await using engine = await Voxfuse.load({ model: MODEL, backend: "cuda", dtype: "f32" });
  const transcript = one.ref_text ?? undefined;
  const voice = await engine.createVoice({ audio: RECORDING, transcript });
  const { samples } = await engine.speak(one.text, { ...optionsOf(one), voice });
  const file = golden("tiny-base", "expected", "codec-icl-reference-plus-generated.safetensors");
  const { values } = await readTensor(file, "pcm");
  const expected = values.slice(-samples.length);
  const error = expected.reduce(
    (worst, wanted, index) => Math.max(worst, Math.abs(wanted - (samples[index] ?? NaN))),
    0,
  );
  t.true(error <= 1e-4, `off by ${error}`);
});
