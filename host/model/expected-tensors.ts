import type { CodecConfig } from "./codec-config.ts";
import type { ModelConfig } from "./config.ts";
import type { TransformerConfig } from "./talker-config.ts";

export interface ExpectedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

type Add = (name: string, ...shape: number[]) => void;

// Kernel widths of the codec's decoder: part of its architecture, not of its configuration.
const PRE_CONV_TAPS = 3;
const CONV_TAPS = 7;
const CONVNEXT_EXPANSION = 4;
const RESIDUAL_UNITS = 3;

/**
 * Names and shapes of every tensor that speaking reads: talker, code predictor, codec decoder (with
 * the `speech_tokenizer.` prefix). Not the encoders, and not the codec's `input_proj`, which only
 * encoding uses.
 *
 * Source: the official modules `Qwen3TTSTalkerForConditionalGeneration` and
 * `Qwen3TTSTokenizerV2Decoder`.
 */
export function expectedTensors(config: ModelConfig): ExpectedTensor[] {
  const tensors: ExpectedTensor[] = [];
  const add: Add = (name, ...shape) => tensors.push({ name, shape });
  addTalker(under(add, "talker."), config);
  addPredictor(under(add, "talker.code_predictor."), config);
  const decoder = under(add, "speech_tokenizer.decoder.");
  addQuantizer(under(decoder, "quantizer."), config.codec);
  addLatentStack(decoder, config.codec);
  addWaveformStack(under(decoder, "decoder."), config.codec);
  return tensors;
}

function addTalker(add: Add, { talker }: ModelConfig): void {
  const { width, textWidth, vocabulary } = talker;
  add("model.text_embedding.weight", talker.textVocabulary, textWidth);
  addBiased(add, "text_projection.linear_fc1", textWidth, textWidth);
  addBiased(add, "text_projection.linear_fc2", width, textWidth);
  add("model.codec_embedding.weight", vocabulary, width);
  addLayers(under(add, "model."), talker, addHeadNorms);
  add("codec_head.weight", vocabulary, width);
}

function addPredictor(add: Add, { talker, predictor, codeGroups }: ModelConfig): void {
  if (predictor.isProjected) {
    addBiased(add, "small_to_mtp_projection", predictor.width, talker.width);
  }
  for (let group = 0; group < codeGroups - 1; group++) {
    // Talker width: these rows are summed into the talker's next input.
    add(`model.codec_embedding.${group}.weight`, predictor.vocabulary, talker.width);
    add(`lm_head.${group}.weight`, predictor.vocabulary, predictor.width);
  }
  addLayers(under(add, "model."), predictor, addHeadNorms);
}

function addQuantizer(add: Add, codec: CodecConfig): void {
  const { codebookSize, codebookWidth, codeVectorWidth } = codec;
  const branches = [
    ["rvq_first", 1],
    ["rvq_rest", codec.codebooks - 1],
  ] as const;
  for (const [branch, codebooks] of branches) {
    add(`${branch}.output_proj.weight`, codebookWidth, codeVectorWidth, 1);
    for (let q = 0; q < codebooks; q++) {
      const codebook = under(add, `${branch}.vq.layers.${q}._codebook.`);
      codebook("embedding_sum", codebookSize, codeVectorWidth);
      codebook("cluster_usage", codebookSize);
    }
  }
}

/** From code vectors to latent columns at the rate of the waveform stack. */
function addLatentStack(add: Add, codec: CodecConfig): void {
  const { latentWidth: latent, transformer } = codec;
  addBiased(add, "pre_conv.conv", latent, codec.codebookWidth, PRE_CONV_TAPS);
  addBiased(add, "pre_transformer.input_proj", transformer.width, latent);
  addLayers(under(add, "pre_transformer."), transformer, addLayerScales);
  addBiased(add, "pre_transformer.output_proj", latent, transformer.width);
  codec.upsamplingRatios.forEach((ratio, stage) => {
    const at = under(add, `upsample.${stage}.`);
    addBiased(at, "0.conv", latent, latent, ratio);
    at("1.dwconv.conv.weight", latent, 1, CONV_TAPS);
    at("1.dwconv.conv.bias", latent);
    at("1.norm.weight", latent);
    at("1.norm.bias", latent);
    addBiased(at, "1.pwconv1", CONVNEXT_EXPANSION * latent, latent);
    addBiased(at, "1.pwconv2", latent, CONVNEXT_EXPANSION * latent);
    at("1.gamma", latent);
  });
}

function addWaveformStack(add: Add, codec: CodecConfig): void {
  let channels = codec.decoderWidth;
  addBiased(add, "0.conv", channels, codec.latentWidth, CONV_TAPS);
  codec.upsampleRates.forEach((rate, index) => {
    const block = under(add, `${index + 1}.block.`);
    addSnake(block, "0", channels);
    // A transposed convolution: [in, out, taps], its bias as wide as its output.
    block("1.conv.weight", channels, channels / 2, 2 * rate);
    block("1.conv.bias", channels / 2);
    channels /= 2;
    for (let unit = 2; unit < 2 + RESIDUAL_UNITS; unit++) {
      addSnake(block, `${unit}.act1`, channels);
      addBiased(block, `${unit}.conv1.conv`, channels, channels, CONV_TAPS);
      addSnake(block, `${unit}.act2`, channels);
      addBiased(block, `${unit}.conv2.conv`, channels, channels, 1);
    }
  });
  const blocks = codec.upsampleRates.length;
  addSnake(add, String(blocks + 1), channels);
  addBiased(add, `${blocks + 2}.conv`, 1, channels, CONV_TAPS);
}

function addLayers(
  add: Add,
  dims: TransformerConfig,
  addExtras: (layer: Add, dims: TransformerConfig) => void,
): void {
  const { width, feedForwardWidth } = dims;
  const queryWidth = dims.heads * dims.headWidth;
  const kvWidth = dims.kvHeads * dims.headWidth;
  for (let index = 0; index < dims.layers; index++) {
    const layer = under(add, `layers.${index}.`);
    layer("input_layernorm.weight", width);
    layer("self_attn.q_proj.weight", queryWidth, width);
    layer("self_attn.k_proj.weight", kvWidth, width);
    layer("self_attn.v_proj.weight", kvWidth, width);
    layer("self_attn.o_proj.weight", width, queryWidth);
    layer("post_attention_layernorm.weight", width);
    layer("mlp.gate_proj.weight", feedForwardWidth, width);
    layer("mlp.up_proj.weight", feedForwardWidth, width);
    layer("mlp.down_proj.weight", width, feedForwardWidth);
    addExtras(layer, dims);
  }
  add("norm.weight", width);
}

function addHeadNorms(layer: Add, { headWidth }: TransformerConfig): void {
  layer("self_attn.q_norm.weight", headWidth);
  layer("self_attn.k_norm.weight", headWidth);
}

function addLayerScales(layer: Add, { width }: TransformerConfig): void {
  layer("self_attn_layer_scale.scale", width);
  layer("mlp_layer_scale.scale", width);
}

function addSnake(add: Add, name: string, channels: number): void {
  add(`${name}.alpha`, channels);
  add(`${name}.beta`, channels);
}

/** A linear or convolution layer with a bias as wide as its first axis. */
function addBiased(add: Add, name: string, out: number, ...rest: number[]): void {
  add(`${name}.weight`, out, ...rest);
  add(`${name}.bias`, out);
}

function under(add: Add, prefix: string): Add {
  return (name, ...shape) => {
    add(prefix + name, ...shape);
  };
}
