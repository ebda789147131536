import type { JsonFields } from "./json-fields.ts";

/** How one code is picked from its logits. */
export interface PickSettings {
  /** False: the best logit, lowest index on a tie. */
  readonly doSample: boolean;
  readonly temperature: number;
  /** 0: off. */
  readonly topK: number;
  /** 1: off. */
  readonly topP: number;
}

/** Sampling settings of a checkpoint, completed by the official fallbacks. */
export interface GenerationDefaults {
  /** Code 0 of a frame. */
  readonly talker: PickSettings;
  /** Codes 1 and up. */
  readonly predictor: PickSettings;
  /** On code 0 only; 1: off. */
  readonly repetitionPenalty: number;
  /** Picks of code 0 in one utterance; without an end of speech one frame less is spoken. */
  readonly maxNewTokens: number;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * What a setting may be, wherever it comes from. The lower ends keep `logit / temperature` and
 * `logit / penalty` finite in f32.
 */
export const GENERATION_LIMITS = {
  temperature: { min: 1e-3, max: 100 },
  topK: { min: 0, max: 0x7fff_ffff },
  /** Above 0: the lower end itself is refused. */
  topP: { min: Number.MIN_VALUE, max: 1 },
  repetitionPenalty: { min: 1e-2, max: 100 },
  maxNewTokens: { min: 1, max: 8192 },
} as const satisfies Record<string, Range>;

/**
 * Reads generation_config.json; an absent (or null) field takes the official fallback.
 *
 * @throws {VoxfuseError} ERR_MODEL_CONFIG
 * Source: the official `generate`, whose fallback of max_new_tokens is 2048.
 */
export function parseGeneration(fields: JsonFields): GenerationDefaults {
  return {
    talker: parsePick(fields, "do_sample", ""),
    predictor: parsePick(fields, "subtalker_dosample", "subtalker_"),
    repetitionPenalty: optional(fields, "repetition_penalty", 1.05, (name) =>
      number(fields, name, GENERATION_LIMITS.repetitionPenalty),
    ),
    maxNewTokens: optional(fields, "max_new_tokens", 2048, (name) =>
      integer(fields, name, GENERATION_LIMITS.maxNewTokens),
    ),
  };
}

function parsePick(fields: JsonFields, doSample: string, prefix: string): PickSettings {
  const { temperature, topK, topP } = GENERATION_LIMITS;
  return {
    doSample: optional(fields, doSample, true, (name) => fields.boolean(name)),
    temperature: optional(fields, `${prefix}temperature`, 0.9, (name) =>
      number(fields, name, temperature),
    ),
    topK: optional(fields, `${prefix}top_k`, 50, (name) => integer(fields, name, topK)),
    topP: optional(fields, `${prefix}top_p`, 1, (name) => number(fields, name, topP)),
  };
}

function optional<T>(fields: JsonFields, name: string, fallback: T, read: (name: string) => T): T {
  return fields.has(name) ? read(name) : fallback;
}

function number(fields: JsonFields, name: string, { min, max }: Range): number {
  return fields.number(name, min, max);
}

function integer(fields: JsonFields, name: string, { min, max }: Range): number {
  return fields.integer(name, min, max);
}
