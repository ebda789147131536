import { readFile, stat } from "node:fs/promises";
import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { compressedFormat, decodeByPackage, decoderPackage } from "./decoders.ts";
import type { CompressedFormat } from "./decoders.ts";
import { decodeByFfmpeg } from "./ffmpeg.ts";
import { isWav, parseWav } from "./read-wav.ts";
import type { Audio } from "./recording.ts";

/** A recording: a file's path, its bytes, or mono PCM samples. */
export type AudioInput = string | Uint8Array | Float32Array;

/** No minute of sound is near it, whatever the format; compressed files unfold in memory. */
const BYTES_MAX = { plain: 256 << 20, compressed: 32 << 20 };

/**
 * Reads audio: WAV by itself, MP3, FLAC, Ogg Opus and Ogg Vorbis by the packages of decoders.ts
 * where they are installed, and everything else that ffmpeg knows where it is on PATH.
 *
 * @param sampleRateHz Of PCM samples; files say theirs.
 * @throws {VoxfuseError} ERR_AUDIO_INVALID, ERR_AUDIO_DECODER when what would decode it is not
 *   there, ERR_AUDIO_TOO_LONG for a file of more bytes than a minute can have,
 *   ERR_INVALID_ARGUMENT; the signal's own reason when aborted.
 */
export async function loadAudio(
  input: AudioInput,
  sampleRateHz: number,
  signal?: AbortSignal,
): Promise<Audio> {
  if (input instanceof Float32Array) {
    if (typeof sampleRateHz !== "number" || !Number.isInteger(sampleRateHz)) {
      throw wrongArgument("sampleRate", sampleRateHz, "a whole number of Hz");
    }
    return { samples: input, channels: 1, sampleRateHz };
  }
  if (input instanceof Uint8Array) return decodeAudio(input, input, signal);
  if (typeof input !== "string") {
    throw wrongArgument("audio", input, "a path, the bytes of a file or a Float32Array");
  }
  return decodeAudio(await bytesOf(input, signal), input, signal);
}

async function bytesOf(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > BYTES_MAX.plain) throw tooLarge(size, BYTES_MAX.plain);
    return await readFile(path, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof VoxfuseError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new VoxfuseError(
      "ERR_AUDIO_INVALID",
      `The recording ${quote(path)} cannot be read (${why}).`,
      { cause: error },
    );
  }
}

async function decodeAudio(
  bytes: Uint8Array,
  source: string | Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Audio> {
  if (bytes.length === 0) {
    throw new VoxfuseError("ERR_AUDIO_INVALID", "The recording is an empty file.");
  }
  if (bytes.length > BYTES_MAX.plain) throw tooLarge(bytes.length, BYTES_MAX.plain);
  if (isWav(bytes)) return parseWav(bytes);
  const { compressed } = BYTES_MAX;
  if (bytes.length > compressed) throw tooLarge(bytes.length, compressed);
  const format = compressedFormat(bytes);
  const decoded =
    (format === undefined ? undefined : await decodeByPackage(format, bytes)) ??
    (await decodeByFfmpeg(source, signal));
  if (decoded === undefined) throw noDecoder(format);
  return decoded;
}

function noDecoder(format: CompressedFormat | undefined): VoxfuseError {
  const advice =
    format === undefined
      ? "It is not WAV, FLAC, MP3 or Ogg, and ffmpeg, which may know it, is not on PATH. Install " +
        "ffmpeg, or give one of those."
      : `It is ${format.toUpperCase()}: install the package ${decoderPackage(format)} ` +
        `(npm install ${decoderPackage(format)}) or ffmpeg, or give a WAV file.`;
  return new VoxfuseError("ERR_AUDIO_DECODER", `The recording cannot be decoded. ${advice}`);
}

function tooLarge(bytes: number, most: number): VoxfuseError {
  const megabytes = (count: number): string => `${(count / 2 ** 20).toFixed(0)} MiB`;
  return new VoxfuseError(
    "ERR_AUDIO_TOO_LONG",
    `The recording's file has ${megabytes(bytes)}; at most ${megabytes(most)} of its format are ` +
      "read, which is more than a minute can have. Cut it: 5 to 15 s are enough for a voice.",
  );
}

function wrongArgument(name: string, value: unknown, allowed: string): VoxfuseError {
  return new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `${name} is ${quote(value)}; it must be ${allowed}.`,
  );
}
