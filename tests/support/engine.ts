import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Speech, SpeakOptions, Voxfuse } from "../../host/index.ts";

export const TINY = "tests/golden/tiny-custom-voice";
export const TEXT = "Hello, how are you doing today?";

/** Speech of so many frames: the tiny models, of random weights, never end by themselves. */
export function frames(count: number, more: SpeakOptions = {}): SpeakOptions {
  return { seed: 7, maxNewTokens: count + 1, ...more };
}

/** Codes and PCM as short texts that are equal when every bit is. */
export function bitsOf({ codes, samples }: Pick<Speech, "codes" | "samples">) {
  return { frames: codes.frames, codes: digest(codes.data), pcm: digest(samples) };
}

function digest({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

/** Milliseconds until neither engine nor sidecar holds anything of a request. */
export async function untilIdle(engine: Voxfuse): Promise<number> {
  const began = performance.now();
  while (performance.now() - began < 5000) {
    const { openRequests, rowsUsed, freeRows, rows } = await engine.stats();
    if (openRequests === 0 && rowsUsed === 0 && freeRows === rows) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("something of a request is left");
}

/** What this process holds of sidecars. */
export interface Holdings {
  readonly descriptors: number;
  readonly mappings: number;
  /** Children, zombies included. */
  readonly children: readonly number[];
}

export function holdings(): Holdings {
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    mappings: readFileSync("/proc/self/maps", "utf8").split("memfd:voxfuse-region").length - 1,
    children: children(),
  };
}

/** Processes that this one started and that it has not waited for. */
export function children(): number[] {
  const listed = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  return listed.split(" ").filter(Boolean).map(Number);
}
