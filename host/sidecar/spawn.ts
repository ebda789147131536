import { accessSync, constants } from "node:fs";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { fromSystem, loadAddon, requireLinux } from "./addon.ts";
import type { RegionShape } from "./addon.ts";
import { SidecarChild } from "./child.ts";
import { Connection } from "./connection.ts";
import { nativePath } from "./native-files.ts";

export interface SpawnOptions {
  readonly region: RegionShape;
  /** The program; the package's own build when left out. */
  readonly binary?: string;
  /** The program's environment; this process's own when left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the attempt to connect; later the connection is ended by its close() only. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a sidecar of our own and shakes hands with it. It ends with its connection, or with us.
 *
 * @throws {VoxfuseError} ERR_UNSUPPORTED_PLATFORM, ERR_NATIVE_BUILD or ERR_SIDECAR_MISSING before
 *   anything was started; ERR_SIDECAR_GONE when it died or did not answer, or the system has no
 *   memory, descriptor or process to give; ERR_LAYOUT_MISMATCH. The signal's own reason when
 *   aborted.
 */
export async function spawnSidecar(options: SpawnOptions): Promise<Connection> {
  options.signal?.throwIfAborted();
  requireLinux();
  const binary = locateSidecar(options.binary);
  const addon = loadAddon();
  const region = fromSystem("shared memory", () => new addon.SharedRegion(options.region));
  let ends: readonly [ours: number, theirs: number];
  try {
    ends = fromSystem("sockets", () => addon.socketPair());
  } catch (error) {
    region.close();
    throw error;
  }
  const [ours, theirs] = ends;
  let peer: SidecarChild;
  try {
    peer = new SidecarChild(binary, theirs, options.env ?? process.env);
  } catch (cause) {
    // Too many processes or descriptors, or an environment that is too large.
    addon.closeDescriptor(ours);
    region.close();
    throw new VoxfuseError("ERR_SIDECAR_GONE", `Could not start ${binary}.`, { cause });
  } finally {
    addon.closeDescriptor(theirs); // the child has its own
  }
  return Connection.open({ region, descriptor: ours, peer }, options.signal);
}

/**
 * The path of the sidecar's program.
 *
 * @throws {VoxfuseError} ERR_SIDECAR_MISSING when it is not there or may not be run.
 */
export function locateSidecar(binary: string | undefined): string {
  const path = binary ?? nativePath("voxfuse-sidecar");
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch (cause) {
    const hint =
      binary === undefined
        ? " Build it with `npm run build` in a checkout, `npm rebuild voxfuse` elsewhere."
        : "";
    throw new VoxfuseError("ERR_SIDECAR_MISSING", `There is no program to run at ${path}.${hint}`, {
      cause,
    });
  }
}
