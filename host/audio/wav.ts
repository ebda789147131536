import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { toPcm16 } from "./pcm.ts";

export const WAV_FORMATS = ["pcm16", "float32"] as const;
export type WavFormat = (typeof WAV_FORMATS)[number];

export interface WavDescription {
  readonly format: WavFormat;
  readonly sampleRateHz: number;
  /** Default 1. */
  readonly channels?: number;
}

const BYTES_PER_SAMPLE = { pcm16: 2, float32: 4 } as const;
const FORMAT_TAG = { pcm16: 1, float32: 3 } as const;
const SIZE_UNKNOWN = 0xffff_ffff;

/**
 * A WAV header for `frames` PCM sample frames, or with all sizes 0xFFFFFFFF for "streaming", which
 * players and ffmpeg read as «until the end». PCM follows, little-endian, channels interleaved.
 *
 * Layout: RIFF, fmt (16 bytes; 18 for float32), fact (float32 only), data. 44 or 58 bytes.
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT when the file would pass 4 GiB.
 * Source: IBM and Microsoft, Multimedia Programming Interface and Data Specifications 1.0.
 */
export function wavHeader(
  { format, sampleRateHz, channels = 1 }: WavDescription,
  frames: number | "streaming",
): Uint8Array<ArrayBuffer> {
  const isFloat = format === "float32";
  const blockBytes = channels * BYTES_PER_SAMPLE[format];
  const header = new DataView(new ArrayBuffer(isFloat ? 58 : 44));
  const dataBytes = frames === "streaming" ? SIZE_UNKNOWN : frames * blockBytes;
  const riffBytes = frames === "streaming" ? SIZE_UNKNOWN : header.byteLength - 8 + dataBytes;
  if (riffBytes > SIZE_UNKNOWN) {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      `${dataBytes} bytes of PCM do not fit a WAV file, which ends at 4 GiB; write several files.`,
    );
  }

  let at = 0;
  const u16 = (value: number): void => {
    header.setUint16(at, value, true);
    at += 2;
  };
  const u32 = (value: number): void => {
    header.setUint32(at, value, true);
    at += 4;
  };
  const tag = (name: string): void => {
    for (const character of name) header.setUint8(at++, character.charCodeAt(0));
  };
  tag("RIFF");
  u32(riffBytes);
  tag("WAVEfmt ");
  u32(isFloat ? 18 : 16);
  u16(FORMAT_TAG[format]);
  u16(channels);
  u32(sampleRateHz);
  u32(sampleRateHz * blockBytes);
  u16(blockBytes);
  u16(8 * BYTES_PER_SAMPLE[format]);
  if (isFloat) {
    u16(0); // no extension
    tag("fact");
    u32(4);
    u32(frames === "streaming" ? SIZE_UNKNOWN : frames);
  }
  tag("data");
  u32(dataBytes);
  return new Uint8Array(header.buffer);
}

/** The PCM bytes that follow a header of this format. pcm16 clips; see toPcm16. */
export function wavData(samples: Float32Array, format: WavFormat): Uint8Array {
  // Typed arrays are little-endian on every platform that the engine runs on, as WAV is.
  const pcm = format === "pcm16" ? toPcm16(samples).pcm : samples;
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
}

/** A whole WAV file. `samples` are in [-1, 1], channels interleaved. */
export function encodeWav(
  samples: Float32Array,
  description: WavDescription,
): Uint8Array<ArrayBuffer> {
  const header = wavHeader(description, samples.length / (description.channels ?? 1));
  const data = wavData(samples, description.format);
  const file = new Uint8Array(header.length + data.length);
  file.set(header);
  file.set(data, header.length);
  return file;
}
