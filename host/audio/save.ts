import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { VoxfuseError } from "../errors/voxfuse-error.ts";

/**
 * Writes an audio file whole or not at all: into a temporary file beside it, then renamed, so that
 * a reader never sees half of it. An existing file is replaced and keeps its permissions; through a
 * link, the file it points to is. A device or a pipe is written straight.
 *
 * @throws {VoxfuseError} ERR_OUTPUT_NOT_WRITABLE; the path then holds what it held before.
 */
export async function saveAudio(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const existing = await stat(path).catch(ignoreNotFound);
    if (existing !== undefined && !existing.isFile()) {
      await writeFile(path, bytes); // a folder fails here with EISDIR
    } else {
      const target = existing === undefined ? path : await realpath(path);
      await replaceFile(target, bytes, existing?.mode ?? 0o666);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VoxfuseError(
      "ERR_OUTPUT_NOT_WRITABLE",
      `${path} cannot be written (${reason}). Name a file in a folder that exists, has space and ` +
        "that you may write to.",
      { cause },
    );
  }
}

async function replaceFile(target: string, bytes: Uint8Array, mode: number): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await writeFile(temporary, bytes, { flag: "wx", mode });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
