// Dimensions of the two encoders that make a voice of a recording, from the PlannerConfig record.
import { PlanError, PlannerConfig } from "../shared/gen/protocol.as";
import { CONFIG_AT } from "./arenas";

const SIZE_MAX: u32 = 1 << 16;
const STAGES_MAX: u32 = 8;
const LAYERS_MAX: u32 = 1024;
/** Codes of a recording at most: ten minutes of any codec would fit. */
const REFERENCE_MAX: u32 = 1 << 14;

/** The speaker encoder: mel bands to one vector. */
export class SpeakerConfig {
  width: u32 = 0;
  bands: u32 = 0;
  sampleRate: u32 = 0;
  blocks: u32 = 0;
  scale: u32 = 0;
  squeeze: u32 = 0;
  attention: u32 = 0;

  channels(block: u32): u32 {
    return PlannerConfig.speakerChannels(CONFIG_AT, block);
  }

  taps(block: u32): u32 {
    return PlannerConfig.speakerTaps(CONFIG_AT, block);
  }

  dilation(block: u32): u32 {
    return PlannerConfig.speakerDilations(CONFIG_AT, block);
  }

  isSound(talkerWidth: u32): bool {
    if (this.width != talkerWidth || !isSize(this.bands) || !isSize(this.sampleRate)) return false;
    if (this.blocks < 3 || this.blocks > STAGES_MAX) return false;
    if (!isSize(this.scale) || !isSize(this.squeeze) || !isSize(this.attention)) return false;
    let joined: u32 = 0;
    for (let block: u32 = 0; block < this.blocks; block++) {
      if (!isSize(this.channels(block)) || !isSize(this.dilation(block))) return false;
      // An even number of taps has no middle to lie around.
      if (!isSize(this.taps(block)) || this.taps(block) % 2 == 0) return false;
      const isInner = block > 0 && block < this.blocks - 1;
      // A block that adds onto its input has its width, and as many parts as the scale says.
      if (isInner && this.channels(block) != this.channels(0)) return false;
      if (isInner && this.channels(block) % this.scale != 0) return false;
      if (isInner) joined += this.channels(block);
    }
    return this.scale >= 2 && joined == this.channels(this.blocks - 1);
  }
}

/** The codec encoder: PCM to codes. */
export class EncoderConfig {
  hidden: u32 = 0;
  feedForward: u32 = 0;
  layers: u32 = 0;
  heads: u32 = 0;
  kvHeads: u32 = 0;
  headDim: u32 = 0;
  normEps: f32 = 0;
  ropeTheta: f32 = 0;
  filters: u32 = 0;
  compress: u32 = 0;
  taps: u32 = 0;
  lastTaps: u32 = 0;
  residualTaps: u32 = 0;
  ratioCount: u32 = 0;
  stride: u32 = 0;
  codebookDim: u32 = 0;

  ratio(stage: u32): u32 {
    return PlannerConfig.encoderRatios(CONFIG_AT, stage);
  }

  get qWidth(): u32 {
    return this.heads * this.headDim;
  }

  get kvWidth(): u32 {
    return this.kvHeads * this.headDim;
  }

  isSound(frameSamples: u32): bool {
    if (!isSize(this.hidden) || !isSize(this.feedForward) || !isSize(this.codebookDim)) {
      return false;
    }
    if (!isSize(this.layers) || this.layers > LAYERS_MAX || !isSize(this.heads)) return false;
    if (!isSize(this.kvHeads) || this.heads % this.kvHeads != 0) return false;
    if (!isSize(this.headDim) || this.headDim > 512 || this.headDim % 2 != 0) return false;
    if (<u64>this.heads * this.headDim > SIZE_MAX) return false;
    if (!(this.normEps > 0 && this.normEps < 1) || !(this.ropeTheta >= 1)) return false;
    if (!isSize(this.filters) || !isSize(this.compress)) return false;
    if (this.filters % this.compress != 0) return false;
    if (!isSize(this.taps) || !isSize(this.lastTaps) || !isSize(this.residualTaps)) return false;
    if (this.ratioCount < 1 || this.ratioCount > STAGES_MAX || !isSize(this.stride)) return false;
    let samples: u64 = this.stride;
    for (let stage: u32 = 0; stage < this.ratioCount; stage++) {
      if (!isSize(this.ratio(stage))) return false;
      samples *= this.ratio(stage);
      if (samples > frameSamples) return false;
    }
    return samples == frameSamples && (<u64>this.filters) << this.ratioCount <= SIZE_MAX;
  }
}

export const speakerConfig: SpeakerConfig = new SpeakerConfig();
export const encoderConfig: EncoderConfig = new EncoderConfig();

/** Frames of a recording; 0 in a model that clones no voice. */
export let referenceMax: u32 = 0;

/** Reads and checks the encoders' part of the record, which a model without them leaves zero. */
export function readEncoders(talkerWidth: u32, frameSamples: u32): PlanError {
  const at = CONFIG_AT;
  referenceMax = PlannerConfig.referenceMax(at);
  if (referenceMax == 0) return PlanError.Ok;
  speakerConfig.width = PlannerConfig.speakerWidth(at);
  speakerConfig.bands = PlannerConfig.speakerBands(at);
  speakerConfig.sampleRate = PlannerConfig.speakerSampleRate(at);
  speakerConfig.blocks = PlannerConfig.speakerBlockCount(at);
  speakerConfig.scale = PlannerConfig.speakerScale(at);
  speakerConfig.squeeze = PlannerConfig.speakerSqueeze(at);
  speakerConfig.attention = PlannerConfig.speakerAttention(at);
  encoderConfig.hidden = PlannerConfig.encoderHidden(at);
  encoderConfig.feedForward = PlannerConfig.encoderIntermediate(at);
  encoderConfig.layers = PlannerConfig.encoderLayers(at);
  encoderConfig.heads = PlannerConfig.encoderHeads(at);
  encoderConfig.kvHeads = PlannerConfig.encoderKvHeads(at);
  encoderConfig.headDim = PlannerConfig.encoderHeadDim(at);
  encoderConfig.normEps = PlannerConfig.encoderNormEps(at);
  encoderConfig.ropeTheta = PlannerConfig.encoderRopeTheta(at);
  encoderConfig.filters = PlannerConfig.encoderFilters(at);
  encoderConfig.compress = PlannerConfig.encoderCompress(at);
  encoderConfig.taps = PlannerConfig.encoderTaps(at);
  encoderConfig.lastTaps = PlannerConfig.encoderLastTaps(at);
  encoderConfig.residualTaps = PlannerConfig.encoderResidualTaps(at);
  encoderConfig.ratioCount = PlannerConfig.encoderRatioCount(at);
  encoderConfig.stride = PlannerConfig.encoderStride(at);
  encoderConfig.codebookDim = PlannerConfig.encoderCodebookDim(at);
  if (referenceMax > REFERENCE_MAX) return PlanError.BadEncoder;
  if (!speakerConfig.isSound(talkerWidth)) return PlanError.BadEncoder;
  return encoderConfig.isSound(frameSamples) ? PlanError.Ok : PlanError.BadEncoder;
}

function isSize(value: u32): bool {
  return value > 0 && value <= SIZE_MAX;
}
