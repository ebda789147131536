import { quote } from "../errors/quote.ts";
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

/** A parsed WAV file. */
export interface Wav extends Required<WavDescription> {
  /** In [-1, 1], channels interleaved. */
  readonly samples: Float32Array;
}

const BYTES_PER_SAMPLE = { pcm16: 2, float32: 4 } as const;
const FORMAT_TAG = { pcm16: 1, float32: 3 } as const;
const TAG_EXTENSIBLE = 0xfffe;
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

/**
 * Reads a WAV file of 16-bit or 32-bit float PCM. Unknown chunks are skipped; a data chunk of
 * unknown size (0xFFFFFFFF) runs to the end.
 *
 * @throws {VoxfuseError} ERR_AUDIO_INVALID for anything else.
 */
export function parseWav(bytes: Uint8Array): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tagAt(view, 0) !== "RIFF" || tagAt(view, 8) !== "WAVE") {
    throw invalid("it does not start with RIFF … WAVE");
  }
  let description: Required<WavDescription> | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = tagAt(view, at);
    const declared = view.getUint32(at + 4, true);
    const start = at + 8;
    const end = declared === SIZE_UNKNOWN ? bytes.length : start + declared;
    if (end > bytes.length) throw invalid(`it ends inside its ${quote(name)} chunk`);
    if (name === "fmt ") {
      description = parseFormat(new DataView(view.buffer, view.byteOffset + start, end - start));
    } else if (name === "data") {
      if (description === undefined) throw invalid("its data comes before its format");
      return {
        ...description,
        samples: parseSamples(bytes.subarray(start, end), description.format),
      };
    }
    at = end + (declared % 2); // chunks are padded to even lengths
  }
  throw invalid("it has no data chunk");
}

function parseFormat(chunk: DataView): Required<WavDescription> {
  if (chunk.byteLength < 16) throw invalid("its format chunk is too short");
  let tag = chunk.getUint16(0, true);
  // The extensible form keeps the real tag in the first bytes of a GUID.
  if (tag === TAG_EXTENSIBLE && chunk.byteLength >= 26) tag = chunk.getUint16(24, true);
  const bits = chunk.getUint16(14, true);
  const format = WAV_FORMATS.find(
    (each) => FORMAT_TAG[each] === tag && 8 * BYTES_PER_SAMPLE[each] === bits,
  );
  const channels = chunk.getUint16(2, true);
  const sampleRateHz = chunk.getUint32(4, true);
  if (format === undefined) throw invalid(`format ${tag} with ${bits} bits is not read`);
  if (channels === 0 || sampleRateHz === 0) throw invalid("it has no channels or no sample rate");
  return { format, channels, sampleRateHz };
}

function parseSamples(bytes: Uint8Array, format: WavFormat): Float32Array {
  const { buffer } = new Uint8Array(bytes); // a copy is aligned, which bytes need not be
  const count = Math.floor(bytes.length / BYTES_PER_SAMPLE[format]);
  if (format === "float32") return new Float32Array(buffer, 0, count);
  return Float32Array.from(new Int16Array(buffer, 0, count), (sample) => sample / 32_768);
}

function tagAt(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}

function invalid(what: string): VoxfuseError {
  return new VoxfuseError(
    "ERR_AUDIO_INVALID",
    `This is not a WAV file that can be read: ${what}. Give 16-bit or 32-bit float PCM WAV.`,
  );
}
