import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { writing } from "./writing.ts";

const LOOK_MS = 100;

/**
 * Runs `work` while nobody else does so under the same lock file, which names its holder's process;
 * one whose process is gone counts for nothing.
 *
 * @throws {VoxfuseError} ERR_CACHE_NOT_WRITABLE; the signal's reason; what `work` throws.
 */
export async function withLock<Result>(
  path: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  while (!(await take(path))) {
    signal.throwIfAborted();
    if (await isStale(path)) await rm(path, { force: true });
    else await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** False when somebody has it. */
function take(path: string): Promise<boolean> {
  return writing(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    try {
      await using file = await open(path, "wx");
      await file.writeFile(String(process.pid));
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    }
  });
}

async function isStale(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  if (!/^\d+$/.test(text)) return false; // gone, or about to be written
  try {
    process.kill(Number(text), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
