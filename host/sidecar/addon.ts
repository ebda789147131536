import { createRequire } from "node:module";
import { LAYOUT_HASH } from "../../shared/gen/protocol.ts";
import type { OutputHeader } from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { nativePath } from "./native-files.ts";

/** What the size of a shared region follows from. */
export interface RegionShape {
  /** Rows of EngineLayout: the scratch row included. */
  readonly rows: number;
  /** Codes of a frame. */
  readonly groups: number;
  /** PCM samples of a frame. */
  readonly frameSamples: number;
  /** Logits of a row; 0 without host sampling. */
  readonly logitsMax: number;
}

/** The addon's class; host/addon/shared_region.hpp says what each method does. */
export interface SharedRegion {
  send(descriptor: number, bytes: Uint8Array): void;
  submit(submission: Uint8Array): boolean;
  mustRing(): boolean;
  takeCompletions(): Buffer[];
  output(row: number): OutputHeader;
  readCodes(row: number, firstFrame: number, frames: number): Uint32Array;
  readPcm(row: number, firstFrame: number, frames: number): Float32Array;
  readLogits(row: number, count: number): Float32Array;
  armed(): boolean;
  close(): void;
}

export interface Addon {
  readonly layoutHash: number;
  readonly SharedRegion: new (shape: RegionShape) => SharedRegion;
  socketPair(): [ours: number, theirs: number];
  connectUnix(path: string): number;
  peerOf(descriptor: number): { pid: number; uid: number };
  closeDescriptor(descriptor: number): void;
}

const BUILD_HINT = "Build it with `npm run build` in a checkout, `npm rebuild voxfuse` elsewhere.";
let loaded: Addon | undefined;

/**
 * The native addon, loaded on first use.
 *
 * @throws {VoxfuseError} ERR_UNSUPPORTED_PLATFORM other than Linux; ERR_NATIVE_BUILD when it is not
 *   built or does not load; ERR_LAYOUT_MISMATCH when it was built from another protocol.
 */
export function loadAddon(): Addon {
  if (loaded) return loaded;
  requireLinux();
  const path = nativePath("voxfuse_addon.node");
  let addon: Addon;
  try {
    // A native module has no types of its own: these are addon.cpp's exports.
    addon = createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    throw new VoxfuseError("ERR_NATIVE_BUILD", `Could not load ${path}. ${BUILD_HINT}`, { cause });
  }
  if (addon.layoutHash !== LAYOUT_HASH) {
    throw layoutMismatch(`The addon ${path}`, addon.layoutHash);
  }
  loaded = addon;
  return addon;
}

/**
 * What `make` makes of the system's memory and descriptors.
 *
 * @throws {VoxfuseError} ERR_SIDECAR_GONE when it has none to give; wrong arguments as they are.
 */
export function fromSystem<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new VoxfuseError(
      "ERR_SIDECAR_GONE",
      `The system gives no ${what} for a sidecar (${cause.message}). Free some, or raise this ` +
        "process's limits (ulimit -a).",
      { cause },
    );
  }
}

/** @throws {VoxfuseError} ERR_UNSUPPORTED_PLATFORM */
export function requireLinux(): void {
  if (process.platform === "linux") return;
  throw new VoxfuseError(
    "ERR_UNSUPPORTED_PLATFORM",
    `voxfuse runs on Linux only (it needs memfd and SCM_RIGHTS); this is ${process.platform}.`,
  );
}

/** The error for a part that was built from another protocol than this code. */
export function layoutMismatch(part: string, theirs: number | undefined): VoxfuseError {
  const hex = (hash: number): string => `0x${hash.toString(16).padStart(8, "0")}`;
  const other = theirs === undefined ? "another layout hash" : `layout hash ${hex(theirs)}`;
  return new VoxfuseError(
    "ERR_LAYOUT_MISMATCH",
    `${part} has ${other}, this library has ${hex(LAYOUT_HASH)}: they were built from different ` +
      `sources. ${BUILD_HINT} A standing sidecar must then be started anew.`,
  );
}
