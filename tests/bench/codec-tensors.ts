// The tensors of the audio codec, `speech_tokenizer/model.safetensors`.
import { biased, indices, tensor } from "./checkpoint-tensors.ts";
import type { AttentionConfig, Fill, TensorSpec } from "./checkpoint-tensors.ts";

interface QuantizerConfig {
  readonly codebook_dim: number;
  readonly codebook_size: number;
  readonly num_quantizers: number;
}

export interface CodecConfig {
  readonly decoder_config: AttentionConfig &
    QuantizerConfig & {
      readonly decoder_dim: number;
      readonly latent_dim: number;
      readonly upsample_rates: readonly number[];
      readonly upsampling_ratios: readonly number[];
      readonly vector_quantization_hidden_dimension: number;
    };
  readonly encoder_config: AttentionConfig &
    QuantizerConfig & {
      readonly compress: number;
      readonly kernel_size: number;
      readonly last_kernel_size: number;
      readonly num_filters: number;
      readonly residual_kernel_size: number;
      readonly upsampling_ratios: readonly number[];
    };
}

const ONES: Fill = { kind: "constant", value: 1 };
const ZEROS: Fill = { kind: "constant", value: 0 };
const BRANCH_SCALE: Fill = { kind: "constant", value: 0.01 };
const UNIT: Fill = { kind: "normal", spread: 1 };

export function codecTensors(config: CodecConfig): TensorSpec[] {
  return [...decoderTensors(config.decoder_config), ...encoderTensors(config.encoder_config)];
}

/**
 * Keeps the size of a signal through a layer: no stack of them blows up. `inputs` is how many
 * values an output sums; by default all of a row.
 */
function steady(shape: readonly number[], inputs = product(shape.slice(1))): Fill {
  return { kind: "normal", spread: 1 / Math.sqrt(inputs) };
}

function product(values: readonly number[]): number {
  return values.reduce((total, value) => total * value, 1);
}

function linear(name: string, ...shape: number[]): TensorSpec {
  return tensor(`${name}.weight`, shape, steady(shape));
}

function biasedLinear(name: string, ...shape: number[]): TensorSpec[] {
  return biased(name, shape, steady(shape));
}

/** A transposed convolution is stored input first, so its bias has the second length. */
function transposedConv(name: string, from: number, to: number, kernel: number, stride: number) {
  const fill = steady([from, to, kernel], (from * kernel) / stride);
  return [tensor(`${name}.weight`, [from, to, kernel], fill), tensor(`${name}.bias`, [to], ZEROS)];
}

/** Alpha and beta are stored as logarithms. */
function snake(name: string, width: number): TensorSpec[] {
  return [tensor(`${name}.alpha`, [width], ZEROS), tensor(`${name}.beta`, [width], ZEROS)];
}

function decoderTensors(config: CodecConfig["decoder_config"]): TensorSpec[] {
  return [
    ...decoderQuantizer(config),
    ...biasedLinear(
      "decoder.pre_conv.conv",
      config.latent_dim,
      config.vector_quantization_hidden_dimension,
      3,
    ),
    ...preTransformer(config),
    ...config.upsampling_ratios.flatMap((ratio, index) =>
      upsampler(`decoder.upsample.${index}`, config.latent_dim, ratio),
    ),
    ...waveformStack(config),
  ];
}

function decoderQuantizer(config: CodecConfig["decoder_config"]): TensorSpec[] {
  const width = config.codebook_dim / 2;
  const outer = config.vector_quantization_hidden_dimension;
  const counts = { rvq_first: 1, rvq_rest: config.num_quantizers - 1 };
  return Object.entries(counts).flatMap(([part, count]) => {
    const prefix = `decoder.quantizer.${part}`;
    return [
      linear(`${prefix}.input_proj`, width, outer, 1),
      linear(`${prefix}.output_proj`, outer, width, 1),
      ...indices(count).flatMap((index) => {
        const codebook = `${prefix}.vq.layers.${index}._codebook`;
        return [
          tensor(`${codebook}.embedding_sum`, [config.codebook_size, width], UNIT),
          tensor(`${codebook}.cluster_usage`, [config.codebook_size], ONES),
        ];
      }),
    ];
  });
}

function preTransformer(config: CodecConfig["decoder_config"]): TensorSpec[] {
  const prefix = "decoder.pre_transformer";
  const { hidden_size: width, latent_dim: latent, intermediate_size: feedForward } = config;
  const queryWidth = config.num_attention_heads * config.head_dim;
  const keyWidth = config.num_key_value_heads * config.head_dim;
  return [
    ...biasedLinear(`${prefix}.input_proj`, width, latent),
    ...indices(config.num_hidden_layers).flatMap((index) => {
      const layer = `${prefix}.layers.${index}`;
      return [
        tensor(`${layer}.input_layernorm.weight`, [width], ONES),
        tensor(`${layer}.post_attention_layernorm.weight`, [width], ONES),
        linear(`${layer}.self_attn.q_proj`, queryWidth, width),
        linear(`${layer}.self_attn.k_proj`, keyWidth, width),
        linear(`${layer}.self_attn.v_proj`, keyWidth, width),
        linear(`${layer}.self_attn.o_proj`, width, queryWidth),
        tensor(`${layer}.self_attn_layer_scale.scale`, [width], BRANCH_SCALE),
        tensor(`${layer}.mlp_layer_scale.scale`, [width], BRANCH_SCALE),
        linear(`${layer}.mlp.gate_proj`, feedForward, width),
        linear(`${layer}.mlp.up_proj`, feedForward, width),
        linear(`${layer}.mlp.down_proj`, width, feedForward),
      ];
    }),
    tensor(`${prefix}.norm.weight`, [width], ONES),
    ...biasedLinear(`${prefix}.output_proj`, latent, width),
  ];
}

/** A transposed convolution and a ConvNeXt block. */
function upsampler(prefix: string, width: number, ratio: number): TensorSpec[] {
  return [
    ...transposedConv(`${prefix}.0.conv`, width, width, ratio, ratio),
    ...biasedLinear(`${prefix}.1.dwconv.conv`, width, 1, 7),
    ...biased(`${prefix}.1.norm`, [width], ONES),
    ...biasedLinear(`${prefix}.1.pwconv1`, 4 * width, width),
    ...biasedLinear(`${prefix}.1.pwconv2`, width, 4 * width),
    tensor(`${prefix}.1.gamma`, [width], BRANCH_SCALE),
  ];
}

function waveformStack(config: CodecConfig["decoder_config"]): TensorSpec[] {
  const prefix = "decoder.decoder";
  const { upsample_rates: rates, decoder_dim: widest } = config;
  const last = widest / 2 ** rates.length;
  return [
    ...biasedLinear(`${prefix}.0.conv`, widest, config.latent_dim, 7),
    ...rates.flatMap((rate, index) => {
      const block = `${prefix}.${index + 1}.block`;
      const from = widest / 2 ** index;
      const to = from / 2;
      return [
        ...snake(`${block}.0`, from),
        ...transposedConv(`${block}.1.conv`, from, to, 2 * rate, rate),
        ...[2, 3, 4].flatMap((unit) => [
          ...snake(`${block}.${unit}.act1`, to),
          ...biasedLinear(`${block}.${unit}.conv1.conv`, to, to, 7),
          ...snake(`${block}.${unit}.act2`, to),
          ...biasedLinear(`${block}.${unit}.conv2.conv`, to, to, 1),
        ]),
      ];
    }),
    ...snake(`${prefix}.${rates.length + 1}`, last),
    ...biasedLinear(`${prefix}.${rates.length + 2}.conv`, 1, last, 7),
  ];
}

function encoderTensors(config: CodecConfig["encoder_config"]): TensorSpec[] {
  const { hidden_size: width, intermediate_size: feedForward } = config;
  const queryWidth = config.num_attention_heads * config.head_dim;
  const keyWidth = config.num_key_value_heads * config.head_dim;
  return [
    ...seanet(config),
    ...indices(config.num_hidden_layers).flatMap((index) => {
      const layer = `encoder.encoder_transformer.layers.${index}`;
      return [
        ...biased(`${layer}.input_layernorm`, [width], ONES),
        ...biased(`${layer}.post_attention_layernorm`, [width], ONES),
        linear(`${layer}.self_attn.q_proj`, queryWidth, width),
        linear(`${layer}.self_attn.k_proj`, keyWidth, width),
        linear(`${layer}.self_attn.v_proj`, keyWidth, width),
        linear(`${layer}.self_attn.o_proj`, width, queryWidth),
        linear(`${layer}.mlp.fc1`, feedForward, width),
        linear(`${layer}.mlp.fc2`, width, feedForward),
        tensor(`${layer}.self_attn_layer_scale.scale`, [width], BRANCH_SCALE),
        tensor(`${layer}.mlp_layer_scale.scale`, [width], BRANCH_SCALE),
      ];
    }),
    // Halves the frame rate: a stride of 2, and twice that as the kernel.
    linear("encoder.downsample.conv", width, width, 4),
    ...encoderQuantizer(config),
  ];
}

/** The convolutional encoder: per ratio a residual block, an activation and a strided layer. */
function seanet(config: CodecConfig["encoder_config"]): TensorSpec[] {
  const prefix = "encoder.encoder.layers";
  const ratios = config.upsampling_ratios.toReversed();
  const widest = config.num_filters * 2 ** ratios.length;
  return [
    ...biasedLinear(`${prefix}.0.conv`, config.num_filters, 1, config.kernel_size),
    ...ratios.flatMap((ratio, index) => {
      const width = config.num_filters * 2 ** index;
      const inner = width / config.compress;
      const block = `${prefix}.${3 * index + 1}.block`;
      return [
        ...biasedLinear(`${block}.1.conv`, inner, width, config.residual_kernel_size),
        ...biasedLinear(`${block}.3.conv`, width, inner, 1),
        ...biasedLinear(`${prefix}.${3 * index + 3}.conv`, 2 * width, width, 2 * ratio),
      ];
    }),
    ...biasedLinear(
      `${prefix}.${3 * ratios.length + 2}.conv`,
      config.hidden_size,
      widest,
      config.last_kernel_size,
    ),
  ];
}

function encoderQuantizer(config: CodecConfig["encoder_config"]): TensorSpec[] {
  const counts = { semantic: 1, acoustic: config.num_quantizers - 1 };
  return Object.entries(counts).flatMap(([part, count]) => {
    const prefix = `encoder.quantizer.${part}_residual_vector_quantizer`;
    return [
      linear(`${prefix}.input_proj`, config.codebook_dim, config.hidden_size, 1),
      linear(`${prefix}.output_proj`, config.hidden_size, config.codebook_dim, 1),
      ...indices(count).flatMap((index) => {
        const codebook = `${prefix}.layers.${index}.codebook`;
        return [
          tensor(`${codebook}.embed_sum`, [config.codebook_size, config.codebook_dim], UNIT),
          tensor(`${codebook}.cluster_usage`, [config.codebook_size], ONES),
          tensor(`${codebook}.initialized`, [1], ONES),
        ];
      }),
    ];
  });
}
