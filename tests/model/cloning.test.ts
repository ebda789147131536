import { readFileSync } from "node:fs";
import test from "ava";
import type { ExecutionContext } from "ava";

import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions, SpeakOptions, Voice } from "../../host/index.ts";
import { parseWav } from "../../host/audio/read-wav.ts";
import { ProbeKind, ProgramKind } from "../../shared/gen/protocol.ts";
import { probeEncoder } from "../support/encoder.ts";
import { golden, readTensor } from "../support/golden.ts";
import { casesOf, codesOf, optionsOf } from "../support/golden-cases.ts";
import type { GoldenCase } from "../support/golden-cases.ts";
import { joined, record, relativeError, replay } from "../support/recording.ts";

const MODEL = golden("tiny-base");
const EXPECTED = golden("tiny-base", "expected", "reference-24k.safetensors");
const RECORDING = golden("tiny-base", "expected", "reference-24k.wav");
const CONTINUED = golden("tiny-base", "expected", "codec-icl-reference-plus-generated.safetensors");
const ALLOWED = 1e-4;
const LEVELS = ["sequential", "norm", "swiglu", "rope", "full"] as const;
const BACKENDS = ["cpu", "reference"] as const;
const CASES = casesOf("tiny-base");

function voiceOf(engine: Voxfuse, one: GoldenCase): Promise<Voice> {
  return engine.createVoice({ audio: RECORDING, transcript: one.ref_text ?? undefined });
}

async function asked(engine: Voxfuse, one: GoldenCase): Promise<SpeakOptions> {
  return { ...optionsOf(one), voice: await voiceOf(engine, one) };
}

/** The largest difference. */
function absoluteError(expected: readonly number[], actual: ArrayLike<number>): number {
  if (expected.length !== actual.length) return Infinity;
  return expected.reduce(
    (worst, wanted, index) => Math.max(worst, Math.abs(wanted - (actual[index] ?? NaN))),
    0,
  );
}

for (const backend of BACKENDS) {
  test.serial(`a recording has the official mel spectrogram on ${backend}`, async (t) => {
    const { samples } = parseWav(readFileSync(RECORDING));
    const encoder = ProgramKind.EncodeSpeaker;
    const probe = [ProbeKind.EncoderStage, 0] as const;
    const mel = await probeEncoder({ model: MODEL, backend, encoder, samples, probe });
    const { shape, values } = await readTensor(EXPECTED, "mel");
    // The golden is (band, frame); a square one could hide that.
    const [bands = 0, frames = 0] = shape;
    const timeFirst = values.map(
      (_, index) => values[(index % bands) * frames + Math.floor(index / bands)] ?? NaN,
    );
    const error = relativeError(timeFirst, mel);
    t.log(`off by ${error.toExponential(1)}`);
    t.true(error <= ALLOWED, `off by ${error}`);
  });

  test.serial(`a recording has the official vector and codes on ${backend}`, async (t) => {
    await using engine = await Voxfuse.load({ model: MODEL, backend });
    const { embedding, codes } = await engine.createVoice({
      audio: RECORDING,
      transcript: "Calm.",
    });
    const vector = await readTensor(EXPECTED, "speaker_embedding");
    const error = relativeError(vector.values, embedding);
    t.log(`off by ${error.toExponential(1)}`);
    t.true(error <= ALLOWED, `off by ${error}`);
    t.deepEqual([...(codes?.data ?? [])], (await readTensor(EXPECTED, "ref_codes")).values);
  });
}

async function speaksAs(t: ExecutionContext, engine: Voxfuse, one: GoldenCase, audio: boolean) {
  const { codes } = await engine.speak(one.text, { ...(await asked(engine, one)), audio });
  t.is(codes.frames, one.frames, one.name);
  t.deepEqual([...codes.data], await codesOf(one), one.name);
}

const SETTINGS: readonly (LoadOptions & { readonly backend: "cpu" | "reference" })[] = [
  ...BACKENDS.flatMap((backend) => LEVELS.map((fusion) => ({ backend, fusion }))),
  { backend: "cpu", sampling: "host" },
  { backend: "cpu", isa: "portable", threads: 1 },
];

// One after the other: each engine takes all cores.
for (const setting of SETTINGS) {
  const words = Object.values(setting).join(" ");
  const audio = setting.backend === "cpu" && setting.isa === undefined;

  test.serial(`cloned voices speak the official codes in a batch: ${words}`, async (t) => {
    await using engine = await Voxfuse.load({ model: MODEL, ...setting, rows: 8 });
    await Promise.all(CASES.map((one) => speaksAs(t, engine, one, audio)));
  });

  test.serial(`cloned voices speak the official codes one by one: ${words}`, async (t) => {
    await using engine = await Voxfuse.load({ model: MODEL, ...setting, rows: 1 });
    for (const one of CASES) await speaksAs(t, engine, one, audio);
  });
}

for (const fusion of ["sequential", "full"] as const) {
  test.serial(`prompts of cloned voices have the official rows: ${fusion}`, async (t) => {
    const options = { model: MODEL, fusion, rows: CASES.length };
    const recording = await record(t, options, async (engine) => {
      // All voices first, so that every request has a row of its own.
      const asking = await Promise.all(CASES.map((one) => asked(engine, one)));
      await Promise.all(CASES.map((one, index) => engine.speak(one.text, asking[index])));
    });
    for (const backend of BACKENDS) {
      const { probes } = await replay(t, recording, backend);
      for (const one of CASES) {
        const { values } = await readTensor(one.file, "prefill_embeds");
        // Requests were admitted in no set order: a prompt is known by what it holds.
        const errors = CASES.map((_, row) => {
          const own = probes.filter((probe) => probe.row === row);
          const rows = own.filter(({ kind }) => kind === ProbeKind.PrefillInput);
          return absoluteError(values, joined(rows.map((probe) => probe.values)));
        });
        t.true(Math.min(...errors) <= 1e-5, `${backend}, ${one.name}: off by ${errors.join()}`);
      }
    }
  });
}

for (const backend of BACKENDS) {
  test.serial(`speech goes on from the recording without a trace of it: ${backend}`, async (t) => {
    const one = CASES.find(({ name }) => name === "clone-icl-nonstreaming");
    if (one === undefined) throw new Error("the case is gone");
    await using engine = await Voxfuse.load({ model: MODEL, backend });
    const voice = await voiceOf(engine, one);
    const { samples, codes } = await engine.speak(one.text, { ...optionsOf(one), voice });
    const { values } = await readTensor(CONTINUED, "pcm");
    const all = await readTensor(CONTINUED, "codes");
    t.deepEqual([...(voice.codes?.data ?? []), ...codes.data], all.values);
    const generated = values.slice(-samples.length);
    t.is(values.length - samples.length, (voice.codes?.frames ?? 0) * (samples.length / 8));
    const error = absoluteError(generated, samples);
    t.log(`off by ${error.toExponential(1)}`);
    t.true(error <= ALLOWED, `off by ${error}`);
    // The state that the recording leaves is heard: without it the same codes sound otherwise.
    const cold = await engine.vocode(codes);
    t.true(absoluteError(generated, cold.samples) > 100 * ALLOWED);
  });
}

test.serial("a voice is the same whatever the encoder runs beside", async (t) => {
  await using engine = await Voxfuse.load({ model: MODEL, rows: 4 });
  const alone = await engine.createVoice({ audio: RECORDING, transcript: "Calm." });
  const speech = engine.speak("Hi.", { voice: alone, maxNewTokens: 100, seed: 7 });
  const beside = await engine.createVoice({ audio: RECORDING, transcript: "Calm." });
  await speech;
  t.deepEqual(beside, alone);
});

for (const [what, ...file] of [
  ["MP3", "recordings", "reference.mp3"],
  ["FLAC", "recordings", "reference.flac"],
  ["Ogg Opus", "recordings", "reference-opus.ogg"],
  ["Ogg Vorbis", "recordings", "reference-vorbis.ogg"],
  ["stereo WAV of 44.1 kHz", "tiny-base", "expected", "reference-44k.wav"],
] as const) {
  // What compression takes away, random weights may weigh as they like: the vector is near, and no
  // more can be asked of it.
  test.serial(`the recording as ${what} makes nearly the same vector`, async (t) => {
    await using engine = await Voxfuse.load({ model: MODEL });
    const { embedding } = await engine.createVoice({ audio: golden("", ...file) });
    const { values } = await readTensor(EXPECTED, "speaker_embedding");
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      Array.from(a).reduce((sum, x, index) => sum + x * (b[index] ?? NaN), 0);
    const similarity =
      dot(values, embedding) / Math.sqrt(dot(values, values) * dot(embedding, embedding));
    t.log(similarity.toFixed(5));
    t.true(similarity >= 0.99, `${similarity}`);
  });
}
