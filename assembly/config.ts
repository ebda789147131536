// The checkpoint's dimensions and the engine's limits, read once from the PlannerConfig record.
import {
  Dtype,
  FusionLevel,
  OUTPUT_FRAMES,
  PlanError,
  PlannerConfig,
} from "../shared/gen/protocol.as";
import { CONFIG_AT } from "./arenas";
import { readEncoders } from "./encoder-config";

/** Frames of the largest vocode program. */
export const VOCODE_FRAMES_MAX: u32 = 8;

/** No width, vocabulary or count exceeds it: products of three fit u64 with room to spare. */
const SIZE_MAX: u32 = 1 << 20;
/** Limits of the kernels that attend and pick. */
const HEAD_DIM_MAX: u32 = 512;
const VOCAB_MAX: u32 = 8192;
const LAYERS_MAX: u32 = 1024;
const GROUPS_MAX: u32 = 64;
const ROWS_MAX: u32 = 4095;
const TEXT_VOCAB_MAX: u32 = 1 << 24;
const PAGES_MAX: u32 = (1 << 22) - 1;
const STAGES_MAX: u32 = 8;
const STRIDE_MAX: u32 = 1024;

/** Dimensions of one decoder stack with rotary positions. */
export class StackConfig {
  layers: u32 = 0;
  width: u32 = 0;
  feedForward: u32 = 0;
  heads: u32 = 0;
  kvHeads: u32 = 0;
  headDim: u32 = 0;
  rmsEps: f32 = 0;
  ropeTheta: f32 = 0;

  get qWidth(): u32 {
    return this.heads * this.headDim;
  }

  get kvWidth(): u32 {
    return this.kvHeads * this.headDim;
  }

  /** Width of a joint row of q, k and v. */
  get qkvWidth(): u32 {
    return this.qWidth + 2 * this.kvWidth;
  }

  isSound(): bool {
    if (!isSize(this.layers, LAYERS_MAX) || !isSize(this.width, SIZE_MAX)) return false;
    if (!isSize(this.feedForward, SIZE_MAX)) return false;
    if (!isSize(this.heads, SIZE_MAX) || !isSize(this.kvHeads, this.heads)) return false;
    if (!isSize(this.headDim, HEAD_DIM_MAX) || this.headDim % 2 != 0) return false;
    if (this.heads % this.kvHeads != 0) return false;
    if (<u64>this.heads * this.headDim > SIZE_MAX) return false;
    return isPositive(this.rmsEps) && isPositive(this.ropeTheta) && this.ropeTheta >= 1;
  }
}

/** Everything else that the record says, under the record's own names. */
export class Config {
  talkerVocab: u32 = 0;
  textVocab: u32 = 0;
  textHidden: u32 = 0;
  groups: u32 = 0;
  codecEos: u32 = 0;
  ttsPad: u32 = 0;
  predictorVocab: u32 = 0;
  hasProjection: bool = false;

  codebookSize: u32 = 0;
  codebookDim: u32 = 0;
  quantizedDim: u32 = 0;
  latentDim: u32 = 0;
  window: u32 = 0;
  decoderDim: u32 = 0;
  semanticGroups: u32 = 0;
  ratioCount: u32 = 0;
  rateCount: u32 = 0;
  /** PCM samples of a frame: all ratios and rates multiplied. */
  frameSamples: u32 = 0;

  rows: u32 = 0;
  pages: u32 = 0;
  promptMax: u32 = 0;
  textMax: u32 = 0;
  framesMax: u32 = 0;
  prefillLevel: u32 = 0;
  decodeLevel: u32 = 0;
  /** Of talker and predictor. */
  actDtype: u32 = 0;
  /** Of the vocoder. */
  codecActDtype: u32 = 0;
  /** Of talker and predictor: Stored, or I8. */
  matrixDtype: u32 = 0;
  hostSampling: bool = false;
  repeatMax: u32 = 0;
  queueMax: u32 = 0;
  vocodeSteady: u32 = 0;
}

export const config: Config = new Config();
export const talkerConfig: StackConfig = new StackConfig();
export const predictorConfig: StackConfig = new StackConfig();
/** The codec decoder's transformer. */
export const codecConfig: StackConfig = new StackConfig();

/** Factor of latent upsampling stage `index`. */
export function codecRatio(index: u32): u32 {
  return PlannerConfig.codecRatios(CONFIG_AT, index);
}

/** Stride of waveform block `index`. */
export function codecRate(index: u32): u32 {
  return PlannerConfig.codecRates(CONFIG_AT, index);
}

/** Reads and checks the record at CONFIG_AT. On an error nothing may be planned. */
export function readConfig(): PlanError {
  readTalker();
  readPredictor();
  readCodec();
  readLimits();
  if (!isTalkerSound()) return PlanError.BadTalker;
  if (!isPredictorSound()) return PlanError.BadPredictor;
  if (!isCodecSound()) return PlanError.BadCodec;
  if (!areLimitsSound()) return PlanError.BadLimits;
  if (config.prefillLevel > <u32>FusionLevel.Full) return PlanError.BadLevel;
  if (config.decodeLevel > <u32>FusionLevel.Full) return PlanError.BadLevel;
  if (!isActDtype(config.actDtype) || !isActDtype(config.codecActDtype)) return PlanError.BadDtype;
  if (!isMatrixDtype(config.matrixDtype)) return PlanError.BadDtype;
  return readEncoders(talkerConfig.width, config.frameSamples);
}

function readTalker(): void {
  const at = CONFIG_AT;
  talkerConfig.layers = PlannerConfig.talkerLayers(at);
  talkerConfig.width = PlannerConfig.talkerHidden(at);
  talkerConfig.feedForward = PlannerConfig.talkerIntermediate(at);
  talkerConfig.heads = PlannerConfig.talkerHeads(at);
  talkerConfig.kvHeads = PlannerConfig.talkerKvHeads(at);
  talkerConfig.headDim = PlannerConfig.talkerHeadDim(at);
  talkerConfig.rmsEps = PlannerConfig.talkerRmsEps(at);
  talkerConfig.ropeTheta = PlannerConfig.talkerRopeTheta(at);
  config.talkerVocab = PlannerConfig.talkerVocab(at);
  config.textVocab = PlannerConfig.textVocab(at);
  config.textHidden = PlannerConfig.textHidden(at);
  config.groups = PlannerConfig.groups(at);
  config.codecEos = PlannerConfig.codecEos(at);
  config.ttsPad = PlannerConfig.ttsPad(at);
}

function readPredictor(): void {
  const at = CONFIG_AT;
  predictorConfig.layers = PlannerConfig.predictorLayers(at);
  predictorConfig.width = PlannerConfig.predictorHidden(at);
  predictorConfig.feedForward = PlannerConfig.predictorIntermediate(at);
  predictorConfig.heads = PlannerConfig.predictorHeads(at);
  predictorConfig.kvHeads = PlannerConfig.predictorKvHeads(at);
  predictorConfig.headDim = PlannerConfig.predictorHeadDim(at);
  predictorConfig.rmsEps = PlannerConfig.predictorRmsEps(at);
  predictorConfig.ropeTheta = PlannerConfig.predictorRopeTheta(at);
  config.predictorVocab = PlannerConfig.predictorVocab(at);
  config.hasProjection = PlannerConfig.hasProjection(at) != 0;
}

function readCodec(): void {
  const at = CONFIG_AT;
  codecConfig.layers = PlannerConfig.codecLayers(at);
  codecConfig.width = PlannerConfig.codecHidden(at);
  codecConfig.feedForward = PlannerConfig.codecIntermediate(at);
  codecConfig.heads = PlannerConfig.codecHeads(at);
  codecConfig.kvHeads = PlannerConfig.codecKvHeads(at);
  codecConfig.headDim = PlannerConfig.codecHeadDim(at);
  codecConfig.rmsEps = PlannerConfig.codecRmsEps(at);
  codecConfig.ropeTheta = PlannerConfig.codecRopeTheta(at);
  config.codebookSize = PlannerConfig.codecCodebookSize(at);
  config.codebookDim = PlannerConfig.codecCodebookDim(at);
  config.quantizedDim = PlannerConfig.codecQuantizedDim(at);
  config.latentDim = PlannerConfig.codecLatentDim(at);
  config.window = PlannerConfig.codecWindow(at);
  config.decoderDim = PlannerConfig.codecDecoderDim(at);
  config.semanticGroups = PlannerConfig.codecSemanticGroups(at);
  config.ratioCount = PlannerConfig.codecRatioCount(at);
  config.rateCount = PlannerConfig.codecRateCount(at);
}

function readLimits(): void {
  const at = CONFIG_AT;
  config.rows = PlannerConfig.rows(at);
  config.pages = PlannerConfig.pages(at);
  config.promptMax = PlannerConfig.promptMax(at);
  config.textMax = PlannerConfig.textMax(at);
  config.framesMax = PlannerConfig.framesMax(at);
  config.prefillLevel = PlannerConfig.prefillLevel(at);
  config.decodeLevel = PlannerConfig.decodeLevel(at);
  config.actDtype = PlannerConfig.actDtype(at);
  config.codecActDtype = PlannerConfig.codecActDtype(at);
  config.matrixDtype = PlannerConfig.matrixDtype(at);
  config.hostSampling = PlannerConfig.hostSampling(at) != 0;
  config.repeatMax = PlannerConfig.repeatMax(at);
  config.queueMax = PlannerConfig.queueMax(at);
  config.vocodeSteady = PlannerConfig.vocodeSteady(at);
}

function isTalkerSound(): bool {
  if (!talkerConfig.isSound()) return false;
  if (!isSize(config.talkerVocab, VOCAB_MAX) || !isSize(config.textVocab, TEXT_VOCAB_MAX)) {
    return false;
  }
  if (!isSize(config.textHidden, SIZE_MAX) || !isSize(config.groups, GROUPS_MAX)) return false;
  // A frame of one group would need no predictor: another architecture.
  if (config.groups < 2) return false;
  return config.codecEos < config.talkerVocab && config.ttsPad < config.textVocab;
}

function isPredictorSound(): bool {
  if (!predictorConfig.isSound() || PlannerConfig.hasProjection(CONFIG_AT) > 1) return false;
  if (!isSize(config.predictorVocab, VOCAB_MAX)) return false;
  return config.hasProjection || predictorConfig.width == talkerConfig.width;
}

function isCodecSound(): bool {
  if (!codecConfig.isSound()) return false;
  // Picks of every group index the codebooks, and control ids of group 0 lie above them.
  if (config.codebookSize != config.predictorVocab) return false;
  if (config.codebookSize > config.codecEos) return false;
  if (!isSize(config.codebookDim, SIZE_MAX) || !isSize(config.quantizedDim, SIZE_MAX)) return false;
  if (!isSize(config.latentDim, SIZE_MAX) || !isSize(config.decoderDim, SIZE_MAX)) return false;
  if (!isSize(config.window, SIZE_MAX)) return false;
  if (!isSize(config.semanticGroups, config.groups - 1)) return false;
  return areStagesSound();
}

/** Ratios and rates in range; the waveform's width stays whole through all its halvings. */
function areStagesSound(): bool {
  if (!isSize(config.ratioCount, STAGES_MAX) || !isSize(config.rateCount, STAGES_MAX)) return false;
  if (config.decoderDim % ((<u32>1) << config.rateCount) != 0) return false;
  let samples: u64 = 1;
  for (let i: u32 = 0; i < config.ratioCount; i++) {
    if (!isSize(codecRatio(i), STRIDE_MAX)) return false;
    samples *= codecRatio(i);
    if (samples > SIZE_MAX) return false;
  }
  for (let i: u32 = 0; i < config.rateCount; i++) {
    if (!isSize(codecRate(i), STRIDE_MAX)) return false;
    samples *= codecRate(i);
    if (samples > SIZE_MAX) return false;
  }
  config.frameSamples = <u32>samples;
  return true;
}

function areLimitsSound(): bool {
  if (!isSize(config.rows, ROWS_MAX) || !isSize(config.pages, PAGES_MAX)) return false;
  if (!isSize(config.promptMax, SIZE_MAX) || !isSize(config.textMax, SIZE_MAX)) return false;
  if (!isSize(config.framesMax, SIZE_MAX)) return false;
  if (!isSize(config.repeatMax, OUTPUT_FRAMES)) return false;
  if (config.queueMax > SIZE_MAX || PlannerConfig.hostSampling(CONFIG_AT) > 1) return false;
  const steady = config.vocodeSteady;
  return isSize(steady, VOCODE_FRAMES_MAX) && (steady & (steady - 1)) == 0;
}

function isActDtype(dtype: u32): bool {
  return dtype == Dtype.F32 || dtype == Dtype.Bf16;
}

function isMatrixDtype(dtype: u32): bool {
  return dtype == Dtype.Stored || dtype == Dtype.I8;
}

function isSize(value: u32, max: u32): bool {
  return value > 0 && value <= max;
}

function isPositive(value: f32): bool {
  return value > 0 && value < f32.MAX_VALUE;
}
