import {
  builtProgramAt,
  builtProgramBytes,
  markDefined,
  pendingWeightsBytes,
  programFor,
  programIsDefined,
} from "../graph/programs";
import { DEFINE_RECORD_BYTES } from "../../shared/gen/protocol.as";
import { NO_PROGRAM, submissionSpace, writeDefine } from "./submission";

/** Program being sent in chunks, and how much of it is sent. */
let pending: u32 = NO_PROGRAM;
let sentBytes: u32 = 0;
let failed: bool = false;

export function resetDefinitions(): void {
  pending = NO_PROGRAM;
  sentBytes = 0;
  failed = false;
}

/** Whether a program could not be built; lastPlanError() says why. */
export function definitionFailed(): bool {
  return failed;
}

export function isDefining(): bool {
  return pending != NO_PROGRAM;
}

/** Whether the weights of the program being defined must be sent before it. */
export function needsWeights(): bool {
  return isDefining() && pendingWeightsBytes() > 0;
}

/**
 * The id of a program that the sidecar knows, or NO_PROGRAM: then its definition has to be sent
 * first, and no other program may be asked for until it is.
 */
export function definedProgram(kind: u32, lanes: u32, tokens: u32, pass: u32): u32 {
  if (failed || isDefining()) return NO_PROGRAM;
  const id = programFor(kind, lanes, tokens, pass);
  if (id < 0) {
    failed = true;
    return NO_PROGRAM;
  }
  if (programIsDefined(id)) return id;
  pending = id;
  sentBytes = 0;
  return NO_PROGRAM;
}

/** Writes the next chunk of the program being defined, as large as the submission can hold. */
export function writeDefinition(): void {
  const total = builtProgramBytes();
  const space = (submissionSpace() - DEFINE_RECORD_BYTES) & ~3;
  const bytes = min(space, total - sentBytes);
  writeDefine(pending, builtProgramAt(), total, sentBytes, bytes);
  sentBytes += bytes;
  if (sentBytes < total) return;
  markDefined(pending);
  pending = NO_PROGRAM;
}
