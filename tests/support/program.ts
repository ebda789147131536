import {
  BUFFER_ENTRY_BYTES,
  OPS,
  PROBE_ENTRY_BYTES,
  PROGRAM_HEADER_BYTES,
  WEIGHT_ENTRY_BYTES,
  readBufferEntry,
  readProbeEntry,
  readProgramHeader,
  readWeightEntry,
} from "../../shared/gen/protocol.ts";
import type { BufferEntry, OpInfo, ProbeEntry, ProgramHeader } from "../../shared/gen/protocol.ts";
import type { WeightEntry } from "../../shared/gen/protocol.ts";

/** One op record, its words by name. */
export interface Op {
  readonly info: OpInfo;
  /** Buffer handles by operand. */
  readonly operands: ReadonlyMap<string, number>;
  /** u32 words by parameter; an f32 is the bits of one. */
  readonly params: ReadonlyMap<string, number>;
}

export interface Program {
  readonly header: ProgramHeader;
  readonly buffers: readonly BufferEntry[];
  readonly probes: readonly ProbeEntry[];
  readonly ops: readonly Op[];
}

/** Reads a program's bytes; throws where tables do not tile them. */
export function readProgram(bytes: Uint8Array): Program {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readProgramHeader(view, 0);
  let at = PROGRAM_HEADER_BYTES;
  const buffers = Array.from({ length: header.bufferCount }, (_, index) =>
    readBufferEntry(view, at + index * BUFFER_ENTRY_BYTES),
  );
  at += header.bufferCount * BUFFER_ENTRY_BYTES;
  const probes = Array.from({ length: header.probeCount }, (_, index) =>
    readProbeEntry(view, at + index * PROBE_ENTRY_BYTES),
  );
  at += header.probeCount * PROBE_ENTRY_BYTES;
  const ops: Op[] = [];
  while (at < bytes.byteLength) {
    const word = view.getUint32(at, true);
    ops.push(readOp(view, at, word & 0xffff));
    at += (word >>> 16) * 4;
  }
  if (at !== header.programBytes || ops.length !== header.opCount) {
    throw new Error(`ops end at ${at} of ${header.programBytes}, ${ops.length} of them`);
  }
  return { header, buffers, probes, ops };
}

function readOp(view: DataView, at: number, code: number): Op {
  const info = OPS.get(code);
  if (!info) throw new Error(`no op has code ${code}`);
  const word = (index: number): number => view.getUint32(at + 4 * (index + 1), true);
  const first = info.operands.length;
  return {
    info,
    operands: new Map(info.operands.map(({ name }, index) => [name, word(index)])),
    params: new Map(info.params.map(({ name }, index) => [name, word(first + index)])),
  };
}

/** A weight entry with the tensor names behind it. */
export interface NamedWeight extends WeightEntry {
  readonly names: readonly string[];
}

export function readWeights(bytes: Uint8Array): NamedWeight[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights: NamedWeight[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const entry = readWeightEntry(view, at);
    at += WEIGHT_ENTRY_BYTES;
    const names = Buffer.from(bytes.subarray(at, at + entry.nameBytes)).toString("latin1");
    weights.push({ ...entry, names: names.split("\0").slice(0, entry.partCount) });
    at += entry.nameBytes;
  }
  return weights;
}
