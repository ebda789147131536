import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";

import { parseModelConfig, readModelConfig } from "../../host/model/config.ts";
import { parseVoiceHints, readVoiceHints } from "../../host/model/voice-hints.ts";
import { copyOfGolden, golden, PROJECT, readJson, throwsCode, VOICE } from "../support/golden.ts";

const CHECKPOINT = "tiny-custom-voice";

test("a released configuration is read with nothing assumed", (t) => {
  const config = parseModelConfig({
    model: readJson(join(PROJECT, "tests/bench/configs/1.7b-custom-voice.json")),
    generation: {},
    codec: readJson(join(PROJECT, "tests/bench/configs/speech-tokenizer.json")),
  });
  t.like(config, {
    type: "custom_voice",
    size: "1b7",
    takesInstructions: true,
    textIds: { imStart: 151644, imEnd: 151645, pad: 151671, bos: 151672, eos: 151673 },
    codeGroups: 16,
  });
  t.like(config.talker, { width: 2048, vocabulary: 3072, audioCodes: 2048, textWidth: 2048 });
  t.like(config.predictor, { width: 1024, layers: 5, isProjected: true });
  t.like(config.codec, {
    codebookWidth: 512,
    codeVectorWidth: 256,
    attentionWindow: 72,
    samplesPerFrame: 1920,
    framesPerSecond: 12.5,
  });
  t.deepEqual([config.languages.size, config.dialects.size, config.speakers.size], [10, 2, 9]);
  t.deepEqual(config.speakers.get("eric"), { id: 2875, dialect: "sichuan_dialect" });
});

for (const [checkpoint, type, takesInstructions, isProjected] of [
  ["tiny-custom-voice", "custom_voice", true, true],
  ["tiny-voice-design", "voice_design", true, true],
  ["tiny-base", "base", false, false],
] as const) {
  test(`${checkpoint} is read as what it is`, async (t) => {
    const config = await readModelConfig(golden(checkpoint));
    t.like(config, { type, takesInstructions, predictor: { isProjected } });
  });
}

test("size 0b6 takes no instructions", async (t) => {
  t.false((await readModelConfig(VOICE)).takesInstructions);
});

test("sampling defaults come from the file, then from the official fallbacks", async (t) => {
  t.deepEqual((await readModelConfig(golden(CHECKPOINT))).generation, {
    talker: { doSample: true, temperature: 0.9, topK: 50, topP: 1 },
    predictor: { doSample: true, temperature: 0.9, topK: 50, topP: 1 },
    repetitionPenalty: 1.05,
    maxNewTokens: 8192,
  });
});

test("a checkpoint without generation_config.json takes the fallbacks", async (t) => {
  const folder = copyOfGolden(t, CHECKPOINT);
  rmSync(join(folder, "generation_config.json"));
  t.is((await readModelConfig(folder)).generation.maxNewTokens, 2048);
});

type Json = Record<string, unknown>;

/** The value with one field, named by a dotted path, replaced; `undefined` removes it. */
function changed(value: unknown, path: string, replacement: unknown): Json {
  const [first = "", ...rest] = path.split(".");
  const copy = { ...(value as Json) }; // the paths below lead through objects
  copy[first] = rest.length === 0 ? replacement : changed(copy[first], rest.join("."), replacement);
  return copy;
}

const MODEL: readonly (readonly [path: string, value: unknown])[] = [
  ["tokenizer_type", "qwen3_tts_tokenizer_25hz"],
  ["tts_model_type", "singer"],
  ["tts_model_size", undefined],
  ["tts_pad_token_id", 448],
  ["im_start_token_id", -1],
  ["talker_config", null],
  ["talker_config.hidden_size", "64"],
  ["talker_config.hidden_size", 0],
  ["talker_config.hidden_size", 1.5],
  ["talker_config.head_dim", 31],
  ["talker_config.num_key_value_heads", 3],
  ["talker_config.hidden_act", "gelu"],
  ["talker_config.attention_bias", true],
  ["talker_config.use_sliding_window", true],
  ["talker_config.rope_scaling.rope_type", "yarn"],
  ["talker_config.rms_norm_eps", 0],
  ["talker_config.vocab_size", 256],
  ["talker_config.codec_eos_token_id", 12],
  ["talker_config.codec_bos_id", 1280],
  ["talker_config.num_code_groups", 15],
  ["talker_config.codec_language_id", []],
  ["talker_config.codec_language_id.english", 5],
  ["talker_config.spk_id.ryan", 1280],
  ["talker_config.spk_is_dialect.eric", "bavarian"],
  ["talker_config.code_predictor_config.vocab_size", 255],
  ["talker_config.code_predictor_config.num_code_groups", 8],
  ["talker_config.code_predictor_config.num_hidden_layers", 0],
];
const CODEC: readonly (readonly [path: string, value: unknown])[] = [
  ["decoder_config", undefined],
  ["decoder_config.codebook_dim", 31],
  ["decoder_config.num_semantic_quantizers", 2],
  ["decoder_config.upsample_rates", []],
  ["decoder_config.upsample_rates", [8, 0]],
  ["decoder_config.upsampling_ratios", [137, 1]],
  ["decoder_config.upsampling_ratios", [1024, 1024, 1024, 1024, 1024, 1024]],
  ["decoder_config.decoder_dim", 100],
  ["decoder_config.sliding_window", null],
  ["decode_upsample_rate", 1921],
  ["output_sample_rate", 0],
];
const GENERATION: readonly (readonly [path: string, value: unknown])[] = [
  ["temperature", 0],
  ["top_p", 1.5],
  ["top_k", -1],
  ["repetition_penalty", 0],
  ["do_sample", "true"],
  ["subtalker_temperature", -1],
  ["max_new_tokens", 0],
];

const FILES = {
  model: readJson(golden(CHECKPOINT, "config.json")),
  generation: readJson(golden(CHECKPOINT, "generation_config.json")),
  codec: readJson(golden(CHECKPOINT, "speech_tokenizer", "config.json")),
};

for (const [file, changes] of Object.entries({
  model: MODEL,
  codec: CODEC,
  generation: GENERATION,
})) {
  for (const [path, value] of changes) {
    const shown = value === undefined ? "nothing" : JSON.stringify(value);
    test(`${file}: ${path} = ${shown} is refused by name`, async (t) => {
      const last = (path.split(".").at(-1) ?? "").replace(/[[\]]/g, "\\$&");
      const original = FILES[file as keyof typeof FILES]; // a key of the object above
      const files = { ...FILES, [file]: changed(original, path, value) };
      const sentence = new RegExp(`${last}.* (is|must be) `);
      await throwsCode(t, () => parseModelConfig(files), "ERR_MODEL_CONFIG", sentence);
    });
  }
}

for (const contents of ["", "{", "[]", "null", "7"]) {
  test(`config.json with ${JSON.stringify(contents)} is refused`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    writeFileSync(join(folder, "config.json"), contents);
    await throwsCode(t, () => readModelConfig(folder), "ERR_MODEL_CONFIG", /config\.json/);
  });
}

for (const file of ["config.json", "speech_tokenizer/config.json"]) {
  test(`a model without ${file} is refused`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    rmSync(join(folder, file));
    await throwsCode(t, () => readModelConfig(folder), "ERR_MODEL_FILE_MISSING", new RegExp(file));
  });
}

test("a model without voice.json has no hints", async (t) => {
  t.deepEqual(await readVoiceHints(golden(CHECKPOINT)), {
    name: null,
    defaultVoice: null,
    charactersMax: null,
    writeOutNumbers: null,
    textLayout: null,
  });
});

test("the embedded voice's hints name a voice that its model has", async (t) => {
  const [config, hints] = await Promise.all([readModelConfig(VOICE), readVoiceHints(VOICE)]);
  t.true(config.speakers.has(hints.defaultVoice ?? ""));
  t.is(hints.writeOutNumbers, "en");
  t.true((hints.charactersMax ?? 0) > 0);
});

for (const text of [
  "{",
  "[]",
  '{"characters_max": 0}',
  '{"write_out_numbers": "de"}',
  '{"text_layout": "both"}',
  '{"name": 3}',
]) {
  test(`voice.json with ${text} is refused`, async (t) => {
    await throwsCode(t, () => parseVoiceHints(text), "ERR_MODEL_CONFIG", /voice\.json/);
  });
}
