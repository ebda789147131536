import { ERROR_NAMES } from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { VoxfuseErrorCode } from "../errors/voxfuse-error.ts";

/** What the protocol's error codes mean to a caller; those not named are faults of ours. */
const MEANING: Readonly<Record<string, VoxfuseErrorCode>> = {
  bad_program: "ERR_BAD_PLAN",
  bad_op: "ERR_BAD_PLAN",
  bad_handle: "ERR_BAD_PLAN",
  bad_extent: "ERR_BAD_PLAN",
  bad_alias: "ERR_BAD_PLAN",
  bad_shape: "ERR_BAD_PLAN",
  bad_dtype: "ERR_BAD_PLAN",
  layout_mismatch: "ERR_LAYOUT_MISMATCH",
  weight_missing: "ERR_TENSOR_MISSING",
  bad_weight: "ERR_MODEL_FILE_CORRUPT",
  no_memory: "ERR_DEVICE_MEMORY",
  unsupported: "ERR_DEVICE",
  device_failed: "ERR_DEVICE",
  cancelled: "ERR_ABORTED",
};

/** The error for a control reply that says no. */
export function errorFromReply(request: string, name: string, message: string): VoxfuseError {
  const detail = message === "" ? "" : `: ${message}`;
  return new VoxfuseError(
    MEANING[name] ?? "ERR_INTERNAL",
    `The sidecar answered ${request} with ${name}${detail}.`,
  );
}

/** The error for a completion whose status is not ok; `what` says what was submitted. */
export function errorFromStatus(what: string, status: number): VoxfuseError {
  return errorFromReply(what, ERROR_NAMES[status] ?? `error ${status}`, "");
}
