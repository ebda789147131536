import { readFileSync, rmSync, writeFileSync } from "node:fs";

const RETRY_MS = 200;

/**
 * Runs `work` while no other process of this machine does the same for `path`. Waits without a
 * limit for a living owner; takes over from a dead one.
 *
 * @param {string} path
 * @param {() => void} work
 */
export function withLock(path, work) {
  while (!tryClaim(path)) {
    if (!ownerIsAlive(path)) rmSync(path, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
  }
  try {
    work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function tryClaim(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} path */
function ownerIsAlive(path) {
  try {
    process.kill(Number(readFileSync(path, "utf8")), 0); // Signal 0 only asks.
    return true;
  } catch (error) {
    // EPERM: alive, and another user's. ENOENT: released meanwhile, so nothing to take over.
    return errorCode(error) === "EPERM" || errorCode(error) === "ENOENT";
  }
}

/** @param {unknown} error */
function errorCode(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
