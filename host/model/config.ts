import { join } from "node:path";

import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { CodecConfig } from "./codec-config.ts";
import { parseCodec } from "./codec-config.ts";
import type { GenerationDefaults } from "./generation-config.ts";
import { parseGeneration } from "./generation-config.ts";
import { parseCodecEncoder, parseSpeakerEncoder } from "./encoder-config.ts";
import type { CloningConfig } from "./encoder-config.ts";
import { JsonFields } from "./json-fields.ts";
import { readModelJson } from "./read-file.ts";
import type { CodecIds, PredictorConfig, TalkerConfig } from "./talker-config.ts";
import { parseCodecIds, parsePredictor, parseTalker } from "./talker-config.ts";

export const MODEL_TYPES = ["custom_voice", "voice_design", "base"] as const;
export type ModelType = (typeof MODEL_TYPES)[number];

/** Text ids with a role in the prompt. */
export interface TextIds {
  readonly imStart: number;
  readonly imEnd: number;
  readonly pad: number;
  readonly bos: number;
  readonly eos: number;
}

export interface Speaker {
  /** Row of the codec embedding. */
  readonly id: number;
  /** Key of `dialects`, spoken when the language is chinese or auto. */
  readonly dialect: string | null;
}

/** Everything the engine must know of a checkpoint besides its weights. Nothing is assumed. */
export interface ModelConfig {
  readonly type: ModelType;
  /** As released: "0b6" or "1b7". */
  readonly size: string;
  /** False where the official wrapper drops an instruction: size 0b6, and base models. */
  readonly takesInstructions: boolean;
  readonly textIds: TextIds;
  readonly codecIds: CodecIds;
  /** Lower-case name → row of the codec embedding; dialects are not languages a caller may name. */
  readonly languages: ReadonlyMap<string, number>;
  readonly dialects: ReadonlyMap<string, number>;
  /** Lower-case name → speaker. Empty in base and voice-design models. */
  readonly speakers: ReadonlyMap<string, Speaker>;
  /** Codes of one frame. */
  readonly codeGroups: number;
  readonly talker: TalkerConfig;
  readonly predictor: PredictorConfig;
  readonly codec: CodecConfig;
  /** Null in models that clone no voice. */
  readonly cloning: CloningConfig | null;
  readonly generation: GenerationDefaults;
}

/** The three parsed JSON files of a checkpoint, unchecked. */
export interface ConfigFiles {
  /** config.json */
  readonly model: unknown;
  /** generation_config.json; an empty object when the file is absent. */
  readonly generation: unknown;
  /** speech_tokenizer/config.json */
  readonly codec: unknown;
}

/**
 * Reads and checks the configuration files of the checkpoint in `folder`.
 *
 * @throws {VoxfuseError} ERR_MODEL_FILE_MISSING; ERR_MODEL_CONFIG with the field, its value and
 *   what is allowed.
 */
export async function readModelConfig(folder: string): Promise<ModelConfig> {
  const [model, generation, codec] = await Promise.all([
    readModelJson(folder, "config.json"),
    readGeneration(folder),
    readModelJson(folder, join("speech_tokenizer", "config.json")),
  ]);
  return parseModelConfig({ model, generation, codec });
}

/** Checks the three files against each other and gives them their exact type. */
export function parseModelConfig(files: ConfigFiles): ModelConfig {
  const root = new JsonFields("config.json", files.model);
  const codecRoot = new JsonFields("speech_tokenizer/config.json", files.codec);
  const codec = parseCodec(codecRoot);
  root.oneOf("tokenizer_type", ["qwen3_tts_tokenizer_12hz"]);
  const type = root.oneOf("tts_model_type", MODEL_TYPES);
  const size = root.string("tts_model_size");

  const talkerFields = root.object("talker_config");
  const talker = parseTalker(talkerFields, codec.codebookSize);
  const predictorFields = talkerFields.object("code_predictor_config");
  const predictor = parsePredictor(predictorFields, talker.width);
  if (predictor.vocabulary !== codec.codebookSize) {
    predictorFields.refuse(
      "vocab_size",
      predictor.vocabulary,
      `${codec.codebookSize}, as the codec`,
    );
  }
  for (const fields of [talkerFields, predictorFields]) {
    fields.integer("num_code_groups", codec.codebooks, codec.codebooks);
  }

  const { languages, dialects } = parseLanguages(talkerFields, talker);
  return {
    type,
    size,
    takesInstructions: type !== "base" && size !== "0b6",
    textIds: parseTextIds(root, talker),
    codecIds: parseCodecIds(talkerFields, talker),
    languages,
    dialects,
    speakers: parseSpeakers(talkerFields, talker, dialects),
    codeGroups: codec.codebooks,
    talker,
    predictor,
    codec,
    cloning: type === "base" ? parseCloning(root, codecRoot, codec, talker) : null,
    generation: parseGeneration(new JsonFields("generation_config.json", files.generation)),
  };
}

function parseCloning(
  root: JsonFields,
  codecRoot: JsonFields,
  codec: CodecConfig,
  talker: TalkerConfig,
): CloningConfig {
  const around = { ...codec, talkerWidth: talker.width };
  return {
    speaker: parseSpeakerEncoder(root.object("speaker_encoder_config"), around),
    codec: parseCodecEncoder(codecRoot, around),
  };
}

/** Fine-tuned derivatives may lack the file: then the official fallbacks hold. */
async function readGeneration(folder: string): Promise<unknown> {
  try {
    return await readModelJson(folder, "generation_config.json");
  } catch (error) {
    if (error instanceof VoxfuseError && error.code === "ERR_MODEL_FILE_MISSING") return {};
    throw error;
  }
}

function parseTextIds(root: JsonFields, talker: TalkerConfig): TextIds {
  const id = (name: string): number => root.integer(name, 0, talker.textVocabulary - 1);
  return {
    imStart: id("im_start_token_id"),
    imEnd: id("im_end_token_id"),
    pad: id("tts_pad_token_id"),
    bos: id("tts_bos_token_id"),
    eos: id("tts_eos_token_id"),
  };
}

function parseLanguages(
  fields: JsonFields,
  talker: TalkerConfig,
): { languages: Map<string, number>; dialects: Map<string, number> } {
  const languages = new Map<string, number>();
  const dialects = new Map<string, number>();
  for (const [name, value] of fields.entries("codec_language_id")) {
    const path = `codec_language_id.${name}`;
    const id = fields.checkInteger(path, value, talker.audioCodes, talker.vocabulary - 1);
    // The official wrapper tells the two apart by this word too.
    (name.includes("dialect") ? dialects : languages).set(name.toLowerCase(), id);
  }
  return { languages, dialects };
}

function parseSpeakers(
  fields: JsonFields,
  talker: TalkerConfig,
  dialects: ReadonlyMap<string, number>,
): Map<string, Speaker> {
  if (!fields.has("spk_id")) return new Map();
  const speaks = new Map(fields.has("spk_is_dialect") ? fields.entries("spk_is_dialect") : []);
  const speakers = new Map<string, Speaker>();
  for (const [name, value] of fields.entries("spk_id")) {
    const id = fields.checkInteger(`spk_id.${name}`, value, 0, talker.vocabulary - 1);
    const dialect = speaks.get(name) ?? false;
    if (dialect !== false && !(typeof dialect === "string" && dialects.has(dialect))) {
      fields.refuse(`spk_is_dialect.${name}`, dialect, "false or a dialect of codec_language_id");
    }
    speakers.set(name.toLowerCase(), { id, dialect: dialect === false ? null : dialect });
  }
  return speakers;
}
