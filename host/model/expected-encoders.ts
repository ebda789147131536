import type { CloningConfig, CodecEncoderConfig, SpeakerEncoderConfig } from "./encoder-config.ts";
import type { ModelConfig } from "./config.ts";
import type { ExpectedTensor } from "./expected-tensors.ts";

type Add = (name: string, ...shape: number[]) => void;

/**
 * Names and shapes of every tensor that making a voice reads: speaker encoder and codec encoder, of
 * whose quantisers only the groups in use. None in a model that clones no voice.
 *
 * Source: the official modules `Qwen3TTSSpeakerEncoder` and transformers' `MimiModel`.
 */
export function expectedEncoderTensors(config: ModelConfig): ExpectedTensor[] {
  const tensors: ExpectedTensor[] = [];
  const add: Add = (name, ...shape) => tensors.push({ name, shape });
  if (config.cloning === null) return tensors;
  const { speaker, codec }: CloningConfig = config.cloning;
  addSpeaker(under(add, "speaker_encoder."), speaker);
  const encoder = under(add, "speech_tokenizer.encoder.");
  addConvolutions(under(encoder, "encoder.layers."), codec);
  addLayers(under(encoder, "encoder_transformer.layers."), codec);
  encoder("downsample.conv.weight", codec.width, codec.width, 2 * codec.frameStride);
  const { codebookSize, codebooks } = config.codec;
  for (const [branch, count] of [
    ["semantic", 1],
    ["acoustic", codebooks - 1],
  ] as const) {
    const quantizer = under(encoder, `quantizer.${branch}_residual_vector_quantizer.`);
    quantizer("input_proj.weight", codec.codeVectorWidth, codec.width, 1);
    for (let q = 0; q < count; q++) {
      quantizer(`layers.${q}.codebook.embed_sum`, codebookSize, codec.codeVectorWidth);
      quantizer(`layers.${q}.codebook.cluster_usage`, codebookSize);
    }
  }
  return tensors;
}

function addSpeaker(add: Add, speaker: SpeakerEncoderConfig): void {
  const { channels, taps, scale, squeezeWidth, attentionWidth } = speaker;
  const last = channels.length - 1;
  channels.forEach((width, block) => {
    const at = under(add, `blocks.${block}.`);
    if (block === last) return;
    if (block === 0) {
      addBiased(at, "conv", width, speaker.melBands, taps[block] ?? 0);
      return;
    }
    addBiased(at, "tdnn1.conv", width, width, 1);
    for (let part = 0; part < scale - 1; part++) {
      const name = `res2net_block.blocks.${part}.conv`;
      addBiased(at, name, width / scale, width / scale, taps[block] ?? 0);
    }
    addBiased(at, "tdnn2.conv", width, width, 1);
    addBiased(at, "se_block.conv1", squeezeWidth, width, 1);
    addBiased(at, "se_block.conv2", width, squeezeWidth, 1);
  });
  const joined = channels[last] ?? 0;
  addBiased(add, "mfa.conv", joined, joined, taps[last] ?? 0);
  addBiased(add, "asp.tdnn.conv", attentionWidth, 3 * joined, 1);
  addBiased(add, "asp.conv", joined, attentionWidth, 1);
  addBiased(add, "fc", speaker.width, 2 * joined, 1);
}

/** Layers as the official list counts them: three for each stage, activations among them. */
function addConvolutions(add: Add, codec: CodecEncoderConfig): void {
  let channels = codec.filters;
  addBiased(add, "0.conv", channels, 1, codec.taps);
  codec.strides.forEach((stride, stage) => {
    const inner = channels / codec.compress;
    const unit = under(add, `${3 * stage + 1}.block.`);
    addBiased(unit, "1.conv", inner, channels, codec.residualTaps);
    addBiased(unit, "3.conv", channels, inner, 1);
    addBiased(add, `${3 * stage + 3}.conv`, 2 * channels, channels, 2 * stride);
    channels *= 2;
  });
  addBiased(add, `${3 * codec.strides.length + 2}.conv`, codec.width, channels, codec.lastTaps);
}

function addLayers(add: Add, codec: CodecEncoderConfig): void {
  const { width, feedForwardWidth, heads, kvHeads, headWidth } = codec;
  for (let index = 0; index < codec.layers; index++) {
    const layer = under(add, `${index}.`);
    for (const norm of ["input_layernorm", "post_attention_layernorm"]) {
      layer(`${norm}.weight`, width);
      layer(`${norm}.bias`, width);
    }
    layer("self_attn.q_proj.weight", heads * headWidth, width);
    layer("self_attn.k_proj.weight", kvHeads * headWidth, width);
    layer("self_attn.v_proj.weight", kvHeads * headWidth, width);
    layer("self_attn.o_proj.weight", width, heads * headWidth);
    layer("mlp.fc1.weight", feedForwardWidth, width);
    layer("mlp.fc2.weight", width, feedForwardWidth);
    layer("self_attn_layer_scale.scale", width);
    layer("mlp_layer_scale.scale", width);
  }
}

function addBiased(add: Add, name: string, out: number, ...rest: number[]): void {
  add(`${name}.weight`, out, ...rest);
  add(`${name}.bias`, out);
}

function under(add: Add, prefix: string): Add {
  return (name, ...shape) => {
    add(prefix + name, ...shape);
  };
}
