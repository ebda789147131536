import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { VoxfuseErrorCode } from "../errors/voxfuse-error.ts";

/** What the command line exits with; documented in its help. */
export const ExitCode = {
  Done: 0,
  Failed: 1,
  Usage: 2,
  Model: 3,
  Native: 4,
  Interrupted: 130,
} as const;

const USAGE: readonly VoxfuseErrorCode[] = [
  "ERR_INVALID_ARGUMENT",
  "ERR_TEXT_EMPTY",
  "ERR_TEXT_TOO_LONG",
  "ERR_UNKNOWN_VOICE",
  "ERR_UNKNOWN_LANGUAGE",
  "ERR_INSTRUCTION_UNSUPPORTED",
  "ERR_INSTRUCTION_REQUIRED",
  "ERR_LAYOUT_UNSUPPORTED",
  "ERR_CLONING_UNSUPPORTED",
  "ERR_VOICE_REQUIRED",
  "ERR_VOICE_INVALID",
  "ERR_VOICE_MODEL",
  "ERR_AUDIO_INVALID",
  "ERR_AUDIO_DECODER",
  "ERR_AUDIO_TOO_SHORT",
  "ERR_AUDIO_TOO_LONG",
  "ERR_AUDIO_SILENT",
  "ERR_AUDIO_CLIPPED",
  "ERR_TRANSCRIPT_TOO_LONG",
  "ERR_SAMPLING_RANGE",
  "ERR_CODES_RANGE",
];
const MODEL: readonly VoxfuseErrorCode[] = [
  "ERR_MODEL_NOT_FOUND",
  "ERR_MODEL_FILE_MISSING",
  "ERR_MODEL_FILE_CORRUPT",
  "ERR_MODEL_CONFIG",
  "ERR_TENSOR_MISSING",
  "ERR_TENSOR_DTYPE",
  "ERR_TENSOR_SHAPE",
  "ERR_OFFLINE",
  "ERR_DOWNLOAD_REFUSED",
  "ERR_DOWNLOAD_FAILED",
  "ERR_DOWNLOAD_CORRUPT",
];
const NATIVE: readonly VoxfuseErrorCode[] = [
  "ERR_UNSUPPORTED_PLATFORM",
  "ERR_NATIVE_BUILD",
  "ERR_SIDECAR_MISSING",
  "ERR_SIDECAR_GONE",
  "ERR_LAYOUT_MISMATCH",
];

/** The command was interrupted by the user. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return ExitCode.Interrupted;
  if (!(error instanceof VoxfuseError)) return ExitCode.Failed;
  if (USAGE.includes(error.code)) return ExitCode.Usage;
  if (MODEL.includes(error.code)) return ExitCode.Model;
  return NATIVE.includes(error.code) ? ExitCode.Native : ExitCode.Failed;
}

/** One line for an error that was foreseen, everything for one that was not. */
export function reportError(error: unknown): void {
  if (error instanceof Interrupted) return;
  if (error instanceof VoxfuseError) console.error(`voxfuse: ${error.message} [${error.code}]`);
  else console.error(error);
}

/** Aborts with Interrupted on the first Ctrl-C or TERM; the second one ends the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      controller.abort(new Interrupted(name));
    });
  }
  return controller.signal;
}
