import { Dtype, PAGE_POSITIONS } from "../../shared/gen/protocol.ts";
import type { PlannerConfig } from "../../shared/gen/protocol.ts";
import { listNames, quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { ModelConfig } from "../model/config.ts";
import { GENERATION_LIMITS } from "../model/generation-config.ts";
import { cloningPart } from "./cloning-limits.ts";
import { F32_DTYPES } from "./session/backend.ts";
import type { Dtypes } from "./session/backend.ts";

/** How much an op list fuses, least first. */
export const FUSION_LEVELS = ["sequential", "norm", "swiglu", "rope", "full"] as const;
export type FusionLevelName = (typeof FUSION_LEVELS)[number];

export const SAMPLING_SIDES = ["device", "host"] as const;
export type SamplingSide = (typeof SAMPLING_SIDES)[number];

/** What an engine may be asked to hold; whatever is left out has a default. */
export interface LimitOptions {
  /** Requests served at once, 1 to 32. Default 4. */
  readonly rows?: number | undefined;
  /** Requests that may wait for a row, 0 to 240. Default 64. */
  readonly queueLimit?: number | undefined;
  /** Attention cache in pages of 64 positions. Default: room for one request of any length. */
  readonly kvPages?: number | undefined;
  /** Default "full". */
  readonly fusion?: FusionLevelName | undefined;
  /** Where codes are picked; both give the same. Default "device". */
  readonly sampling?: SamplingSide | undefined;
  /** Frames of a run of a request that is alone, 1 to 64; at most 8 otherwise. Default 16. */
  readonly repeatMax?: number | undefined;
  /** Frames of a steady audio packet: 1, 2, 4 or 8; the first ones are shorter. Default 8. */
  readonly packetFrames?: number | undefined;
}

export interface EngineLimits {
  readonly rows: number;
  readonly queueLimit: number;
  readonly kvPages: number;
  readonly fusion: FusionLevelName;
  readonly sampling: SamplingSide;
  readonly repeatMax: number;
  readonly packetFrames: number;
  /** Prompt rows of a request. */
  readonly promptMax: number;
  /** Text tokens of a request that follow one a frame. */
  readonly textMax: number;
  /** Frames of a request. */
  readonly framesMax: number;
}

const PROMPT_MAX = 2048;
const FRAMES_MAX = GENERATION_LIMITS.maxNewTokens.max - 1; // the last pick is never spoken
const KV_PAGES_MAX = 65_535;

/**
 * Completes and checks the caller's limits.
 *
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT with the option, its value and what is allowed.
 */
export function resolveLimits(options: LimitOptions): EngineLimits {
  const rows = whole("rows", options.rows ?? 4, 1, 32);
  const packetFrames = whole("packetFrames", options.packetFrames ?? 8, 1, 8);
  if (![1, 2, 4, 8].includes(packetFrames)) {
    throw invalid("packetFrames", packetFrames, "1, 2, 4 or 8");
  }
  const one = Math.ceil((PROMPT_MAX + FRAMES_MAX) / PAGE_POSITIONS);
  // The first request may be of any length; each further row brings a quarter of that.
  const kvPages = options.kvPages ?? one + (rows - 1) * Math.ceil(one / 4);
  return {
    rows,
    queueLimit: whole("queueLimit", options.queueLimit ?? 64, 0, 240),
    kvPages: whole("kvPages", kvPages, 1, KV_PAGES_MAX),
    fusion: choice("fusion", options.fusion ?? "full", FUSION_LEVELS),
    sampling: choice("sampling", options.sampling ?? "device", SAMPLING_SIDES),
    repeatMax: whole("repeatMax", options.repeatMax ?? 16, 1, 64),
    packetFrames,
    promptMax: PROMPT_MAX,
    textMax: PROMPT_MAX,
    framesMax: FRAMES_MAX,
  };
}

/** The planner's configuration of a checkpoint under these limits. */
export function plannerConfig(
  model: ModelConfig,
  limits: EngineLimits,
  { dtype, vocoderDtype, weights }: Dtypes = F32_DTYPES,
): PlannerConfig {
  const level = FUSION_LEVELS.indexOf(limits.fusion);
  return {
    ...talkerPart(model),
    ...predictorPart(model),
    ...codecPart(model),
    ...cloningPart(model),
    rows: limits.rows,
    pages: limits.kvPages,
    promptMax: limits.promptMax,
    textMax: limits.textMax,
    framesMax: limits.framesMax,
    prefillLevel: level,
    decodeLevel: level,
    actDtype: dtype === "bf16" ? Dtype.Bf16 : Dtype.F32,
    codecActDtype: vocoderDtype === "bf16" ? Dtype.Bf16 : Dtype.F32,
    matrixDtype: weights === "int8" ? Dtype.I8 : Dtype.Stored,
    hostSampling: Number(limits.sampling === "host"),
    repeatMax: limits.repeatMax,
    queueMax: limits.queueLimit,
    vocodeSteady: limits.packetFrames,
  };
}

function talkerPart({ talker, codeGroups, codecIds, textIds }: ModelConfig) {
  return {
    talkerLayers: talker.layers,
    talkerHidden: talker.width,
    talkerIntermediate: talker.feedForwardWidth,
    talkerHeads: talker.heads,
    talkerKvHeads: talker.kvHeads,
    talkerHeadDim: talker.headWidth,
    talkerVocab: talker.vocabulary,
    talkerRmsEps: talker.rmsEps,
    talkerRopeTheta: talker.ropeTheta,
    textVocab: talker.textVocabulary,
    textHidden: talker.textWidth,
    groups: codeGroups,
    codecEos: codecIds.eos,
    ttsPad: textIds.pad,
  };
}

function predictorPart({ predictor }: ModelConfig) {
  return {
    predictorLayers: predictor.layers,
    predictorHidden: predictor.width,
    predictorIntermediate: predictor.feedForwardWidth,
    predictorHeads: predictor.heads,
    predictorKvHeads: predictor.kvHeads,
    predictorHeadDim: predictor.headWidth,
    predictorVocab: predictor.vocabulary,
    predictorRmsEps: predictor.rmsEps,
    predictorRopeTheta: predictor.ropeTheta,
    hasProjection: Number(predictor.isProjected),
  };
}

function codecPart({ codec }: ModelConfig) {
  const { transformer } = codec;
  return {
    codecCodebookSize: codec.codebookSize,
    codecCodebookDim: codec.codeVectorWidth,
    codecQuantizedDim: codec.codebookWidth,
    codecLatentDim: codec.latentWidth,
    codecHidden: transformer.width,
    codecIntermediate: transformer.feedForwardWidth,
    codecLayers: transformer.layers,
    codecHeads: transformer.heads,
    codecKvHeads: transformer.kvHeads,
    codecHeadDim: transformer.headWidth,
    codecWindow: codec.attentionWindow,
    codecRmsEps: transformer.rmsEps,
    codecRopeTheta: transformer.ropeTheta,
    codecDecoderDim: codec.decoderWidth,
    codecSemanticGroups: 1, // the configuration is refused otherwise
    codecRatioCount: codec.upsamplingRatios.length,
    codecRatios: codec.upsamplingRatios.slice(),
    codecRateCount: codec.upsampleRates.length,
    codecRates: codec.upsampleRates.slice(),
  };
}

// Options may come from JavaScript or from JSON: the types are hopes until checked.

export function whole(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw invalid(name, value, `an integer from ${min} to ${max}`);
}

export function flag(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(name, value, "true or false");
}

export function choice<T extends string>(name: string, value: unknown, among: readonly T[]): T {
  const found = among.find((each) => each === value);
  if (found === undefined) throw invalid(name, value, `one of ${listNames(among)}`);
  return found;
}

export function invalid(name: string, value: unknown, allowed: string): VoxfuseError {
  return new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `${name} is ${quote(value)}; it must be ${allowed}.`,
  );
}

export function emptyText(): VoxfuseError {
  return new VoxfuseError(
    "ERR_TEXT_EMPTY",
    "The text ended before anything visible came of it; give at least one character that can be " +
      "spoken.",
  );
}
