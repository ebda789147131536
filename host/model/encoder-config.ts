import type { JsonFields } from "./json-fields.ts";
import { SIZE_MAX } from "./talker-config.ts";

/** The network that makes a vector of a speaker's recording. */
export interface SpeakerEncoderConfig {
  /** Of the vector: the talker's width. */
  readonly width: number;
  readonly sampleRateHz: number;
  readonly melBands: number;
  /** Outputs, taps and dilation of each block: a plain one, gated ones, the one that joins them. */
  readonly channels: readonly number[];
  readonly taps: readonly number[];
  readonly dilations: readonly number[];
  /** Parts of a gated block's width that build on one another. */
  readonly scale: number;
  /** Width between the two layers of a block's gate. */
  readonly squeezeWidth: number;
  /** Width of the layer that the pooling's weights come from. */
  readonly attentionWidth: number;
}

/** The codec's encoder: PCM in, code frames out. */
export interface CodecEncoderConfig {
  readonly width: number;
  readonly feedForwardWidth: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headWidth: number;
  readonly normEps: number;
  readonly ropeTheta: number;
  /** Channels of the first convolution; each stage doubles them. */
  readonly filters: number;
  /** Width of a stage over that within its residual unit. */
  readonly compress: number;
  readonly taps: number;
  readonly lastTaps: number;
  readonly residualTaps: number;
  /** Stride of each stage, in order. */
  readonly strides: readonly number[];
  /** Stride of the convolution between transformer and quantisers. */
  readonly frameStride: number;
  readonly codeVectorWidth: number;
}

/** What a base model has to make a voice of a recording. */
export interface CloningConfig {
  readonly speaker: SpeakerEncoderConfig;
  readonly codec: CodecEncoderConfig;
}

/** What the encoders must agree with. */
export interface Surroundings {
  readonly talkerWidth: number;
  readonly sampleRateHz: number;
  readonly samplesPerFrame: number;
  readonly codebookSize: number;
  readonly codebooks: number;
}

const STAGES_MAX = 8;
const TAPS_MAX = 1024;

/**
 * What the official configuration class has where a file says nothing, as the released ones do. The
 * tensors' shapes are checked against it, so that no other network is taken for this one.
 */
const USUAL_SPEAKER_ENCODER = {
  mel_dim: 128,
  enc_channels: [512, 512, 512, 512, 1536],
  enc_kernel_sizes: [5, 3, 3, 3, 1],
  enc_dilations: [1, 2, 3, 4, 1],
  enc_attention_channels: 128,
  enc_res2net_scale: 8,
  enc_se_channels: 128,
} as const;

type UsualNumber = "mel_dim" | "enc_attention_channels" | "enc_res2net_scale" | "enc_se_channels";
type UsualList = "enc_channels" | "enc_kernel_sizes" | "enc_dilations";

/** Reads `speaker_encoder_config` of config.json. */
export function parseSpeakerEncoder(
  fields: JsonFields,
  { talkerWidth, sampleRateHz }: Surroundings,
): SpeakerEncoderConfig {
  const list = (name: UsualList, max: number): readonly number[] =>
    fields.has(name) ? fields.integers(name, 1, max) : USUAL_SPEAKER_ENCODER[name];
  const size = (name: UsualNumber, min = 1): number =>
    fields.has(name) ? fields.integer(name, min, SIZE_MAX) : USUAL_SPEAKER_ENCODER[name];
  const channels = list("enc_channels", SIZE_MAX);
  const blocks = channels.length;
  if (blocks < 3 || blocks > STAGES_MAX) {
    fields.refuse("enc_channels", channels, `a list of 3 to ${STAGES_MAX}`);
  }
  const perBlock = (name: UsualList): readonly number[] => {
    const values = list(name, TAPS_MAX);
    if (values.length === blocks) return values;
    return fields.refuse(name, values, `as long as enc_channels (${blocks})`);
  };
  const taps = perBlock("enc_kernel_sizes");
  if (taps.some((count) => count % 2 === 0)) fields.refuse("enc_kernel_sizes", taps, "odd numbers");
  const scale = size("enc_res2net_scale", 2);
  const inner = channels.slice(1, -1);
  if (inner.some((width) => width !== channels[0] || width % scale !== 0)) {
    fields.refuse("enc_channels", channels, `equal but for the last, and multiples of ${scale}`);
  }
  const joined = inner.reduce((sum, width) => sum + width, 0);
  if (channels.at(-1) !== joined) {
    fields.refuse("enc_channels", channels, `closed by the sum of its inner ones (${joined})`);
  }
  return {
    width: fields.integer("enc_dim", talkerWidth, talkerWidth),
    sampleRateHz: fields.integer("sample_rate", sampleRateHz, sampleRateHz),
    melBands: size("mel_dim"),
    channels,
    taps,
    dilations: perBlock("enc_dilations"),
    scale,
    squeezeWidth: size("enc_se_channels"),
    attentionWidth: size("enc_attention_channels"),
  };
}

/** Reads `encoder_config` of speech_tokenizer/config.json. */
export function parseCodecEncoder(root: JsonFields, around: Surroundings): CodecEncoderConfig {
  const fields = root.object("encoder_config");
  root.integer("input_sample_rate", around.sampleRateHz, around.sampleRateHz);
  if (root.has("encode_downsample_rate")) {
    root.integer("encode_downsample_rate", around.samplesPerFrame, around.samplesPerFrame);
  }
  refuseOtherForms(fields);
  const strides = [...fields.integers("upsampling_ratios", 1, TAPS_MAX)].reverse();
  if (strides.length > STAGES_MAX) {
    fields.refuse("upsampling_ratios", strides, `a list of at most ${STAGES_MAX}`);
  }
  const samples = strides.reduce((product, stride) => product * stride, 1);
  const frameStride = around.samplesPerFrame / samples;
  if (!Number.isInteger(frameStride)) {
    const allowed = `ratios whose product divides ${around.samplesPerFrame}`;
    fields.refuse("upsampling_ratios", strides, allowed);
  }
  const heads = fields.integer("num_attention_heads", 1, SIZE_MAX);
  const kvHeads = fields.integer("num_key_value_heads", 1, heads);
  if (heads % kvHeads !== 0) {
    fields.refuse("num_key_value_heads", kvHeads, `a divisor of num_attention_heads (${heads})`);
  }
  const headWidth = fields.integer("head_dim", 2, 512);
  if (headWidth % 2 !== 0) fields.refuse("head_dim", headWidth, "even, to be rotated in halves");
  const filters = fields.integer("num_filters", 1, SIZE_MAX);
  const compress = fields.integer("compress", 1, filters);
  if (filters % compress !== 0) fields.refuse("compress", compress, `a divisor of ${filters}`);
  fields.integer("codebook_size", around.codebookSize, around.codebookSize);
  fields.integer("num_quantizers", around.codebooks, SIZE_MAX);
  return {
    width: fields.integer("hidden_size", 1, SIZE_MAX),
    feedForwardWidth: fields.integer("intermediate_size", 1, SIZE_MAX),
    layers: fields.integer("num_hidden_layers", 1, 1024),
    heads,
    kvHeads,
    headWidth,
    normEps: fields.number("norm_eps", Number.MIN_VALUE, 1),
    ropeTheta: fields.number("rope_theta", 1, 1e12),
    filters,
    compress,
    taps: fields.integer("kernel_size", 1, TAPS_MAX),
    lastTaps: fields.integer("last_kernel_size", 1, TAPS_MAX),
    residualTaps: fields.integer("residual_kernel_size", 1, TAPS_MAX),
    strides,
    frameStride,
    codeVectorWidth: fields.integer("codebook_dim", 1, SIZE_MAX),
  };
}

/** The configuration can describe relatives of this encoder that are not built here. */
function refuseOtherForms(fields: JsonFields): void {
  fields.integer("audio_channels", 1, 1);
  fields.integer("num_residual_layers", 1, 1);
  fields.integer("num_semantic_quantizers", 1, 1);
  fields.oneOf("hidden_act", ["gelu"]);
  fields.oneOf("pad_mode", ["constant"]);
  if (!fields.boolean("use_causal_conv")) fields.refuse("use_causal_conv", false, "true");
  for (const name of ["use_conv_shortcut", "attention_bias", "normalize"]) {
    if (fields.has(name) && fields.boolean(name)) fields.refuse(name, true, "false");
  }
}
