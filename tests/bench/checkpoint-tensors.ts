// The tensors of a released checkpoint, derived from its configuration: names, shapes and what to
// fill them with. The lists are closed: the released files hold no other tensor.

/** What a random checkpoint holds in a tensor. `spread` is a standard deviation. */
export type Fill =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly spread: number };

export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fill: Fill;
}

const ONES: Fill = { kind: "constant", value: 1 };
const ZEROS: Fill = { kind: "constant", value: 0 };
// The initialisation that the released configurations name.
export const WEIGHT: Fill = { kind: "normal", spread: 0.02 };

export interface AttentionConfig {
  readonly head_dim: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_hidden_layers: number;
  readonly num_key_value_heads: number;
}

export interface ModelConfig {
  readonly tts_model_type: string;
  readonly talker_config: AttentionConfig & {
    readonly code_predictor_config: AttentionConfig & {
      readonly num_code_groups: number;
      readonly vocab_size: number;
    };
    readonly text_hidden_size: number;
    readonly text_vocab_size: number;
    readonly vocab_size: number;
  };
  readonly speaker_encoder_config?: SpeakerEncoderConfig;
}

/** Only `enc_dim` is written in released files; the others have kept their defaults. */
export interface SpeakerEncoderConfig {
  readonly enc_dim: number;
  readonly mel_dim?: number;
  readonly enc_channels?: readonly number[];
  readonly enc_kernel_sizes?: readonly number[];
  readonly enc_attention_channels?: number;
  readonly enc_res2net_scale?: number;
  readonly enc_se_channels?: number;
}

/** Every tensor of `model.safetensors`. */
export function modelTensors(config: ModelConfig): TensorSpec[] {
  const talker = config.talker_config;
  const predictor = talker.code_predictor_config;
  const speaker = config.speaker_encoder_config;
  return [
    ...talkerTensors(talker),
    ...predictorTensors(predictor, talker.hidden_size),
    ...(config.tts_model_type === "base" && speaker ? speakerTensors(speaker) : []),
  ];
}

export function tensor(name: string, shape: readonly number[], fill: Fill = WEIGHT): TensorSpec {
  return { name, shape, fill };
}

/** A weight and the bias of its rows. */
export function biased(name: string, shape: readonly number[], fill: Fill = WEIGHT): TensorSpec[] {
  return [tensor(`${name}.weight`, shape, fill), tensor(`${name}.bias`, shape.slice(0, 1), ZEROS)];
}

/** 0, 1, …, count − 1. */
export function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function talkerTensors(config: ModelConfig["talker_config"]): TensorSpec[] {
  const { hidden_size: width, text_hidden_size: textWidth, vocab_size: vocabulary } = config;
  return [
    tensor("talker.model.text_embedding.weight", [config.text_vocab_size, textWidth]),
    ...biased("talker.text_projection.linear_fc1", [textWidth, textWidth]),
    ...biased("talker.text_projection.linear_fc2", [width, textWidth]),
    tensor("talker.model.codec_embedding.weight", [vocabulary, width]),
    ...decoderTensors("talker.model", config),
    tensor("talker.codec_head.weight", [vocabulary, width]),
  ];
}

function predictorTensors(
  config: ModelConfig["talker_config"]["code_predictor_config"],
  talkerWidth: number,
): TensorSpec[] {
  const prefix = "talker.code_predictor";
  const { hidden_size: width, vocab_size: vocabulary } = config;
  // The talker picks the first code of a frame; the predictor has a table and a head for the rest.
  const groups = indices(config.num_code_groups - 1);
  return [
    ...groups.flatMap((group) => [
      tensor(`${prefix}.model.codec_embedding.${group}.weight`, [vocabulary, talkerWidth]),
      tensor(`${prefix}.lm_head.${group}.weight`, [vocabulary, width]),
    ]),
    ...(talkerWidth === width
      ? []
      : biased(`${prefix}.small_to_mtp_projection`, [width, talkerWidth])),
    ...decoderTensors(`${prefix}.model`, config),
  ];
}

/** The layers and the final norm of a Qwen3 decoder. */
function decoderTensors(prefix: string, config: AttentionConfig): TensorSpec[] {
  const { hidden_size: width, intermediate_size: feedForward, head_dim: headWidth } = config;
  const queryWidth = config.num_attention_heads * headWidth;
  const keyWidth = config.num_key_value_heads * headWidth;
  const layers = indices(config.num_hidden_layers).flatMap((index) => {
    const layer = `${prefix}.layers.${index}`;
    return [
      tensor(`${layer}.input_layernorm.weight`, [width], ONES),
      tensor(`${layer}.self_attn.q_proj.weight`, [queryWidth, width]),
      tensor(`${layer}.self_attn.k_proj.weight`, [keyWidth, width]),
      tensor(`${layer}.self_attn.v_proj.weight`, [keyWidth, width]),
      tensor(`${layer}.self_attn.q_norm.weight`, [headWidth], ONES),
      tensor(`${layer}.self_attn.k_norm.weight`, [headWidth], ONES),
      tensor(`${layer}.self_attn.o_proj.weight`, [width, queryWidth]),
      tensor(`${layer}.post_attention_layernorm.weight`, [width], ONES),
      tensor(`${layer}.mlp.gate_proj.weight`, [feedForward, width]),
      tensor(`${layer}.mlp.up_proj.weight`, [feedForward, width]),
      tensor(`${layer}.mlp.down_proj.weight`, [width, feedForward]),
    ];
  });
  return [...layers, tensor(`${prefix}.norm.weight`, [width], ONES)];
}

/** The ECAPA-TDNN that turns reference audio into one speaker row. */
function speakerTensors(config: SpeakerEncoderConfig): TensorSpec[] {
  const {
    enc_channels: [width = 0, , , , joined = 0] = [512, 512, 512, 512, 1536],
    enc_kernel_sizes: kernels = [5, 3, 3, 3, 1],
    enc_attention_channels: attention = 128,
    enc_res2net_scale: scale = 8,
    enc_se_channels: squeezed = 128,
    mel_dim: mel = 128,
  } = config;
  const prefix = "speaker_encoder";
  const part = width / scale;
  const blocks = [1, 2, 3].flatMap((index) => {
    const block = `${prefix}.blocks.${index}`;
    return [
      ...biased(`${block}.tdnn1.conv`, [width, width, 1]),
      ...indices(scale - 1).flatMap((step) =>
        biased(`${block}.res2net_block.blocks.${step}.conv`, [part, part, kernels[index] ?? 3]),
      ),
      ...biased(`${block}.tdnn2.conv`, [width, width, 1]),
      ...biased(`${block}.se_block.conv1`, [squeezed, width, 1]),
      ...biased(`${block}.se_block.conv2`, [width, squeezed, 1]),
    ];
  });
  return [
    ...biased(`${prefix}.blocks.0.conv`, [width, mel, kernels[0] ?? 5]),
    ...blocks,
    ...biased(`${prefix}.mfa.conv`, [joined, joined, 1]),
    ...biased(`${prefix}.asp.tdnn.conv`, [attention, 3 * joined, 1]),
    ...biased(`${prefix}.asp.conv`, [joined, attention, 1]),
    ...biased(`${prefix}.fc`, [config.enc_dim, 2 * joined, 1]),
  ];
}
