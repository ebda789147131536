// `npm run make-checkpoint -- --like 0.6b|1.7b [--type custom-voice|base] [--codec] DIR`: a
// checkpoint in the released layout with random weights, to measure speed without a download.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { modelTensors } from "./checkpoint-tensors.ts";
import type { ModelConfig } from "./checkpoint-tensors.ts";
import { codecTensors } from "./codec-tensors.ts";
import type { CodecConfig } from "./codec-tensors.ts";
import { writeSafetensors } from "./safetensors-writer.ts";
import { minimalVocabulary } from "./vocabulary.ts";
import type { SpecialIds } from "./vocabulary.ts";

const CONFIGS = "tests/bench/configs";
const SIZES = ["0.6b", "1.7b"];
const TYPES = ["custom-voice", "base"];
const USAGE = "usage: make-checkpoint --like 0.6b|1.7b [--type custom-voice|base] [--codec] DIR";
const EXIT_USAGE = 2;

const GENERATION_CONFIG = {
  do_sample: true,
  repetition_penalty: 1.05,
  temperature: 0.9,
  top_p: 1.0,
  top_k: 50,
  subtalker_dosample: true,
  subtalker_temperature: 0.9,
  subtalker_top_p: 1.0,
  subtalker_top_k: 50,
  max_new_tokens: 8192,
};

const PREPROCESSOR_CONFIG = {
  feature_extractor_type: "EncodecFeatureExtractor",
  feature_size: 1,
  sampling_rate: 24000,
  padding_side: "right",
  padding_value: 0,
  return_attention_mask: true,
};

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

function report(what: string, bytes: number, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${what}: ${(bytes / 1e9).toFixed(2)} GB in ${seconds} s`);
}

function writeModel(folder: string, configPath: string): void {
  // Released files kept beside this one; their form is a fact.
  const config = JSON.parse(readFileSync(configPath, "utf8")) as ModelConfig & SpecialIds;
  copyFileSync(configPath, join(folder, "config.json"));
  writeJson(join(folder, "generation_config.json"), GENERATION_CONFIG);

  const { vocab, merges, tokenizerConfig } = minimalVocabulary(config);
  writeJson(join(folder, "vocab.json"), vocab);
  writeFileSync(join(folder, "merges.txt"), merges);
  writeJson(join(folder, "tokenizer_config.json"), tokenizerConfig);

  const path = join(folder, "model.safetensors");
  const started = performance.now();
  report(path, writeSafetensors(path, modelTensors(config), "BF16"), started);
}

function writeCodec(folder: string): void {
  const configPath = join(CONFIGS, "speech-tokenizer.json");
  // A released file, as above.
  const config = JSON.parse(readFileSync(configPath, "utf8")) as CodecConfig;
  mkdirSync(folder, { recursive: true });
  copyFileSync(configPath, join(folder, "config.json"));
  writeJson(join(folder, "preprocessor_config.json"), PREPROCESSOR_CONFIG);

  const path = join(folder, "model.safetensors");
  const started = performance.now();
  report(path, writeSafetensors(path, codecTensors(config), "F32"), started);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    like: { type: "string" },
    type: { type: "string", default: "custom-voice" },
    codec: { type: "boolean", default: false },
  },
});
const [folder] = positionals;
const { like = "", type, codec } = values;
if (folder === undefined || !SIZES.includes(like) || !TYPES.includes(type)) {
  console.error(USAGE);
  process.exitCode = EXIT_USAGE;
} else {
  mkdirSync(folder, { recursive: true });
  writeModel(folder, join(CONFIGS, `${like}-${type}.json`));
  if (codec) writeCodec(join(folder, "speech_tokenizer"));
}
