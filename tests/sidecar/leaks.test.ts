import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import test from "ava";
import { nativeProgram } from "../support/native.ts";
import { spawnPeer, submissionOf } from "./peers.ts";

const ROUNDS = 8;
const SCRIPTS = ["", "die-at-once", "die-in-hello", "die-after-hello", "other-hash", "not-a-map"];

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function mappedRegions(): number {
  return readFileSync("/proc/self/maps", "utf8").split("memfd:voxfuse-region").length - 1;
}

/** Children that ended and were not waited for. */
function zombies(): string[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  return children
    .split(" ")
    .filter((pid) => pid !== "")
    .filter((pid) => readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
}

async function openAndClose(script: string): Promise<void> {
  try {
    const connection = await spawnPeer(script);
    if (script === "") connection.submit(submissionOf(1, 4));
    await connection.close();
  } catch {
    // The scripts that fail are what this is about.
  }
}

test.serial("no descriptor, mapping or zombie is left, however a connection ends", async (t) => {
  for (const script of SCRIPTS) await openAndClose(script); // what is loaded once, is
  const before = { descriptors: openDescriptors(), regions: mappedRegions() };
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(SCRIPTS.map(openAndClose));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.deepEqual({ descriptors: openDescriptors(), regions: mappedRegions() }, before);
  t.is(before.regions, 0);
  t.deepEqual(zombies(), []);
});

/** Runs a program that opens a connection, does `then` with it, and is left to end by itself. */
async function runToItsEnd(then: string): Promise<string> {
  const spawnModule = new URL("../../host/sidecar/spawn.js", import.meta.url).href;
  const program = `
    const { spawnSidecar } = await import(${JSON.stringify(spawnModule)});
    const connection = await spawnSidecar({
      region: { rows: 1, groups: 1, frameSamples: 1, logitsMax: 0 },
      binary: ${JSON.stringify(nativeProgram("scripted_peer"))},
    });
    process.on("exit", () => console.log("ended"));
    ${then}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { encoding: "utf8", timeout: 20_000 },
  );
  return stdout;
}

test.serial("an idle connection does not keep the process alive, closed or not", async (t) => {
  t.is(await runToItsEnd("await connection.close();"), "ended\n");
  t.is(await runToItsEnd(""), "ended\n");
});

test.serial("an awaited reply or completion keeps the process alive", async (t) => {
  t.is(await runToItsEnd("await connection.stats(); console.log('answer');"), "answer\nended\n");
  const take = `
    connection.onWake = () => console.log("taken", connection.takeCompletions().length);
    connection.armed();
    connection.submit(new Uint8Array(8));`;
  t.is(await runToItsEnd(take), "taken 1\nended\n");
});
