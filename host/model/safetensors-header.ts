import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, basename } from "node:path";

import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { isRecord } from "./json-fields.ts";
import { missingFile } from "./read-file.ts";

/** One tensor of a safetensors file. */
export interface TensorEntry {
  readonly name: string;
  /** As the file spells it, for example "BF16". */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file: string;
  /** Of the first byte, from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

const LENGTH_BYTES = 8;
const HEADER_BYTES_MAX = 100_000_000; // as the safetensors library

const DTYPE_BYTES: ReadonlyMap<string, number> = new Map([
  ...["BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"].map((dtype) => [dtype, 1] as const),
  ...["U16", "I16", "F16", "BF16"].map((dtype) => [dtype, 2] as const),
  ...["U32", "I32", "F32"].map((dtype) => [dtype, 4] as const),
  ...["U64", "I64", "F64"].map((dtype) => [dtype, 8] as const),
]);

/**
 * The tensors of one safetensors file, in the order of their bytes.
 *
 * Checked: the header's length and JSON, every range against the file's length, its size against
 * dtype × shape, and that the ranges cover the data exactly, without overlap, hole or tail.
 *
 * @throws {VoxfuseError} ERR_MODEL_FILE_MISSING; ERR_MODEL_FILE_CORRUPT; ERR_TENSOR_DTYPE for a
 *   dtype whose size is not known.
 * Source: the safetensors format description.
 */
export async function readSafetensorsHeader(file: string): Promise<TensorEntry[]> {
  const { header, dataOffset, fileBytes } = await readHeaderBytes(file);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch (cause) {
    throw corrupt(file, "its header is not JSON", cause);
  }
  if (!isRecord(json)) throw corrupt(file, "its header is not a JSON object");

  const tensors: TensorEntry[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name !== "__metadata__") tensors.push(parseTensor(file, dataOffset, name, value));
  }
  tensors.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  checkCoverage(file, tensors, dataOffset, fileBytes);
  return tensors;
}

/** The raw header: where the data starts depends on it. */
async function readHeaderBytes(
  file: string,
): Promise<{ header: Buffer; dataOffset: number; fileBytes: number }> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (cause) {
    throw missingFile(dirname(file), basename(file), cause);
  }
  try {
    const fileBytes = (await handle.stat()).size;
    const length = Buffer.alloc(LENGTH_BYTES);
    await handle.read(length, 0, LENGTH_BYTES, 0);
    const headerBytes = Number(length.readBigUInt64LE());
    if (fileBytes < LENGTH_BYTES || headerBytes > fileBytes - LENGTH_BYTES) {
      throw corrupt(file, `it ends inside its header, after ${fileBytes} bytes`);
    }
    if (headerBytes > HEADER_BYTES_MAX) {
      throw corrupt(file, `its header has ${headerBytes} bytes, at most ${HEADER_BYTES_MAX}`);
    }
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, LENGTH_BYTES);
    return { header, dataOffset: LENGTH_BYTES + headerBytes, fileBytes };
  } catch (error) {
    if (error instanceof VoxfuseError) throw error;
    throw missingFile(dirname(file), basename(file), error); // a folder, or an I/O error
  } finally {
    await handle.close();
  }
}

function parseTensor(file: string, dataOffset: number, name: string, value: unknown): TensorEntry {
  if (!isRecord(value)) throw corrupt(file, `tensor ${quote(name)} is not described by an object`);
  const { dtype, shape, data_offsets: range } = value;
  const elementBytes = typeof dtype === "string" ? DTYPE_BYTES.get(dtype) : undefined;
  if (typeof dtype !== "string" || elementBytes === undefined) {
    throw new VoxfuseError(
      "ERR_TENSOR_DTYPE",
      `${file}: tensor ${quote(name)} has dtype ${quote(dtype)}, which is not known. ` +
        "Weights for speech are BF16 or F32; convert the checkpoint.",
    );
  }
  if (!isSizes(shape)) throw corrupt(file, `tensor ${quote(name)} has shape ${quote(shape)}`);
  if (!isSizes(range) || range.length !== 2) {
    throw corrupt(file, `tensor ${quote(name)} has data_offsets ${quote(range)}`);
  }
  const [begin = 0, end = 0] = range;
  const bytes = shape.reduce((product, size) => product * size, elementBytes);
  if (end - begin !== bytes) {
    const found = `${end - begin} bytes where ${dtype} ${quote(shape)} needs ${bytes}`;
    throw corrupt(file, `tensor ${quote(name)} has ${found}`);
  }
  return { name, dtype, shape, file, offset: dataOffset + begin, bytes };
}

/**
 * The format wants the data to be covered exactly. That also finds a name written twice: JSON.parse
 * keeps its last entry only, and the first one's bytes are a hole.
 */
function checkCoverage(
  file: string,
  tensors: readonly TensorEntry[],
  dataOffset: number,
  fileBytes: number,
): void {
  let end = dataOffset;
  for (const { name, offset, bytes } of tensors) {
    if (offset !== end) {
      const what = offset < end ? "overlaps the one before it" : "leaves a hole before it";
      throw corrupt(file, `tensor ${quote(name)} ${what}`);
    }
    end += bytes;
  }
  if (end !== fileBytes) {
    throw corrupt(file, `it has ${fileBytes} bytes where its header describes ${end}`);
  }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The error for a tensor file whose bytes contradict themselves. */
export function corrupt(file: string, what: string, cause?: unknown): VoxfuseError {
  return new VoxfuseError(
    "ERR_MODEL_FILE_CORRUPT",
    `${file} is damaged or not complete: ${what}. Copy or download the file again.`,
    { cause },
  );
}
