import type { JsonFields } from "./json-fields.ts";
import type { TransformerConfig } from "./talker-config.ts";
import { SIZE_MAX, parseTransformer } from "./talker-config.ts";

/** The codec's decoder: code frames in, PCM out. */
export interface CodecConfig {
  /** Positions that one position attends to, itself included. */
  readonly attentionWindow: number;
  readonly transformer: TransformerConfig;
  /** Codes of each codebook. */
  readonly codebookSize: number;
  /** Codebooks, which is codes per frame; the first is the semantic one. */
  readonly codebooks: number;
  /**
   * Width of the summed, projected code vectors. A codebook row has half of it: the official module
   * builds its codebooks with `codebook_dim // 2` and projects them up to `codebook_dim`.
   */
  readonly codebookWidth: number;
  readonly codeVectorWidth: number;
  readonly latentWidth: number;
  /** Channels of the waveform stack before its first block; each block halves them. */
  readonly decoderWidth: number;
  /** Strides of the waveform blocks. */
  readonly upsampleRates: readonly number[];
  /** Strides of the latent upsampling stages in front of them. */
  readonly upsamplingRatios: readonly number[];
  readonly sampleRateHz: number;
  /** PCM samples of one code frame: the product of all strides. */
  readonly samplesPerFrame: number;
  readonly framesPerSecond: number;
}

const RATE_MAX = 1024;
/** A second at 48 kHz and more: no codec's frame is near it. */
const FRAME_SAMPLES_MAX = 65_536;

/** Reads `speech_tokenizer/config.json`. */
export function parseCodec(root: JsonFields): CodecConfig {
  const fields = root.object("decoder_config");
  fields.integer("num_semantic_quantizers", 1, 1); // one semantic codebook is what the layout names
  const codebookWidth = fields.integer("codebook_dim", 2, SIZE_MAX);
  if (codebookWidth % 2 !== 0) fields.refuse("codebook_dim", codebookWidth, "even");

  const upsampleRates = fields.integers("upsample_rates", 1, RATE_MAX);
  const upsamplingRatios = fields.integers("upsampling_ratios", 1, RATE_MAX);
  const decoderWidth = fields.integer("decoder_dim", 1, SIZE_MAX);
  if (decoderWidth % 2 ** upsampleRates.length !== 0) {
    fields.refuse("decoder_dim", decoderWidth, `divisible by 2^${upsampleRates.length}`);
  }

  const sampleRateHz = root.integer("output_sample_rate", 1, 384_000);
  const samplesPerFrame = [...upsampleRates, ...upsamplingRatios].reduce((a, b) => a * b, 1);
  if (samplesPerFrame > FRAME_SAMPLES_MAX) {
    const allowed = `strides whose product with upsample_rates is at most ${FRAME_SAMPLES_MAX}`;
    fields.refuse("upsampling_ratios", upsamplingRatios, allowed);
  }
  if (root.has("decode_upsample_rate")) {
    root.integer("decode_upsample_rate", samplesPerFrame, samplesPerFrame);
  }
  return {
    attentionWindow: fields.integer("sliding_window", 1, 1 << 30),
    transformer: parseTransformer(fields),
    codebookSize: fields.integer("codebook_size", 1, SIZE_MAX),
    codebooks: fields.integer("num_quantizers", 2, 64),
    codebookWidth,
    codeVectorWidth: codebookWidth / 2,
    latentWidth: fields.integer("latent_dim", 1, SIZE_MAX),
    decoderWidth,
    upsampleRates,
    upsamplingRatios,
    sampleRateHz,
    samplesPerFrame,
    framesPerSecond: sampleRateHz / samplesPerFrame,
  };
}
