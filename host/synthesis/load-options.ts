import { quote } from "../errors/quote.ts";
import { choice, invalid, whole } from "./limits.ts";
import type { LimitOptions } from "./limits.ts";
import { BACKENDS, ISAS } from "./session/session.ts";
import type { BackendName, IsaName, SidecarChoice } from "./session/session.ts";

/** How an engine is loaded. Everything may be left out. */
export interface LoadOptions extends LimitOptions {
  /** A folder, an embedded voice, or a hub name in the cache. Default: the embedded voice. */
  readonly model?: string | undefined;
  readonly backend?: BackendName | undefined;
  /** Of the cpu backend; default: all cores. */
  readonly threads?: number | undefined;
  readonly isa?: IsaName | undefined;
  /** "unix:/path" of a standing sidecar. Default: a process of the engine's own. */
  readonly sidecar?: string | undefined;
  /** A file to record the sidecar's input into, for `voxfuse plan replay`. */
  readonly recordTo?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws {VoxfuseError} ERR_INVALID_ARGUMENT */
export function modelName(model: unknown): string | undefined {
  if (model === undefined || (typeof model === "string" && model !== "")) return model;
  throw invalid("model", model, "a folder or a name");
}

/** @throws {VoxfuseError} ERR_INVALID_ARGUMENT */
export function sidecarChoice(options: LoadOptions): SidecarChoice {
  const { sidecar, recordTo } = options;
  const socketPath = sidecar?.startsWith("unix:") ? sidecar.slice("unix:".length) : undefined;
  if (sidecar !== undefined && (socketPath === undefined || socketPath === "")) {
    throw invalid("sidecar", quote(sidecar), "unix: and the path of a socket");
  }
  return {
    backend: choice("backend", options.backend ?? "auto", BACKENDS),
    threads: whole("threads", options.threads ?? 0, 0, 1024),
    isa: choice("isa", options.isa ?? "auto", ISAS),
    socketPath,
    recordTo: recordTo ?? "",
  };
}
