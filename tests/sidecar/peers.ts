import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Connection } from "../../host/sidecar/connection.ts";
import type { Completion } from "../../host/sidecar/wire-values.ts";
import { spawnSidecar } from "../../host/sidecar/spawn.ts";
import { VoxfuseError } from "../../host/errors/voxfuse-error.ts";
import type { VoxfuseErrorCode } from "../../host/errors/voxfuse-error.ts";
import { nativeProgram } from "../support/native.ts";

export const SMALL_REGION = { rows: 2, groups: 4, frameSamples: 16, logitsMax: 8 };

/** Starts tests/protocol/scripted_peer.cpp, which misbehaves as `script` says. */
export function spawnPeer(script: string, signal?: AbortSignal): Promise<Connection> {
  return spawnSidecar({
    region: SMALL_REGION,
    binary: nativeProgram("scripted_peer"),
    env: { PEER: script },
    ...(signal ? { signal } : {}),
  });
}

/** The same, closed with the test. */
export async function peerFor(t: ExecutionContext, script: string): Promise<Connection> {
  const connection = await spawnPeer(script);
  t.teardown(() => connection.close());
  return connection;
}

/** What scripted_peer takes for a submission. */
export function submissionOf(token: number, frames: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(token, frames).buffer);
}

/** Until the connection wakes; the wait is armed as the engine's is. */
export async function nextWake(connection: Connection): Promise<void> {
  const woken = new Promise<void>((resolve) => {
    connection.onWake = resolve;
  });
  if (connection.armed()) await woken;
  connection.onWake = undefined;
}

/** Waits for the next completion: outputs may wake earlier. */
export async function nextCompletion(connection: Connection): Promise<Completion> {
  for (;;) {
    const [completion] = connection.takeCompletions();
    if (completion) return completion;
    await nextWake(connection);
  }
}

/** The VoxfuseError that `work` fails with; the test fails unless it has `code`. */
export async function failure(
  t: ExecutionContext,
  work: Promise<unknown>,
  code: VoxfuseErrorCode,
): Promise<VoxfuseError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VoxfuseError)) {
    t.fail(`expected ${code}, not ${String(error)}`);
    throw new Error("no VoxfuseError");
  }
  t.is(error.code, code, error.message);
  return error;
}

/** Whether the process is there; a zombie counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits up to two seconds for a process to end. */
export async function hasEnded(pid: number): Promise<boolean> {
  const giveUpAt = performance.now() + 2000;
  while (isAlive(pid) && performance.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return !isAlive(pid);
}

/** Stops a process and waits until each of its threads stands still: the signal alone only asks. */
export async function standStill(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  const threads = `/proc/${pid}/task`;
  const runs = (thread: string): boolean => {
    const stat = readFileSync(join(threads, thread, "stat"), "latin1");
    return stat.at(stat.lastIndexOf(")") + 2) !== "T";
  };
  while (readdirSync(threads).some(runs)) await new Promise((resolve) => setTimeout(resolve, 1));
}
