import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { GenerationDefaults, PickSettings } from "../model/generation-config.ts";
import { GENERATION_LIMITS } from "../model/generation-config.ts";

/**
 * How codes are picked. Whatever is left out comes from the model's generation_config.json, then
 * from the official fallbacks. `subtalker…` is for codes 1 and up of a frame.
 */
export interface SamplingOptions {
  readonly doSample?: boolean | undefined;
  readonly temperature?: number | undefined;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
  readonly subtalkerDoSample?: boolean | undefined;
  readonly subtalkerTemperature?: number | undefined;
  readonly subtalkerTopK?: number | undefined;
  readonly subtalkerTopP?: number | undefined;
  readonly maxNewTokens?: number | undefined;
  /** Speech does not end before so many frames; for measurements. Default 2, as models expect. */
  readonly minNewTokens?: number | undefined;
  /** The same seed, text and settings give the same speech. Default: a random one. */
  readonly seed?: number | undefined;
}

/** Complete, checked settings of one request. */
export interface SamplingSettings {
  readonly talker: PickSettings;
  readonly predictor: PickSettings;
  readonly repetitionPenalty: number;
  readonly maxNewTokens: number;
  readonly minNewTokens: number;
  readonly seed: number;
}

/** End of speech is not picked before this many codes: the official code fixes it. */
const MIN_NEW_TOKENS = 2;

/** Seeds are below this: integers that a number holds exactly. */
export const SEED_LIMIT = 2 ** 53;

interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * Completes and checks the caller's options.
 *
 * @throws {VoxfuseError} ERR_SAMPLING_RANGE with the parameter, its value and what is allowed.
 */
export function resolveSampling(
  options: SamplingOptions,
  defaults: GenerationDefaults,
): SamplingSettings {
  const { temperature, topK, topP, repetitionPenalty, maxNewTokens } = GENERATION_LIMITS;
  const { talker, predictor } = defaults;
  return {
    talker: {
      doSample: flag("doSample", options.doSample ?? talker.doSample),
      temperature: real("temperature", options.temperature ?? talker.temperature, temperature),
      topK: whole("topK", options.topK ?? talker.topK, topK),
      topP: probability("topP", options.topP ?? talker.topP, topP),
    },
    predictor: {
      doSample: flag("subtalkerDoSample", options.subtalkerDoSample ?? predictor.doSample),
      temperature: real(
        "subtalkerTemperature",
        options.subtalkerTemperature ?? predictor.temperature,
        temperature,
      ),
      topK: whole("subtalkerTopK", options.subtalkerTopK ?? predictor.topK, topK),
      topP: probability("subtalkerTopP", options.subtalkerTopP ?? predictor.topP, topP),
    },
    repetitionPenalty: real(
      "repetitionPenalty",
      options.repetitionPenalty ?? defaults.repetitionPenalty,
      repetitionPenalty,
    ),
    maxNewTokens: whole(
      "maxNewTokens",
      options.maxNewTokens ?? defaults.maxNewTokens,
      maxNewTokens,
    ),
    minNewTokens: whole("minNewTokens", options.minNewTokens ?? MIN_NEW_TOKENS, {
      min: MIN_NEW_TOKENS,
      max: maxNewTokens.max,
    }),
    seed: whole("seed", options.seed ?? randomSeed(), { min: 0, max: SEED_LIMIT - 1 }),
  };
}

/** A seed nobody chose: uniform over all seeds. */
export function randomSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low; // 21 + 32 = 53 bits
}

// Options may come from JavaScript or from JSON: the types below are hopes until checked.

function flag(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw outOfRange(name, value, "true or false");
}

function real(name: string, value: unknown, { min, max }: Range): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw outOfRange(name, value, `a number from ${min} to ${max}`);
}

function probability(name: string, value: unknown, { max }: Range): number {
  if (typeof value === "number" && value > 0 && value <= max) return value;
  throw outOfRange(name, value, `a number above 0, at most ${max} (1 switches it off)`);
}

function whole(name: string, value: unknown, { min, max }: Range): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw outOfRange(name, value, `an integer from ${min} to ${max}`);
}

function outOfRange(name: string, value: unknown, allowed: string): VoxfuseError {
  // JSON has no NaN and no infinities, so numbers are spelled by String().
  const given = typeof value === "number" ? String(value) : quote(value);
  return new VoxfuseError(
    "ERR_SAMPLING_RANGE",
    `${name} is ${given}; it must be ${allowed}. Leave it out for the model's default.`,
  );
}
