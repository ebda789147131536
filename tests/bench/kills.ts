// Kills the sidecar again and again among concurrent streams and says what became of these:
//
//   node build/js/tests/bench/kills.js [KILLS] [STREAMS] [SEED] [PAUSE_MS]
//
// Exits with 1 when a stream was wrong, or when anything is left of a sidecar.
import { Voxfuse } from "../../host/index.ts";
import { holdings, TINY } from "../support/engine.ts";
import { killAmongStreams } from "../support/kills.ts";

const [kills = 1000, streams = 8, seed = 1, pauseMs = 160] = process.argv.slice(2).map(Number);

await (await Voxfuse.load({ model: TINY })).close(); // loads what is loaded once
const before = holdings();
const began = performance.now();
const engine = await Voxfuse.load({ model: TINY, rows: streams });
const rss: number[] = [];
const onKill = (count: number): void => {
  if (count % Math.max(1, Math.floor(kills / 10)) !== 0) return;
  rss.push(Math.round(process.memoryUsage().rss / 1e6));
  console.error(`${count} kills, ${((performance.now() - began) / 1000).toFixed(0)} s`);
};
const count = await killAmongStreams(engine, { kills, streams, seed, pauseMs, onKill });
const { revivals } = await engine.stats();
await engine.close();
await new Promise((resolve) => setTimeout(resolve, 100)); // closed sockets close on a later tick
const after = holdings();
const seconds = Math.round((performance.now() - began) / 1000);
console.log(JSON.stringify({ ...count, revivals, seconds, rssMb: rss, before, after }));
const isClean = JSON.stringify(after) === JSON.stringify(before);
if (count.wrong.length > 0 || !isClean) process.exitCode = 1;
