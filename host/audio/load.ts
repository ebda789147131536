import { readFile } from "node:fs/promises";
import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { Audio } from "./recording.ts";
import { parseWav } from "./wav.ts";

/** A recording: a file's path, its bytes, or mono PCM samples. */
export type AudioInput = string | Uint8Array | Float32Array;

/**
 * Reads audio of any kind that is known.
 *
 * @param sampleRateHz Of PCM samples; files say theirs.
 * @throws {VoxfuseError} ERR_AUDIO_INVALID, ERR_INVALID_ARGUMENT.
 */
export async function loadAudio(
  input: AudioInput,
  sampleRateHz: number,
  signal?: AbortSignal,
): Promise<Audio> {
  if (input instanceof Float32Array) return { samples: input, channels: 1, sampleRateHz };
  if (input instanceof Uint8Array) return decodeAudio(input);
  if (typeof input !== "string") {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      `audio is ${quote(input)}; it must be a path, the bytes of a file or a Float32Array.`,
    );
  }
  try {
    return decodeAudio(await readFile(input, { signal }));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof VoxfuseError) throw error;
    throw new VoxfuseError("ERR_AUDIO_INVALID", `The recording ${quote(input)} cannot be read.`, {
      cause: error,
    });
  }
}

function decodeAudio(bytes: Uint8Array): Audio {
  return parseWav(bytes);
}
