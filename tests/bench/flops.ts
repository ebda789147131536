// Multiplications and additions of a frame, from the shapes of the weights.
import type { Checkpoint } from "../../host/synthesis/checkpoint.ts";

type Model = Pick<Checkpoint, "weights" | "config">;

const product = (values: readonly number[]): number => values.reduce((all, each) => all * each, 1);

/** Floating-point operations of the products of one prompt row; attention is left out. */
export function flopsPerPromptRow({ weights }: Model): number {
  let elements = 0;
  for (const { name, shape } of weights.tensors.values()) {
    const isProduct = /^talker\.(model\.layers|text_projection)\..*\.weight$/.test(name);
    if (isProduct && shape.length === 2) elements += product(shape);
  }
  return 2 * elements;
}

/** Floating-point operations of the vocoder's products and convolutions for one frame. */
export function flopsPerVocodedFrame({ weights, config }: Model): number {
  let flops = 0;
  for (const { name, shape } of weights.tensors.values()) {
    const [, stage] = /^speech_tokenizer\.decoder\.(.*)\.weight$/.exec(name) ?? [];
    if (stage === undefined || shape.length < 2) continue;
    flops += 2 * product(shape) * positionsOf(stage, config.codec);
  }
  return flops;
}

/** Positions of a frame at which a stage's weights are applied, each of them once. */
function positionsOf(
  stage: string,
  { upsamplingRatios, upsampleRates }: Model["config"]["codec"],
): number {
  if (/input_proj$/.test(stage) && stage.startsWith("quantizer")) return 0; // the encoder's
  const [, ratio, part] = /^upsample\.(\d+)\.(\d)\./.exec(stage) ?? [];
  // A transposed convolution works on each of its inputs, what follows it on each of its outputs.
  if (ratio !== undefined) return product(upsamplingRatios.slice(0, Number(ratio) + Number(part)));
  const latents = product(upsamplingRatios);
  const [, block, inner] = /^decoder\.(\d+)(?:\.block\.(\d))?\./.exec(`${stage}.`) ?? [];
  if (block === undefined) return 1;
  const passed = Number(block) - (inner === "1" ? 1 : 0);
  return latents * product(upsampleRates.slice(0, passed));
}
