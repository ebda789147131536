/**
 * Every code a VoxfuseError may carry. Codes are stable: callers may switch on them; sentences may
 * change. A code is never reused for another meaning.
 */
export const VOXFUSE_ERROR_CODES = [
  // What the caller asked for.
  "ERR_INVALID_ARGUMENT",
  "ERR_TEXT_EMPTY",
  "ERR_TEXT_TOO_LONG",
  "ERR_UNKNOWN_VOICE",
  "ERR_UNKNOWN_LANGUAGE",
  "ERR_INSTRUCTION_UNSUPPORTED",
  "ERR_INSTRUCTION_REQUIRED",
  "ERR_LAYOUT_UNSUPPORTED",
  "ERR_CLONING_UNSUPPORTED",
  "ERR_SAMPLING_RANGE",
  "ERR_CODES_RANGE",
  "ERR_OUTPUT_NOT_WRITABLE",
  "ERR_AUDIO_INVALID",
  "ERR_AUDIO_DECODER",
  "ERR_AUDIO_TOO_SHORT",
  "ERR_AUDIO_TOO_LONG",
  "ERR_AUDIO_SILENT",
  "ERR_AUDIO_CLIPPED",
  "ERR_TRANSCRIPT_TOO_LONG",
  "ERR_VOICE_INVALID",
  "ERR_VOICE_MODEL",
  "ERR_VOICE_REQUIRED",
  "ERR_NO_PLAYER",
  // The model on disk.
  "ERR_MODEL_NOT_FOUND",
  "ERR_MODEL_FILE_MISSING",
  "ERR_MODEL_FILE_CORRUPT",
  "ERR_MODEL_CONFIG",
  "ERR_TENSOR_MISSING",
  "ERR_TENSOR_DTYPE",
  "ERR_TENSOR_SHAPE",
  // The hub, and the cache of what came from it.
  "ERR_OFFLINE",
  "ERR_DOWNLOAD_REFUSED",
  "ERR_DOWNLOAD_FAILED",
  "ERR_DOWNLOAD_CORRUPT",
  "ERR_CACHE_NOT_WRITABLE",
  // The machine and the sidecar.
  "ERR_UNSUPPORTED_PLATFORM",
  "ERR_NATIVE_BUILD",
  "ERR_SIDECAR_MISSING",
  "ERR_SIDECAR_GONE",
  "ERR_LAYOUT_MISMATCH",
  "ERR_DEVICE",
  "ERR_DEVICE_MEMORY",
  "ERR_KV_MEMORY",
  "ERR_BAD_PLAN",
  "ERR_BAD_LOGITS",
  // The life of a request and of the engine.
  "ERR_QUEUE_FULL",
  "ERR_ABORTED",
  "ERR_CLOSED",
  "ERR_INTERNAL",
] as const;

export type VoxfuseErrorCode = (typeof VOXFUSE_ERROR_CODES)[number];

/**
 * What voxfuse throws when a caller, a model file or the machine is at fault.
 *
 * `code` is stable; `message` is one or more sentences that say what was given, what is allowed and
 * what to do; `cause` holds the underlying error, if there was one.
 */
export class VoxfuseError extends Error {
  override readonly name = "VoxfuseError";
  readonly code: VoxfuseErrorCode;

  constructor(code: VoxfuseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
