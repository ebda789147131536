import { closeSync, openSync, writeSync } from "node:fs";
import type { TensorSpec } from "./checkpoint-tensors.ts";
import { BYTES_OF, WeightSource } from "./random-weights.ts";
import type { WeightType } from "./random-weights.ts";

const CHUNK_BYTES = 8 * 2 ** 20;
const HEADER_ALIGNMENT = 8;

export function valueCount({ shape }: TensorSpec): number {
  return shape.reduce((total, length) => total * length, 1);
}

/** Writes random weights to a safetensors file, in constant memory. Returns the file's bytes. */
export function writeSafetensors(
  path: string,
  tensors: readonly TensorSpec[],
  type: WeightType,
): number {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const file = openSync(path, "w");
  try {
    let bytes = writeAll(file, header(sorted, type));
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (const tensor of sorted) bytes += writeTensor(file, tensor, type, chunk);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** The length of the JSON as u64, then the JSON, padded with spaces so that the data is aligned. */
function header(tensors: readonly TensorSpec[], type: WeightType): Uint8Array {
  const entries: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let begin = 0;
  for (const tensor of tensors) {
    const end = begin + valueCount(tensor) * BYTES_OF[type];
    entries[tensor.name] = { dtype: type, shape: tensor.shape, data_offsets: [begin, end] };
    begin = end;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const length = Math.ceil(json.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const bytes = Buffer.alloc(8 + length, " ");
  bytes.writeBigUInt64LE(BigInt(length), 0);
  json.copy(bytes, 8);
  return bytes;
}

function writeTensor(
  file: number,
  tensor: TensorSpec,
  type: WeightType,
  chunk: Uint8Array<ArrayBuffer>,
): number {
  const source = new WeightSource(tensor.name, tensor.fill, type);
  const total = valueCount(tensor) * BYTES_OF[type];
  for (let written = 0; written < total;) {
    const bytes = Math.min(chunk.length, total - written);
    const count = bytes / BYTES_OF[type];
    source.fill(
      type === "BF16"
        ? new Uint16Array(chunk.buffer, 0, count)
        : new Float32Array(chunk.buffer, 0, count),
    );
    written += writeAll(file, chunk.subarray(0, bytes));
  }
  return total;
}

/** One write may take less than it was given. */
function writeAll(file: number, bytes: Uint8Array): number {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done);
  }
  return bytes.length;
}
