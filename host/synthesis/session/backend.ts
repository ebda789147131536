import type { HelloReply } from "../../../shared/gen/protocol.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";

export const BACKENDS = ["auto", "cpu", "cuda", "reference"] as const;
export type BackendName = (typeof BACKENDS)[number];

export const DTYPES = ["auto", "f32", "bf16"] as const;
export type DtypeName = (typeof DTYPES)[number];

export const WEIGHTS = ["stored", "int8"] as const;
export type WeightsName = (typeof WEIGHTS)[number];

/** What computes, as the caller wants it. */
export interface BackendWish {
  readonly backend: BackendName;
  /** Index of a GPU; cuda only. */
  readonly device: number;
  /** Activations of talker and code predictor. */
  readonly dtype: DtypeName;
  /** Activations of the vocoder. */
  readonly vocoderDtype: DtypeName;
  /** What the matrices of talker and code predictor are kept as. */
  readonly weights: WeightsName;
  /** Whether a program runs as one CUDA graph; cuda only. */
  readonly graphs: boolean;
}

/** Dtypes of activations, decided, and what weights are kept as. */
export interface Dtypes {
  readonly dtype: "f32" | "bf16";
  readonly vocoderDtype: "f32" | "bf16";
  readonly weights: WeightsName;
}

/** What computes, decided. */
export interface Backend extends Dtypes {
  readonly backend: "cpu" | "cuda" | "reference";
  readonly device: number;
  readonly graphs: boolean;
}

export const F32_DTYPES: Dtypes = { dtype: "f32", vocoderDtype: "f32", weights: "stored" };

/**
 * Refuses what no sidecar could offer.
 *
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT
 */
export function checkWish({ backend, dtype, vocoderDtype, weights }: BackendWish): void {
  if (backend === "cuda" && weights === "int8") {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      'weights is "int8", which the cuda backend does not compute with. Leave weights out, or ' +
        "use the cpu backend.",
    );
  }
  if (backend !== "cpu" || (dtype !== "bf16" && vocoderDtype !== "bf16")) return;
  const name = dtype === "bf16" ? "dtype" : "vocoderDtype";
  throw new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `${name} is "bf16"; the cpu backend computes in f32 only. Leave ${name} out, or use the ` +
      "cuda backend.",
  );
}

/**
 * Decides what "auto" left open, by what the sidecar offers: a GPU where there is one, and bf16 on
 * it. With weights in int8, which no GPU computes with here, it is the cpu.
 *
 * @throws {VoxfuseError} ERR_DEVICE where the sidecar does not offer what was asked for.
 */
export function resolveBackend(
  wish: BackendWish,
  offer: Pick<HelloReply, "backends" | "devices">,
): Backend {
  const backend = chosenBackend(wish, offer);
  const best = backend === "cuda" ? "bf16" : "f32";
  const dtype = wish.dtype === "auto" ? best : wish.dtype;
  const vocoderDtype = wish.vocoderDtype === "auto" ? vocoderOf(backend, dtype) : wish.vocoderDtype;
  if (backend === "cpu" && (dtype === "bf16" || vocoderDtype === "bf16")) throw noBf16(offer);
  const { device, graphs, weights } = wish;
  return { backend, device, graphs, dtype, vocoderDtype, weights };
}

function vocoderOf(backend: Backend["backend"], dtype: "f32" | "bf16"): "f32" | "bf16" {
  return backend === "cuda" && dtype === "bf16" ? "bf16" : "f32";
}

function chosenBackend(
  { backend, device, weights }: BackendWish,
  { backends, devices }: Pick<HelloReply, "backends" | "devices">,
): Backend["backend"] {
  const best = devices.length > 0 && weights !== "int8" ? "cuda" : "cpu";
  const name = backend === "auto" ? best : backend;
  if (name === "cuda") requireDevice(device, backends, devices);
  if (backends.includes(name)) return name;
  throw new VoxfuseError(
    "ERR_DEVICE",
    `The sidecar has no backend ${name}; it offers ${backends.join(", ")}.`,
  );
}

function requireDevice(
  device: number,
  backends: readonly string[],
  devices: readonly string[],
): void {
  if (!backends.includes("cuda")) {
    throw new VoxfuseError("ERR_DEVICE", `There is no cuda backend: ${whyNoGpu(backends)}`);
  }
  if (devices.length === 0) {
    throw new VoxfuseError("ERR_DEVICE", `The cuda backend has no GPU: ${whyNoGpu(backends)}`);
  }
  if (device < devices.length) return;
  const listed = devices.map((name, index) => `${index} (${name})`).join(", ");
  throw new VoxfuseError(
    "ERR_DEVICE",
    `device is ${device}; the sidecar sees ${listed}. Name one of these.`,
  );
}

/** Why a sidecar that lists no device lists none, and what to do about it. */
export function whyNoGpu(backends: readonly string[]): string {
  return backends.includes("cuda")
    ? "the sidecar sees none. Look whether nvidia-smi lists it, whether the driver is as new as " +
        "the CUDA toolkit of the build, and what CUDA_VISIBLE_DEVICES says."
    : "the native part was built without it. Install the CUDA toolkit (nvcc on PATH or in " +
        "/usr/local/cuda/bin) and build again: `VOXFUSE_CUDA=ON npm run build` in a checkout, " +
        "`VOXFUSE_CUDA=ON npm rebuild voxfuse` elsewhere.";
}

function noBf16({ backends }: Pick<HelloReply, "backends">): VoxfuseError {
  return new VoxfuseError(
    "ERR_DEVICE",
    `bf16 was asked for, which needs a GPU, and the cpu backend is all there is: ` +
      whyNoGpu(backends),
  );
}
