import type { Checkpoint } from "./checkpoint.ts";

/**
 * Weights that one frame of one request reads, each time it reads them: the talker once, the
 * predictor's layers for every code but the first, each of its heads once, and the codec's decoder
 * once a packet. Embedding rows are too few to count. [bytes]
 */
export function bytesPerFrame({ weights, config }: Checkpoint, packetFrames: number): number {
  let bytes = 0;
  for (const { name, bytes: size } of weights.tensors.values()) {
    bytes += size * readsPerFrame(name, config.codeGroups, packetFrames);
  }
  return bytes;
}

function readsPerFrame(name: string, groups: number, packetFrames: number): number {
  if (/_embedding\.|embedding_sum|cluster_usage/.test(name)) return 0;
  if (name.startsWith("speech_tokenizer.decoder.")) return 1 / packetFrames;
  if (name.startsWith("talker.code_predictor.lm_head.")) return 1;
  if (name.startsWith("talker.code_predictor.")) return groups - 1;
  return name.startsWith("talker.") ? 1 : 0;
}
