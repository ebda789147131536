// Four clients of one standing sidecar ask for speech of many lengths, leave it, abort it, ask for
// what is refused, and say what became of it and of the memory:
//
//   node --expose-gc build/js/tests/bench/soak.js [REQUESTS] [SEED]
//
// Exits with 1 when a result was not its single run's, or when memory grew by more than 2 % between
// the first fifth and the end.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Voxfuse } from "../../host/index.ts";
import { startDaemon, stopDaemon } from "../../host/sidecar/daemon.ts";
import { TINY } from "../support/engine.ts";
import { residentBytes, soak } from "../support/soak.ts";

const CLIENTS = 4;
const GROWTH_MAX = 0.02;
const [requests = 10_000, seed = 1] = process.argv.slice(2).map(Number);

const folder = mkdtempSync(join(tmpdir(), "voxfuse-soak-"));
const path = join(folder, "sidecar.sock");
const daemon = await startDaemon({ path, idleExitSeconds: 60 });
if (!daemon.running) throw new Error("no standing sidecar");
const single = await Voxfuse.load({ model: TINY, rows: 1 });
const clients = await Promise.all(
  Array.from({ length: CLIENTS }, () =>
    Voxfuse.load({ model: TINY, rows: 3, sidecar: `unix:${path}` }),
  ),
);
const began = performance.now();
const memory: { requests: number; sidecarMb: number; heapMb: number }[] = [];
const onRequest = (count: number): void => {
  if (count % Math.ceil(requests / 20) !== 0) return;
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const megabytes = (bytes: number): number => Number((bytes / 1e6).toFixed(2));
  memory.push({
    requests: count,
    sidecarMb: megabytes(residentBytes(daemon.hello.pid)),
    heapMb: megabytes(heapUsed + arrayBuffers),
  });
  console.error(`${count} requests, ${((performance.now() - began) / 1000).toFixed(0)} s`);
};
const count = await soak(clients, single, { requests, atOnce: 3, seed, onRequest });
const seconds = Math.round((performance.now() - began) / 1000);
for (const engine of [...clients, single]) await engine.close();
await stopDaemon(path);
rmSync(folder, { recursive: true });

/** By how much a figure's mean over the last fifth is above that of the second one. */
const growth = (figure: "sidecarMb" | "heapMb"): number => {
  const values = memory.map((each) => each[figure]);
  const fifth = Math.floor(values.length / 5);
  const mean = (part: number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
  return mean(values.slice(-fifth)) / mean(values.slice(fifth, 2 * fifth)) - 1;
};
const grew = { sidecar: growth("sidecarMb"), heap: growth("heapMb") };
console.log(JSON.stringify({ ...count, seconds, grew, memory }));
if (count.wrong.length > 0 || grew.sidecar > GROWTH_MAX || grew.heap > GROWTH_MAX) {
  process.exitCode = 1;
}
