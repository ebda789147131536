// Audio formats that others decode: packages that may be installed, or else ffmpeg.
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { Audio } from "./recording.ts";

export type CompressedFormat = "mp3" | "flac" | "opus" | "vorbis";

/** What the decoders of these packages answer. */
interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

interface Decoder {
  readonly ready: Promise<void>;
  free(): void;
  decodeFile(bytes: Uint8Array): Promise<Decoded>;
}

interface DecoderPackage {
  readonly name: string;
  /** The package's decoder; rejects when it is not installed. */
  readonly open: () => Promise<Decoder>;
}

const PACKAGES: Readonly<Record<CompressedFormat, DecoderPackage>> = {
  mp3: {
    name: "mpg123-decoder",
    open: async () => {
      const { MPEGDecoder } = await import("mpg123-decoder");
      const decoder = new MPEGDecoder();
      return {
        ready: decoder.ready,
        free: () => {
          decoder.free();
        },
        decodeFile: (bytes) => Promise.resolve(decoder.decode(bytes)),
      };
    },
  },
  flac: {
    name: "@wasm-audio-decoders/flac",
    open: async () => new (await import("@wasm-audio-decoders/flac")).FLACDecoder(),
  },
  opus: {
    name: "ogg-opus-decoder",
    open: async () => new (await import("ogg-opus-decoder")).OggOpusDecoder(),
  },
  vorbis: {
    name: "@wasm-audio-decoders/ogg-vorbis",
    open: async () => new (await import("@wasm-audio-decoders/ogg-vorbis")).OggVorbisDecoder(),
  },
};

/** A format by a file's first bytes; undefined for what only ffmpeg may know. */
export function compressedFormat(bytes: Uint8Array): CompressedFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString(
    "latin1",
  );
  if (head.startsWith("fLaC")) return "flac";
  if (head.startsWith("OggS")) {
    if (head.includes("OpusHead")) return "opus";
    return head.includes("\x01vorbis") ? "vorbis" : undefined;
  }
  if (head.startsWith("ID3")) return "mp3";
  const [first = 0, second = 0] = bytes;
  // Eleven set bits, and a layer that is not the reserved one: the header of an MPEG frame.
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 ? "mp3" : undefined;
}

/** The package that decodes a format. */
export function decoderPackage(format: CompressedFormat): string {
  return PACKAGES[format].name;
}

/**
 * Decodes with a package; undefined when it is not installed.
 *
 * @throws {VoxfuseError} ERR_AUDIO_INVALID when it cannot make sound of the bytes, or not of all.
 */
export async function decodeByPackage(
  format: CompressedFormat,
  bytes: Uint8Array,
): Promise<Audio | undefined> {
  let decoder: Decoder;
  try {
    decoder = await PACKAGES[format].open();
  } catch (error) {
    if (isNotInstalled(error)) return undefined;
    throw error;
  }
  await decoder.ready;
  try {
    return interleaved(format, await decoder.decodeFile(bytes));
  } catch (error) {
    if (error instanceof VoxfuseError) throw error;
    throw damaged(format, error instanceof Error ? error.message : String(error));
  } finally {
    decoder.free();
  }
}

function isNotInstalled(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}

function interleaved(format: CompressedFormat, decoded: Decoded): Audio {
  const { channelData, samplesDecoded, sampleRate, errors } = decoded;
  const [error] = errors;
  if (error !== undefined) throw damaged(format, error.message);
  const channels = channelData.length;
  if (channels === 0 || samplesDecoded === 0) throw damaged(format, "it holds no sound");
  const samples = new Float32Array(samplesDecoded * channels);
  channelData.forEach((of, channel) => {
    for (let index = 0; index < samplesDecoded; index++) {
      samples[index * channels + channel] = of[index] ?? 0;
    }
  });
  return { samples, channels, sampleRateHz: sampleRate };
}

function damaged(format: CompressedFormat, why: string): VoxfuseError {
  return new VoxfuseError(
    "ERR_AUDIO_INVALID",
    `The recording is ${format.toUpperCase()} that cannot be decoded: ${why}. Give a whole file, ` +
      "or a WAV file.",
  );
}
