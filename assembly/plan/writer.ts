// Ops and probes of the program under construction; then the program in one piece.
import {
  ABSENT,
  BUFFER_ENTRY_BYTES,
  LAYOUT_HASH,
  OP_WORDS_MAX,
} from "../../shared/gen/protocol.as";
import {
  PROBE_ENTRY_BYTES,
  PROGRAM_HEADER_BYTES,
  PROGRAM_MAGIC,
} from "../../shared/gen/protocol.as";
import { PlanError, ProbeEntry, ProbeKind, ProgramHeader } from "../../shared/gen/protocol.as";
import { BUFFERS_AT, OPS_AT, OPS_BYTES, PROBES_AT, PROBES_MAX, PROGRAM_AT } from "../arenas";
import { PROGRAM_BYTES_MAX } from "../arenas";
import { arenaUnits, bufferCount, clearBuffers, isArenaEmpty } from "./buffers";
import { clearFault, currentFault, fail } from "./fault";

let opsEnd: usize = OPS_AT;
let ops: u32 = 0;
let layerOps: u32 = 0;
let isInLayers: bool = false;
let probes: u32 = 0;

/** Forgets the last program's tables; its bytes stay until finishProgram. */
export function beginProgram(): void {
  clearFault();
  clearBuffers();
  opsEnd = OPS_AT;
  ops = 0;
  layerOps = 0;
  isInLayers = false;
  probes = 0;
}

/** Where the next op's words go. OP_WORDS_MAX of them fit. */
export function here(): usize {
  if (opsEnd + OP_WORDS_MAX * sizeof<u32>() > OPS_AT + OPS_BYTES) {
    fail(PlanError.ProgramFull);
    opsEnd = OPS_AT;
  }
  return opsEnd;
}

/** Takes the op of `words` words that was encoded at here(). */
export function emit(words: u32): void {
  opsEnd += <usize>words * sizeof<u32>();
  ops += 1;
  if (isInLayers) layerOps += 1;
}

/** Ops from here on count as a decoder stack's: layers and norms, no heads, embeddings or picks. */
export function beginLayers(): void {
  isInLayers = true;
}

export function endLayers(): void {
  isInLayers = false;
}

/** Labels what `buffer` holds after the op emitted last. */
export function probe(kind: ProbeKind, index: u32, buffer: u32): void {
  if (probes == PROBES_MAX) {
    fail(PlanError.ProgramFull);
    return;
  }
  const at = PROBES_AT + <usize>probes * PROBE_ENTRY_BYTES;
  ProbeEntry.setKind(at, kind);
  ProbeEntry.setIndex(at, index);
  ProbeEntry.setOp(at, ops - 1);
  ProbeEntry.setBuffer(at, buffer);
  probes += 1;
}

/** What a program is called: the part of its header that its key decides. */
export class ProgramKey {
  kind: u32 = ABSENT;
  level: u32 = 0;
  lanes: u32 = 0;
  tokens: u32 = 0;
  pass: u32 = 0;
  actDtype: u32 = 0;
}

/**
 * Assembles the program at PROGRAM_AT, magic last: a half-built one never looks like one.
 * Returns its bytes, or 0 when anything went wrong since beginProgram.
 */
export function finishProgram(key: ProgramKey): u32 {
  const bufferBytes = bufferCount() * BUFFER_ENTRY_BYTES;
  const probeBytes = probes * PROBE_ENTRY_BYTES;
  const opBytes = <u32>(opsEnd - OPS_AT);
  const bytes = PROGRAM_HEADER_BYTES + bufferBytes + probeBytes + opBytes;
  ProgramHeader.clear(PROGRAM_AT);
  if (<usize>bytes > PROGRAM_BYTES_MAX) fail(PlanError.ProgramFull);
  if (currentFault() != PlanError.Ok) return 0;
  assert(isArenaEmpty()); // every temporary was released

  const buffersAt = PROGRAM_AT + PROGRAM_HEADER_BYTES;
  memory.copy(buffersAt, BUFFERS_AT, bufferBytes);
  memory.copy(buffersAt + bufferBytes, PROBES_AT, probeBytes);
  memory.copy(buffersAt + bufferBytes + probeBytes, OPS_AT, opBytes);
  writeHeader(key, bytes, opBytes / sizeof<u32>());
  return bytes;
}

function writeHeader(key: ProgramKey, bytes: u32, opWords: u32): void {
  const at = PROGRAM_AT;
  ProgramHeader.setLayoutHash(at, LAYOUT_HASH);
  ProgramHeader.setProgramBytes(at, bytes);
  ProgramHeader.setKind(at, key.kind);
  ProgramHeader.setLevel(at, key.level);
  ProgramHeader.setLanes(at, key.lanes);
  ProgramHeader.setTokens(at, key.tokens);
  ProgramHeader.setPass(at, key.pass);
  ProgramHeader.setBufferCount(at, bufferCount());
  ProgramHeader.setProbeCount(at, probes);
  ProgramHeader.setOpCount(at, ops);
  ProgramHeader.setOpWords(at, opWords);
  ProgramHeader.setArenaUnits(at, arenaUnits());
  ProgramHeader.setActDtype(at, key.actDtype);
  ProgramHeader.setLayerOpCount(at, layerOps);
  ProgramHeader.setMagic(at, PROGRAM_MAGIC);
}
