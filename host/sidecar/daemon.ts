import { spawn } from "node:child_process";
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { HelloReply } from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { loadAddon, requireLinux } from "./addon.ts";
import { connectSidecar, connectTo } from "./connect.ts";
import { locateSidecar } from "./spawn.ts";

const START_MS_MAX = 5_000;
const GIVEN_WAY_MS_MAX = 500;
const STOP_MS_MAX = 5_000;
const POLL_MS = 25;
const LOG_TAIL_CHARACTERS = 2_000;
const SMALLEST_REGION = { rows: 1, groups: 1, frameSamples: 1, logitsMax: 0 };

export interface DaemonOptions {
  /** Of the socket; the user's default when left out. */
  readonly path?: string;
  /** The program; the package's own build when left out. */
  readonly binary?: string;
  /** Ends by itself after so long without a client; 0 or left out: never. [seconds] */
  readonly idleExitSeconds?: number;
}

/** A standing sidecar, or that there is none. */
export type DaemonStatus =
  | { readonly running: false; readonly path: string }
  | { readonly running: true; readonly path: string; readonly hello: HelloReply };

/** Where the user's standing sidecar listens unless told otherwise. */
export function defaultSocketPath(): string {
  const runtime = process.env["XDG_RUNTIME_DIR"];
  const folder =
    runtime !== undefined && runtime !== ""
      ? join(runtime, "voxfuse")
      : join(tmpdir(), `voxfuse-${process.getuid?.() ?? 0}`);
  return join(folder, "sidecar.sock");
}

/**
 * Starts a standing sidecar, unless one is running there already, and waits until it answers. Its
 * stderr goes to the socket's path with `.log`.
 *
 * @throws {VoxfuseError} ERR_SIDECAR_MISSING, ERR_SIDECAR_GONE with its last words,
 *   ERR_LAYOUT_MISMATCH when an older one runs there, ERR_INVALID_ARGUMENT a folder not our own.
 */
export async function startDaemon(options: DaemonOptions = {}): Promise<DaemonStatus> {
  requireLinux();
  const path = options.path ?? defaultSocketPath();
  const binary = locateSidecar(options.binary);
  ensurePrivateFolder(dirname(path));
  requireSocketPath(path);
  const current = await daemonStatus(path);
  if (current.running) return current;

  const daemon = launch(binary, path, options.idleExitSeconds ?? 0);
  let giveUpAt = performance.now() + START_MS_MAX;
  while (performance.now() < giveUpAt) {
    const status = await daemonStatus(path);
    if (status.running) return status;
    // It may have given way to another that was started at the same time.
    if (!daemon.isRunning()) giveUpAt = Math.min(giveUpAt, performance.now() + GIVEN_WAY_MS_MAX);
    await delay(POLL_MS);
  }
  daemon.kill();
  const log = readFileSync(logPath(path), "utf8").trim().slice(-LOG_TAIL_CHARACTERS);
  throw new VoxfuseError(
    "ERR_SIDECAR_GONE",
    `The sidecar did not start. ${log === "" ? "It said nothing." : `It said last:\n${log}`}`,
  );
}

/**
 * Whether a standing sidecar answers at `path`.
 *
 * @throws {VoxfuseError} ERR_LAYOUT_MISMATCH, ERR_SIDECAR_GONE when something else answers.
 */
export async function daemonStatus(path: string = defaultSocketPath()): Promise<DaemonStatus> {
  try {
    const connection = await connectSidecar({ region: SMALLEST_REGION, path });
    const { hello } = connection;
    await connection.close();
    return { running: true, path, hello };
  } catch (error) {
    if (error instanceof VoxfuseError && error.code === "ERR_SIDECAR_MISSING") {
      return { running: false, path };
    }
    throw error;
  }
}

/**
 * Ends the standing sidecar at `path`, whatever it was built from; true when there was one.
 *
 * @throws {VoxfuseError} ERR_SIDECAR_GONE when it neither ends nor can be killed.
 */
export async function stopDaemon(path: string = defaultSocketPath()): Promise<boolean> {
  const pid = listenerOf(path);
  if (pid === undefined) return false;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    sendSignal(pid, signal);
    const giveUpAt = performance.now() + STOP_MS_MAX;
    while (performance.now() < giveUpAt) {
      if (listenerOf(path) !== pid) return true;
      await delay(POLL_MS);
    }
  }
  throw new VoxfuseError("ERR_SIDECAR_GONE", `The sidecar (pid ${pid}) does not end.`);
}

/** The process that listens at `path`, as the kernel says; undefined when none does. */
function listenerOf(path: string): number | undefined {
  const addon = loadAddon();
  let descriptor: number;
  try {
    descriptor = connectTo(path);
  } catch (error) {
    if (error instanceof VoxfuseError && error.code === "ERR_SIDECAR_MISSING") return undefined;
    throw error;
  }
  const { pid } = addon.peerOf(descriptor);
  addon.closeDescriptor(descriptor);
  return pid;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** A socket that a dead sidecar left is the next one's to replace; a file of the user's is not. */
function requireSocketPath(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || found.isSocket()) return;
  throw new VoxfuseError("ERR_INVALID_ARGUMENT", `${path} is there and is not a socket.`);
}

interface Launched {
  isRunning(): boolean;
  kill(): void;
}

function launch(binary: string, path: string, idleExitSeconds: number): Launched {
  const log = openSync(logPath(path), "w", 0o600);
  const idleExit = idleExitSeconds > 0 ? ["--idle-exit", String(idleExitSeconds)] : [];
  const child = spawn(binary, ["--listen", path, ...idleExit], {
    detached: true,
    stdio: ["ignore", "ignore", log],
  });
  closeSync(log);
  let isRunning = true;
  const end = (): void => {
    isRunning = false;
  };
  child.once("error", end).once("exit", end);
  child.unref();
  return { isRunning: () => isRunning, kill: () => child.kill("SIGKILL") };
}

function logPath(path: string): string {
  return `${path}.log`;
}

/** The socket's folder keeps other users out: ours, and for us alone. */
function ensurePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const isPrivate = found.isDirectory() && (found.mode & 0o077) === 0;
  if (isPrivate && found.uid === process.getuid?.()) return;
  throw new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `The folder ${folder} must be yours and closed to others: chmod 700, or name another socket.`,
  );
}
