import type { EngineStats } from "../../index.ts";

/** Bytes a second of the memory that holds the weights, measured in the run that it is told of. */
export interface Bandwidth {
  /** Read and written bytes of a copy. */
  readonly gigabytesPerSecond: number;
  /** What was timed. */
  readonly of: "copy by one thread of the host" | "copy on the GPU";
}

const COPY_BYTES = 64 * 1024 * 1024;
const COPY_ROUNDS = 8;

/** That of the memory that a backend reads; undefined where nobody measured it. */
export function bandwidthOf({
  backend,
  copyBytesPerSecond,
}: Pick<EngineStats, "backend" | "copyBytesPerSecond">): Bandwidth | undefined {
  if (backend !== "cuda") {
    return { gigabytesPerSecond: hostCopy(), of: "copy by one thread of the host" };
  }
  if (copyBytesPerSecond === 0) return undefined;
  return { gigabytesPerSecond: copyBytesPerSecond / 1e9, of: "copy on the GPU" };
}

/** Read and written bytes of a copy between two buffers that no cache holds. [GB/s] */
function hostCopy(): number {
  const from = new Uint8Array(COPY_BYTES).fill(1);
  const to = new Uint8Array(COPY_BYTES).fill(2);
  let bestMs = Infinity;
  for (let round = 0; round < COPY_ROUNDS; round++) {
    const startedAt = performance.now();
    to.set(from);
    bestMs = Math.min(bestMs, performance.now() - startedAt);
  }
  return (2 * COPY_BYTES) / bestMs / 1e6;
}
