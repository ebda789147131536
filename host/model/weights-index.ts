import { existsSync } from "node:fs";
import { basename, join } from "node:path";

import { listNames, quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { ExpectedTensor } from "./expected-tensors.ts";
import { JsonFields } from "./json-fields.ts";
import { readModelJson } from "./read-file.ts";
import type { TensorEntry } from "./safetensors-header.ts";
import { corrupt, readSafetensorsHeader } from "./safetensors-header.ts";

export type { TensorEntry } from "./safetensors-header.ts";

const SINGLE_FILE = "model.safetensors";
const SHARD_INDEX = "model.safetensors.index.json";
const CODEC_FILE = join("speech_tokenizer", SINGLE_FILE);

/** In front of every codec tensor's name, since both tensor files have their own name space. */
export const CODEC_PREFIX = "speech_tokenizer.";

/** Where every tensor of a checkpoint lies. */
export interface WeightsIndex {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Tensor files, relative to the model's folder, in a fixed order. */
  readonly files: readonly string[];
}

/**
 * Reads the headers of all tensor files of the checkpoint in `folder`: `model.safetensors` or the
 * shards of `model.safetensors.index.json`, then `speech_tokenizer/model.safetensors`. No weight is
 * read. Codec tensors are named with CODEC_PREFIX.
 *
 * @throws {VoxfuseError} ERR_MODEL_FILE_MISSING; ERR_MODEL_FILE_CORRUPT, also for a name that two
 *   files hold or a shard list that disagrees with its shards; ERR_TENSOR_DTYPE.
 */
export async function readWeightsIndex(folder: string): Promise<WeightsIndex> {
  const tensors = new Map<string, TensorEntry>();
  const shards = await readShardList(folder);
  const mainFiles = shards === undefined ? [SINGLE_FILE] : [...new Set(shards.values())].sort();

  for (const file of mainFiles) {
    for (const tensor of await readSafetensorsHeader(join(folder, file))) add(tensors, tensor);
  }
  if (shards !== undefined) checkShards(folder, shards, tensors);

  for (const tensor of await readSafetensorsHeader(join(folder, CODEC_FILE))) {
    add(tensors, { ...tensor, name: CODEC_PREFIX + tensor.name });
  }
  return { tensors, files: [...mainFiles, CODEC_FILE] };
}

/**
 * Checks that every tensor of `expected` is there with its shape, as BF16 or F32. Other tensors
 * (the codec's encoder, a speaker encoder) are let be.
 *
 * @throws {VoxfuseError} ERR_TENSOR_MISSING, ERR_TENSOR_DTYPE or ERR_TENSOR_SHAPE, in this order,
 *   naming the first few.
 */
export function checkWeights(index: WeightsIndex, expected: readonly ExpectedTensor[]): void {
  const missing: string[] = [];
  const dtypes: string[] = [];
  const shapes: string[] = [];
  for (const { name, shape } of expected) {
    const tensor = index.tensors.get(name);
    if (tensor === undefined) {
      missing.push(name);
    } else if (tensor.dtype !== "BF16" && tensor.dtype !== "F32") {
      dtypes.push(`${name} is ${tensor.dtype}`);
    } else if (tensor.shape.join() !== shape.join()) {
      shapes.push(`${name} is ${quote(tensor.shape)}, config.json says ${quote(shape)}`);
    }
  }
  refuse("ERR_TENSOR_MISSING", missing, "are missing", "Use the complete checkpoint.");
  refuse("ERR_TENSOR_DTYPE", dtypes, "have a dtype other than BF16 or F32", "Convert them.");
  refuse("ERR_TENSOR_SHAPE", shapes, "have a wrong shape", "Use weights and config of one model.");
}

function refuse(
  code: "ERR_TENSOR_MISSING" | "ERR_TENSOR_DTYPE" | "ERR_TENSOR_SHAPE",
  found: readonly string[],
  what: string,
  advice: string,
): void {
  if (found.length === 0) return;
  const shown = found.slice(0, 3).join("; ");
  const more = found.length > 3 ? "; …" : "";
  throw new VoxfuseError(
    code,
    `${found.length} of the tensors needed for speech ${what}: ${shown}${more}. ${advice}`,
  );
}

function add(tensors: Map<string, TensorEntry>, tensor: TensorEntry): void {
  const other = tensors.get(tensor.name);
  if (other !== undefined) {
    throw corrupt(tensor.file, `tensor ${quote(tensor.name)} is also in ${other.file}`);
  }
  tensors.set(tensor.name, tensor);
}

/** Tensor name → shard file, or undefined where the weights are one file. */
async function readShardList(folder: string): Promise<Map<string, string> | undefined> {
  if (existsSync(join(folder, SINGLE_FILE)) || !existsSync(join(folder, SHARD_INDEX))) {
    return undefined;
  }
  const fields: JsonFields = new JsonFields(SHARD_INDEX, await readModelJson(folder, SHARD_INDEX));
  const shards = new Map<string, string>();
  for (const [name, file] of fields.entries("weight_map")) {
    // A name only: a list must not lead out of the model's folder.
    if (typeof file !== "string" || file !== basename(file) || !file.endsWith(".safetensors")) {
      fields.refuse(`weight_map.${name}`, file, "the name of a .safetensors file in this folder");
    }
    shards.set(name, file);
  }
  if (shards.size === 0) fields.refuse("weight_map", {}, "a list that is not empty");
  return shards;
}

function checkShards(
  folder: string,
  shards: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, TensorEntry>,
): void {
  const index = join(folder, SHARD_INDEX);
  const astray = [...shards].filter(
    ([name, file]) => tensors.get(name)?.file !== join(folder, file),
  );
  if (astray.length > 0) {
    throw corrupt(
      index,
      `not in the shard it says: ${listNames(
        astray.map(([name]) => name),
        3,
      )}`,
    );
  }
  const unlisted = [...tensors.keys()].filter((name) => !shards.has(name));
  if (unlisted.length > 0) {
    throw corrupt(index, `its shards hold tensors it does not list: ${listNames(unlisted, 3)}`);
  }
}
