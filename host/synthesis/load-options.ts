import { quote } from "../errors/quote.ts";
import { choice, flag, invalid, whole } from "./limits.ts";
import type { LimitOptions } from "./limits.ts";
import { BACKENDS, DTYPES, WEIGHTS, checkWish } from "./session/backend.ts";
import type { BackendName, DtypeName, WeightsName } from "./session/backend.ts";
import { ISAS } from "./session/session.ts";
import type { IsaName, SidecarChoice } from "./session/session.ts";
import type { LoadProgress } from "./session/weight-loader.ts";

const DEVICE_MAX = 255;

/** How an engine is loaded. Everything may be left out. */
export interface LoadOptions extends LimitOptions {
  /** A folder, an embedded voice, or a hub name in the cache. Default: the embedded voice. */
  readonly model?: string | undefined;
  /** Default "auto": cuda where the sidecar sees a GPU, else cpu. */
  readonly backend?: BackendName | undefined;
  /** Of the cuda backend: which GPU. Default 0. */
  readonly device?: number | undefined;
  /** Of talker and code predictor. Default "auto": bf16 on cuda, else f32, all the cpu has. */
  readonly dtype?: DtypeName | undefined;
  /** Of the vocoder. Default "auto": bf16 on cuda unless `dtype` is "f32", else f32. */
  readonly vocoderDtype?: DtypeName | undefined;
  /**
   * What the matrices of talker and code predictor are kept as. Default "stored": as the model's
   * files have them. "int8" quantises them while loading, a scale for each output; not with cuda.
   */
  readonly weights?: WeightsName | undefined;
  /** Of the cuda backend: whether a program runs as one CUDA graph. Default true. */
  readonly graphs?: boolean | undefined;
  /** Of the cpu backend; default: all cores. */
  readonly threads?: number | undefined;
  readonly isa?: IsaName | undefined;
  /** "unix:/path" of a standing sidecar. Default: a process of the engine's own. */
  readonly sidecar?: string | undefined;
  /** A file to record the sidecar's input into, for `voxfuse plan replay`. */
  readonly recordTo?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called as the sidecar takes in weights, until the engine is there. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
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
  const wish = {
    backend: choice("backend", options.backend ?? "auto", BACKENDS),
    device: whole("device", options.device ?? 0, 0, DEVICE_MAX),
    dtype: choice("dtype", options.dtype ?? "auto", DTYPES),
    vocoderDtype: choice("vocoderDtype", options.vocoderDtype ?? "auto", DTYPES),
    weights: choice("weights", options.weights ?? "stored", WEIGHTS),
    graphs: flag("graphs", options.graphs ?? true),
  };
  checkWish(wish);
  return {
    ...wish,
    threads: whole("threads", options.threads ?? 0, 0, 1024),
    isa: choice("isa", options.isa ?? "auto", ISAS),
    socketPath,
    recordTo: recordTo ?? "",
  };
}
