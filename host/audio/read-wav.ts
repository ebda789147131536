import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";

/** How a WAV file's samples are stored. */
export type WavEncoding = "pcm8" | "pcm16" | "pcm24" | "pcm32" | "float32" | "float64";

/** A parsed WAV file. */
export interface Wav {
  readonly format: WavEncoding;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** In [-1, 1], channels interleaved. */
  readonly samples: Float32Array;
}

type Format = Omit<Wav, "samples">;

interface Encoding {
  readonly tag: number;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

const TAG_PCM = 1;
const TAG_FLOAT = 3;
const TAG_EXTENSIBLE = 0xfffe;
const SIZE_UNKNOWN = 0xffff_ffff;
const FORMAT_BYTES = 16;
/** The extensible form: the real tag is in the first bytes of a GUID. */
const EXTENSIBLE = { bytes: 26, tagAt: 24 };

const ENCODINGS: Readonly<Record<WavEncoding, Encoding>> = {
  pcm8: { tag: TAG_PCM, bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  pcm16: { tag: TAG_PCM, bytes: 2, read: (view, at) => view.getInt16(at, true) / 2 ** 15 },
  pcm24: { tag: TAG_PCM, bytes: 3, read: read24 },
  pcm32: { tag: TAG_PCM, bytes: 4, read: (view, at) => view.getInt32(at, true) / 2 ** 31 },
  float32: { tag: TAG_FLOAT, bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  float64: { tag: TAG_FLOAT, bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

function read24(view: DataView, at: number): number {
  return (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 2 ** 23;
}

export function isWav(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length >= 12 && tagAt(view, 0) === "RIFF" && tagAt(view, 8) === "WAVE";
}

/**
 * Reads a WAV file of integer PCM of 8, 16, 24 or 32 bits, or of float of 32 or 64, plain or
 * extensible, of any number of channels. Unknown chunks are skipped; a data chunk of unknown size
 * (0xFFFFFFFF) runs to the end.
 *
 * @throws {VoxfuseError} ERR_AUDIO_INVALID for anything else.
 */
export function parseWav(bytes: Uint8Array): Wav {
  if (!isWav(bytes)) throw invalid("it does not start with RIFF … WAVE");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = tagAt(view, at);
    const declared = view.getUint32(at + 4, true);
    const start = at + 8;
    const end = declared === SIZE_UNKNOWN ? bytes.length : start + declared;
    if (end > bytes.length) throw invalid(`it ends inside its ${quote(name)} chunk`);
    const chunk = new DataView(view.buffer, view.byteOffset + start, end - start);
    if (name === "fmt ") {
      format = parseFormat(chunk);
    } else if (name === "data") {
      if (format === undefined) throw invalid("its data comes before its format");
      return { ...format, samples: parseSamples(chunk, format) };
    }
    at = end + (declared % 2); // chunks are padded to even lengths
  }
  throw invalid("it has no data chunk");
}

function parseFormat(chunk: DataView): Format {
  if (chunk.byteLength < FORMAT_BYTES) throw invalid("its format chunk is too short");
  const declared = chunk.getUint16(0, true);
  const isExtensible = declared === TAG_EXTENSIBLE && chunk.byteLength >= EXTENSIBLE.bytes;
  const tag = isExtensible ? chunk.getUint16(EXTENSIBLE.tagAt, true) : declared;
  const channels = chunk.getUint16(2, true);
  const sampleRateHz = chunk.getUint32(4, true);
  const blockBytes = chunk.getUint16(12, true);
  const bits = chunk.getUint16(14, true);
  const format = (Object.keys(ENCODINGS) as WavEncoding[]) // the keys that its type names
    .find((each) => ENCODINGS[each].tag === tag && 8 * ENCODINGS[each].bytes === bits);
  if (format === undefined) throw invalid(`format ${tag} with ${bits} bits is not read`);
  if (channels === 0 || sampleRateHz === 0) throw invalid("it has no channels or no sample rate");
  if (blockBytes !== channels * ENCODINGS[format].bytes) {
    throw invalid(
      `its ${channels} channels of ${bits} bits do not make blocks of ${blockBytes} bytes`,
    );
  }
  return { format, channels, sampleRateHz };
}

/** Whole blocks only: a rest of one at the end is of no use. */
function parseSamples(data: DataView, { format, channels }: Format): Float32Array {
  const { bytes, read } = ENCODINGS[format];
  const blocks = Math.floor(data.byteLength / (bytes * channels));
  const samples = new Float32Array(blocks * channels);
  for (let index = 0; index < samples.length; index++) samples[index] = read(data, index * bytes);
  return samples;
}

function tagAt(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}

function invalid(what: string): VoxfuseError {
  return new VoxfuseError(
    "ERR_AUDIO_INVALID",
    `This is not a WAV file that can be read: ${what}. Give PCM of 8 to 32 bits or float WAV.`,
  );
}
