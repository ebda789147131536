import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "./json-fields.ts";

const REQUIRED = [
  "config.json",
  "vocab.json",
  "merges.txt",
  "tokenizer_config.json",
  "speech_tokenizer/config.json",
  "speech_tokenizer/model.safetensors",
];
const WEIGHTS = "model.safetensors";
const SHARD_INDEX = "model.safetensors.index.json";

/** Files that a checkpoint in `folder` lacks: their names, relative to it. */
export async function missingFiles(folder: string): Promise<string[]> {
  const weights = existsSync(join(folder, SHARD_INDEX)) ? await shardsOf(folder) : [WEIGHTS];
  return [...REQUIRED, ...weights].filter((name) => !existsSync(join(folder, name)));
}

async function shardsOf(folder: string): Promise<string[]> {
  try {
    const index: unknown = JSON.parse(await readFile(join(folder, SHARD_INDEX), "utf8"));
    const map = isRecord(index) ? index["weight_map"] : undefined;
    return isRecord(map) ? [...new Set(Object.values(map).map(String))] : [SHARD_INDEX];
  } catch {
    return [SHARD_INDEX]; // unreadable is as good as missing
  }
}
