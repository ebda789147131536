import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { VoxfuseError } from "../errors/voxfuse-error.ts";

/**
 * Writes a file whole or not at all: into a temporary file beside it, then renamed, so that a
 * reader never sees half of it. An existing file is replaced and keeps its permissions; through a
 * link, the file it points to is. A device or a pipe is written straight.
 *
 * @throws {VoxfuseError} ERR_OUTPUT_NOT_WRITABLE; the path then holds what it held before.
 */
export async function saveFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const place = await placeOf(path);
    if (place.isStream) await writeFile(path, bytes);
    else await replaceFile(place.target, bytes, place.mode);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Where the bytes for a path go. */
export interface OutputPlace {
  /** A device or a pipe, which is written straight. A folder is one too, and fails with EISDIR. */
  readonly isStream: boolean;
  /** The file, links followed. */
  readonly target: string;
  readonly mode: number;
}

export async function placeOf(path: string): Promise<OutputPlace> {
  const existing = await stat(path).catch(ignoreNotFound);
  if (existing === undefined) return { isStream: false, target: path, mode: 0o666 };
  if (!existing.isFile()) return { isStream: true, target: path, mode: existing.mode };
  return { isStream: false, target: await realpath(path), mode: existing.mode };
}

/** A file beside `target` that takes its place once it is whole. */
export function temporaryBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.${randomUUID()}`);
}

export function notWritable(path: string, cause: unknown): VoxfuseError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VoxfuseError(
    "ERR_OUTPUT_NOT_WRITABLE",
    `${path} cannot be written (${reason}). Name a file in a folder that exists, has space and ` +
      "that you may write to.",
    { cause },
  );
}

async function replaceFile(target: string, bytes: Uint8Array, mode: number): Promise<void> {
  const temporary = temporaryBeside(target);
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
