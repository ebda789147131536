import { join } from "node:path";
import type { LoadRequest } from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { readModelConfig } from "../model/config.ts";
import type { ModelConfig } from "../model/config.ts";
import { expectedEncoderTensors } from "../model/expected-encoders.ts";
import { expectedTensors } from "../model/expected-tensors.ts";
import { modelFingerprint } from "../model/fingerprint.ts";
import { locateModel } from "../model/locate.ts";
import { readVoiceHints } from "../model/voice-hints.ts";
import type { VoiceHints } from "../model/voice-hints.ts";
import { checkWeights, readWeightsIndex } from "../model/weights-index.ts";
import type { WeightsIndex } from "../model/weights-index.ts";
import { loadTokenizer } from "../text/bpe.ts";
import type { TextTokenizer } from "../text/bpe.ts";

/** A checkpoint on disk, read and checked; its weights are not. */
export interface Checkpoint {
  readonly folder: string;
  readonly config: ModelConfig;
  readonly weights: WeightsIndex;
  readonly tokenizer: TextTokenizer;
  readonly hints: VoiceHints;
  /** Tells models apart; 64 hex digits. */
  readonly hash: string;
}

/**
 * Finds and reads a checkpoint: a folder, an embedded voice or a hub name in the cache.
 *
 * @throws {VoxfuseError} ERR_MODEL_NOT_FOUND, ERR_MODEL_FILE_MISSING, ERR_MODEL_FILE_CORRUPT,
 *   ERR_MODEL_CONFIG, ERR_TENSOR_MISSING, ERR_TENSOR_DTYPE, ERR_TENSOR_SHAPE.
 */
export async function readCheckpoint(model: string | undefined): Promise<Checkpoint> {
  const folder = locateModel(model);
  const [config, weights, tokenizer, hints] = await Promise.all([
    readModelConfig(folder),
    readWeightsIndex(folder),
    loadTokenizer(folder),
    readVoiceHints(folder),
  ]);
  checkTextIds(tokenizer, config);
  checkWeights(weights, [...expectedTensors(config), ...expectedEncoderTensors(config)]);
  const hash = await modelFingerprint(folder, weights.files);
  return { folder, config, weights, tokenizer, hints, hash };
}

/** Text ids are rows of a table: a tokenizer of another model may have ids beyond it. */
function checkTextIds({ largestId }: TextTokenizer, { talker }: ModelConfig): void {
  if (largestId < talker.textVocabulary) return;
  throw new VoxfuseError(
    "ERR_MODEL_CONFIG",
    `The tokenizer has the id ${largestId}; the model's texts have ids below ` +
      `${talker.textVocabulary} (text_vocab_size of config.json). Use vocab.json and ` +
      "tokenizer_config.json as the checkpoint was released.",
  );
}

/** The tensors that speaking and making voices read, as a sidecar wants them named. */
export function tensorManifest({
  folder,
  config,
  weights,
}: Checkpoint): Pick<LoadRequest, "files" | "tensors"> {
  const files = weights.files.map((file) => join(folder, file));
  const fileIndex = new Map(files.map((file, index) => [file, index]));
  const tensors: LoadRequest["tensors"] = [];
  for (const { name } of [...expectedTensors(config), ...expectedEncoderTensors(config)]) {
    const tensor = weights.tensors.get(name);
    const file = tensor === undefined ? undefined : fileIndex.get(tensor.file);
    if (tensor === undefined || file === undefined) continue; // checkWeights refused it already
    const { dtype, shape, offset, bytes } = tensor;
    tensors.push([name, dtype, [...shape], file, offset, bytes]);
  }
  return { files, tensors };
}
