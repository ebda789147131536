import type { Checkpoint } from "./checkpoint.ts";
import type { Dtypes } from "./session/backend.ts";

const CODEC = "speech_tokenizer.decoder.";

/** Bytes that one step of the talker reads with what follows it, by part. */
export interface StepBytes {
  readonly talker: number;
  readonly predictor: number;
  /** A packet's share. */
  readonly vocoder: number;
}

/**
 * Weights that a step reads, each time it reads them: the talker once, the predictor's layers for
 * every code but the first, each of its heads once, and the codec's decoder once a packet.
 * Embedding rows are too few to count.
 *
 * @param dtypes A vocoder in bf16 keeps its weights so, whatever the file has; in int8 a matrix has
 *   a byte for each element and a f32 for each row.
 */
export function bytesPerStep(
  { weights, config }: Pick<Checkpoint, "weights" | "config">,
  packetFrames: number,
  { vocoderDtype, weights: kept }: Pick<Dtypes, "vocoderDtype" | "weights">,
): StepBytes {
  const sum = { talker: 0, predictor: 0, vocoder: 0 };
  for (const { name, dtype, shape, bytes: stored } of weights.tensors.values()) {
    const [rows = 1, cols = 1] = shape;
    const isQuantised = kept === "int8" && shape.length === 2 && !name.startsWith(CODEC);
    const bytes = isQuantised ? rows * (cols + 4) : stored;
    if (/_embedding\.|embedding_sum|cluster_usage/.test(name)) continue;
    if (name.startsWith(CODEC)) {
      const isNarrowed = vocoderDtype === "bf16" && dtype === "F32";
      sum.vocoder += (isNarrowed ? bytes / 2 : bytes) / packetFrames;
    } else if (name.startsWith("talker.code_predictor.lm_head.")) {
      sum.predictor += bytes;
    } else if (name.startsWith("talker.code_predictor.")) {
      sum.predictor += bytes * (config.codeGroups - 1);
    } else if (name.startsWith("talker.")) {
      sum.talker += bytes;
    }
  }
  return sum;
}

/** Of the talker's attention cache, what a frame reads for each position that it attends to. */
export function cacheBytesPerPosition(
  { config }: Pick<Checkpoint, "config">,
  dtype: "f32" | "bf16",
): number {
  const { layers, kvHeads, headWidth } = config.talker;
  return 2 * layers * kvHeads * headWidth * (dtype === "bf16" ? 2 : 4); // keys and values
}
