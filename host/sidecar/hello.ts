import type { HelloReply } from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { Message } from "./control.ts";

/**
 * The hello reply, checked field by field: until then it is not known who answers.
 *
 * @throws {VoxfuseError} ERR_SIDECAR_GONE when it is not of its form.
 */
export function helloFrom(reply: Message): HelloReply {
  const { layout_hash: hash, pid, version, backends, isa, devices, threads } = reply;
  if (
    typeof hash !== "number" ||
    typeof pid !== "number" ||
    typeof version !== "string" ||
    !isStrings(backends) ||
    typeof isa !== "string" ||
    !isStrings(devices) ||
    typeof threads !== "number"
  ) {
    throw new VoxfuseError(
      "ERR_SIDECAR_GONE",
      "What answers is no voxfuse sidecar: its hello is not of the protocol's form.",
    );
  }
  return { layout_hash: hash, pid, version, backends, isa, devices, threads };
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
