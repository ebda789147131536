// Programs by key: built when first asked for, known by id from then on.
import { Dtype, LANES_MAX, PlanError } from "../../shared/gen/protocol.as";
import { ProgramKind } from "../../shared/gen/protocol.as";
import {
  ARENAS_AT,
  PROGRAMS_MAX,
  PROGRAM_AT,
  PROGRAM_ENTRY_BYTES,
  PROGRAM_TABLE_AT,
} from "../arenas";
import { VOCODE_FRAMES_MAX, config, readConfig } from "../config";
import { referenceMax } from "../encoder-config";
import { computeLayout } from "../layout";
import { currentFault } from "../plan/fault";
import { ProgramKey, beginProgram, finishProgram } from "../plan/writer";
import { buildPrime, buildVocode } from "./codec-decoder";
import { buildCodecEncoder } from "./codec-encoder";
import { predictorPasses } from "./code-predictor";
import { buildDecode, buildForced, buildHead, buildPredictor } from "./decode";
import { setAct } from "./places";
import { buildPrefill } from "./prefill";
import { buildSpeakerEncoder } from "./speaker-encoder";
import { clearWeights, keepMatricesAs, keepWeightsAs } from "./weights";

export { clearPendingWeights, pendingWeightsAt, pendingWeightsBytes } from "./weights";

/** Prompt rows of the largest prefill program. */
const PREFILL_TOKENS_MAX: u32 = 256;

const key: ProgramKey = new ProgramKey();
let programs: u32 = 0;
let builtBytes: u32 = 0;
let error: PlanError = PlanError.Ok;

/** Reads the configuration, lays out rows and caches, and forgets every program and weight. */
export function preparePlanner(): PlanError {
  assert(__heap_base <= ARENAS_AT); // static data ends below the tables
  programs = 0;
  builtBytes = 0;
  clearWeights();
  error = readConfig();
  if (error == PlanError.Ok) error = computeLayout();
  return error;
}

/**
 * Id of a program: prefill (lanes 1; tokens 16, 64 or 256), vocode and prime (1, 2, 4 or 8 frames),
 * predictor (pass below groups - 1), all others (tokens 1, pass 0); lanes 1, 2, 4, … LANES_MAX.
 * Builds it when it is unknown. Returns -1 with lastPlanError() set.
 */
export function programFor(kind: u32, lanes: u32, tokens: u32, pass: u32): i32 {
  if (!isKey(kind, lanes, tokens, pass)) return refuse(PlanError.BadKey);
  const packed = pack(kind, lanes, tokens, pass);
  for (let id: u32 = 0; id < programs; id++) {
    if (load<u64>(entryAt(id)) == packed) return id;
  }
  if (programs == PROGRAMS_MAX) return refuse(PlanError.ProgramsFull);
  key.kind = kind;
  key.level = kind == ProgramKind.Prefill ? config.prefillLevel : config.decodeLevel;
  key.lanes = lanes;
  key.tokens = tokens;
  key.pass = pass;
  key.actDtype = isVocoders(kind) ? config.codecActDtype : config.actDtype;
  beginProgram();
  build();
  builtBytes = finishProgram(key);
  if (builtBytes == 0) return refuse(currentFault());
  const at = entryAt(programs);
  store<u64>(at, packed);
  store<u32>(at, 0, 8);
  return programs++;
}

/**
 * Builds the program of an encoder for a recording of `samples` PCM samples. It has no id and is
 * not kept: lengths are as many as recordings. False with lastPlanError() set.
 */
export function buildEncoder(kind: u32, samples: u32): bool {
  const frames = (samples + config.frameSamples - 1) / config.frameSamples;
  const isEncoder = kind == ProgramKind.EncodeSpeaker || kind == ProgramKind.EncodeCodes;
  if (!isEncoder || frames == 0 || frames > referenceMax) {
    error = PlanError.BadEncoder;
    return false;
  }
  key.kind = kind;
  key.level = config.decodeLevel;
  key.lanes = 1;
  key.tokens = frames;
  key.pass = 0;
  key.actDtype = Dtype.F32;
  beginProgram();
  setAct(Dtype.F32);
  keepWeightsAs(Dtype.Stored);
  if (kind == ProgramKind.EncodeSpeaker) buildSpeakerEncoder(samples);
  else buildCodecEncoder(samples);
  builtBytes = finishProgram(key);
  if (builtBytes == 0) error = currentFault();
  return builtBytes != 0;
}

/** Why programFor, buildEncoder or preparePlanner failed last. */
export function lastPlanError(): PlanError {
  return error;
}

/** Does the sidecar have the program? */
export function programIsDefined(id: u32): bool {
  return id < programs && load<u32>(entryAt(id), 8) != 0;
}

/** The program's define records were written. */
export function markDefined(id: u32): void {
  if (id < programs) store<u32>(entryAt(id), 1, 8);
}

/** Bytes of the program built last; they stay until programFor builds another. */
export function builtProgramAt(): usize {
  return PROGRAM_AT;
}

/** 0 when nothing was built, or it failed. */
export function builtProgramBytes(): u32 {
  return builtBytes;
}

function build(): void {
  const level = key.level;
  const lanes = key.lanes;
  setAct(key.actDtype);
  // The released vocoder is stored in f32, which is twice the bytes that bf16 rows are worth.
  const isNarrowed = isVocoders(key.kind) && key.actDtype == Dtype.Bf16;
  keepWeightsAs(isNarrowed ? Dtype.Bf16 : Dtype.Stored);
  if (!isVocoders(key.kind)) keepMatricesAs(config.matrixDtype);
  switch (key.kind) {
    case ProgramKind.Prefill:
      buildPrefill(level, lanes, key.tokens);
      break;
    case ProgramKind.Decode:
      buildDecode(level, lanes);
      break;
    case ProgramKind.Head:
      buildHead(lanes);
      break;
    case ProgramKind.Predictor:
      buildPredictor(level, lanes, key.pass);
      break;
    case ProgramKind.Vocode:
      buildVocode(level, lanes, key.tokens);
      break;
    case ProgramKind.Prime:
      buildPrime(level, lanes, key.tokens);
      break;
    default:
      // Forced and talker: the same ops for two purposes.
      buildForced(level, lanes);
  }
}

function isKey(kind: u32, lanes: u32, tokens: u32, pass: u32): bool {
  if (kind > <u32>ProgramKind.Prime || !isBucket(lanes, LANES_MAX)) return false;
  if (kind != ProgramKind.Predictor && pass != 0) return false;
  if (kind == ProgramKind.Prefill) {
    return lanes == 1 && (tokens == 16 || tokens == 64 || tokens == PREFILL_TOKENS_MAX);
  }
  if (kind == ProgramKind.Prime && referenceMax == 0) return false;
  if (isVocoders(kind)) return isBucket(tokens, VOCODE_FRAMES_MAX);
  return tokens == 1 && pass < predictorPasses();
}

/** Whether a program has the vocoder's dtype. */
function isVocoders(kind: u32): bool {
  return kind == ProgramKind.Vocode || kind == ProgramKind.Prime;
}

/** A power of two up to `max`. */
function isBucket(value: u32, max: u32): bool {
  return value > 0 && value <= max && (value & (value - 1)) == 0;
}

function pack(kind: u32, lanes: u32, tokens: u32, pass: u32): u64 {
  return (<u64>kind) | ((<u64>lanes) << 8) | ((<u64>tokens) << 16) | ((<u64>pass) << 32);
}

function entryAt(id: u32): usize {
  return PROGRAM_TABLE_AT + <usize>id * PROGRAM_ENTRY_BYTES;
}

function refuse(why: PlanError): i32 {
  error = why;
  return -1;
}
