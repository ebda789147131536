import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";

import { missingFile } from "./read-file.ts";

const CONFIG_FILES = [
  "config.json",
  "generation_config.json",
  "tokenizer_config.json",
  "vocab.json",
  "merges.txt",
  "model.safetensors.index.json",
  join("speech_tokenizer", "config.json"),
];
const PROBES = 64;
const PROBE_BYTES = 4096;
const LENGTH_BYTES = 8;

/**
 * The model's hash, as 64 hex digits: tells models apart without reading all their bytes.
 *
 * SHA-256 over, for every configuration file that exists, its name, length and contents; then for
 * every tensor file its name, length, safetensors header, and 64 probes of 4 KiB whose starts are
 * spread evenly from the first byte to the last possible one. A fine-tune changes weights
 * everywhere, so it changes probes; a single flipped bit may go unseen. Reads at most 256 KiB of
 * weights a file: milliseconds, whatever the size.
 *
 * @param tensorFiles Relative to `folder`, in a fixed order, as in WeightsIndex.files. Their
 *   headers must have been checked already.
 * @throws {VoxfuseError} ERR_MODEL_FILE_MISSING
 */
export async function modelFingerprint(
  folder: string,
  tensorFiles: readonly string[],
): Promise<string> {
  const hash = createHash("sha256");
  for (const name of CONFIG_FILES) {
    // Absent files add nothing: generation_config.json and the shard list are optional.
    const contents = await readFile(join(folder, name)).catch(() => undefined);
    if (contents !== undefined) addPart(hash, name, contents.length).update(contents);
  }
  for (const name of tensorFiles) await addTensorFile(hash, folder, name);
  return hash.digest("hex");
}

async function addTensorFile(hash: Hash, folder: string, name: string): Promise<void> {
  try {
    await using file = await open(join(folder, name), "r");
    const { size } = await file.stat();
    addPart(hash, name, size);
    const read = async (offset: number, bytes: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
      return buffer.subarray(0, bytesRead);
    };
    const length = await read(0, LENGTH_BYTES);
    hash.update(await read(0, LENGTH_BYTES + Number(length.readBigUInt64LE())));
    const lastStart = Math.max(0, size - PROBE_BYTES);
    for (let probe = 0; probe < PROBES; probe++) {
      const start = Math.floor((lastStart * probe) / (PROBES - 1));
      hash.update(await read(start, Math.min(PROBE_BYTES, size)));
    }
  } catch (cause) {
    throw missingFile(folder, name, cause);
  }
}

/** A part starts with its name and length, so that no two lists of parts hash alike. */
function addPart(hash: Hash, name: string, bytes: number): Hash {
  return hash.update(`${name}\0${bytes}\0`);
}
