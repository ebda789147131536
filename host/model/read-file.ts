import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { VoxfuseError } from "../errors/voxfuse-error.ts";

/**
 * The text of one file of a checkpoint.
 *
 * @throws {VoxfuseError} ERR_MODEL_FILE_MISSING when it is absent or cannot be read.
 */
export async function readModelText(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (cause) {
    throw missingFile(folder, name, cause);
  }
}

/**
 * One JSON file of a checkpoint, parsed, unchecked.
 *
 * @throws {VoxfuseError} ERR_MODEL_FILE_MISSING; ERR_MODEL_CONFIG when it is not JSON.
 */
export async function readModelJson(folder: string, name: string): Promise<unknown> {
  const text = await readModelText(folder, name);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new VoxfuseError(
      "ERR_MODEL_CONFIG",
      `${join(folder, name)} is not JSON. Copy the file again from the released checkpoint.`,
      { cause },
    );
  }
}

/** The error for a checkpoint file that is absent or unreadable. */
export function missingFile(folder: string, name: string, cause: unknown): VoxfuseError {
  return new VoxfuseError(
    "ERR_MODEL_FILE_MISSING",
    `The model in ${folder} has no readable ${name}. A checkpoint folder holds config.json, ` +
      "model.safetensors, vocab.json, merges.txt, tokenizer_config.json and speech_tokenizer/; " +
      "complete it or name another folder.",
    { cause },
  );
}

/** True for a file-system error that says a path does not exist. */
export function isNotFound(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ENOTDIR")
  );
}
