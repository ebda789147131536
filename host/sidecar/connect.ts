import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { fromSystem, loadAddon } from "./addon.ts";
import type { RegionShape } from "./addon.ts";
import type { Peer } from "./child.ts";
import { Connection } from "./connection.ts";

// What connect() says of a path that is not there, was left behind, or is no socket.
const NOBODY_LISTENS: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ECONNREFUSED"]);

export interface ConnectOptions {
  readonly region: RegionShape;
  /** Of the standing sidecar's socket. */
  readonly path: string;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal;
}

/** A standing sidecar outlives its connections. */
function standingPeer(path: string): Peer {
  return {
    obituary: () => Promise.resolve(`The standing sidecar at ${path} closed the connection.`),
    dismiss: () => Promise.resolve(),
  };
}

/**
 * Connects to a standing sidecar and shakes hands with it.
 *
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT a path that cannot be one; ERR_SIDECAR_MISSING when
 *   nothing listens there or it is another user's; otherwise as spawnSidecar().
 */
export async function connectSidecar(options: ConnectOptions): Promise<Connection> {
  options.signal?.throwIfAborted();
  const addon = loadAddon();
  const descriptor = connectTo(options.path);
  let region;
  try {
    region = fromSystem("shared memory", () => new addon.SharedRegion(options.region));
  } catch (error) {
    addon.closeDescriptor(descriptor);
    throw error;
  }
  const peer = standingPeer(options.path);
  return Connection.open({ region, descriptor, peer }, options.signal);
}

/**
 * A descriptor connected to a socket whose listener is a process of this user.
 *
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT, ERR_SIDECAR_MISSING.
 */
export function connectTo(path: string): number {
  const addon = loadAddon();
  let descriptor: number;
  try {
    descriptor = addon.connectUnix(path);
  } catch (cause) {
    throw connectError(path, cause);
  }
  const { uid } = addon.peerOf(descriptor);
  if (uid === process.getuid?.()) return descriptor;
  addon.closeDescriptor(descriptor);
  throw new VoxfuseError(
    "ERR_SIDECAR_MISSING",
    `The socket ${path} belongs to user ${uid}: only a sidecar of your own is talked to.`,
  );
}

function connectError(path: string, cause: unknown): VoxfuseError {
  if (cause instanceof RangeError || cause instanceof TypeError) {
    return new VoxfuseError("ERR_INVALID_ARGUMENT", `Not a socket's path: ${cause.message}.`);
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "an unknown error";
  return NOBODY_LISTENS.has(code)
    ? new VoxfuseError(
        "ERR_SIDECAR_MISSING",
        `No sidecar listens at ${path}. Start one with \`voxfuse sidecar start\`.`,
        { cause },
      )
    : new VoxfuseError("ERR_SIDECAR_GONE", `Could not connect to ${path}: ${code}.`, { cause });
}
