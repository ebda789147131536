import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import test from "ava";
import { VoxfuseError } from "../../host/errors/voxfuse-error.ts";
import { spawnSidecar } from "../../host/sidecar/spawn.ts";
import type { LoadRequest } from "../../shared/gen/protocol.ts";
import { nativeProgram } from "../support/native.ts";
import { failure, isAlive, SMALL_REGION, standStill, submissionOf } from "./peers.ts";

test("the sidecar shakes hands, answers stats and ends with bye", async (t) => {
  const connection = await spawnSidecar({ region: SMALL_REGION });
  const { hello } = connection;
  t.true(hello.backends.includes("cpu") && hello.backends.includes("reference"));
  t.true(hello.threads >= 1);
  const stats = await connection.stats();
  t.is(stats.submissions, 0);
  t.is(stats.rows_used, 0);
  await connection.close();
  t.false(isAlive(hello.pid));
});

test("a path without a program is ERR_SIDECAR_MISSING, before anything is started", async (t) => {
  const opening = spawnSidecar({ region: SMALL_REGION, binary: "/nonexistent/sidecar" });
  const error = await failure(t, opening, "ERR_SIDECAR_MISSING");
  t.regex(error.message, /\/nonexistent\/sidecar/);
});

test("a program that is none is ERR_SIDECAR_GONE", async (t) => {
  const opening = spawnSidecar({ region: SMALL_REGION, binary: "/bin/true" });
  await failure(t, opening, "ERR_SIDECAR_GONE");
});

test("a load message of nonsense gets a typed error, and the session lives on", async (t) => {
  const connection = await spawnSidecar({ region: SMALL_REGION });
  t.teardown(() => connection.close());
  const nonsense: Omit<LoadRequest, "type"> = {
    backend: "abacus",
    threads: 0,
    isa: "auto",
    device: 0,
    graphs: 1,
    files: ["/nonexistent/model.safetensors"],
    tensors: [["w", "F32", [4, 4], 7, 2 ** 40, 64]],
    layout: new Uint8Array(3),
    record: "",
  };
  await t.throwsAsync(connection.load(nonsense), { instanceOf: VoxfuseError });
  await t.throwsAsync(connection.weights(new Uint8Array(5)), { instanceOf: VoxfuseError });
  t.is((await connection.stats()).submissions, 0);
});

test("a submission of nonsense completes with an error", async (t) => {
  const connection = await spawnSidecar({ region: SMALL_REGION });
  t.teardown(() => connection.close());
  const woken = new Promise<void>((resolve) => {
    connection.onWake = resolve;
  });
  t.true(connection.armed());
  t.true(connection.submit(submissionOf(1, 2)));
  await woken;
  const [completion] = connection.takeCompletions();
  t.not(completion?.header.status, 0);
});

test("kill -9 of a busy sidecar rejects within a second", async (t) => {
  const connection = await spawnSidecar({ region: SMALL_REGION });
  t.teardown(() => connection.close());
  const { pid } = connection.hello;
  await standStill(pid);
  const pending = connection.stats();
  const started = performance.now();
  process.kill(pid, "SIGKILL");
  const error = await failure(t, pending, "ERR_SIDECAR_GONE");
  t.regex(error.message, /SIGKILL/);
  t.true(performance.now() - started < 1000);
  t.false(isAlive(pid));
});

test("the sidecar dies with the process that started it", async (t) => {
  const spawnModule = new URL("../../host/sidecar/spawn.js", import.meta.url).href;
  const program = `
    const { spawnSidecar } = await import(${JSON.stringify(spawnModule)});
    const region = ${JSON.stringify(SMALL_REGION)};
    const connection = await spawnSidecar({ region });
    console.log(connection.hello.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed] = (await once(parent.stdout.setEncoding("utf8"), "data")) as [string];
  const pid = Number(printed);
  t.true(isAlive(pid));
  parent.kill("SIGKILL");
  await once(parent, "exit");
  const giveUpAt = performance.now() + 2000;
  while (isRunning(pid) && performance.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.false(isRunning(pid));
});

/** As isAlive(), but whoever inherited it may not have reaped it yet. */
function isRunning(pid: number): boolean {
  return isAlive(pid) && !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

for (const count of [2, 4]) {
  test(`${count} sidecars at once do not disturb each other`, async (t) => {
    const all = await Promise.all(
      Array.from({ length: count }, () => spawnSidecar({ region: SMALL_REGION })),
    );
    t.is(new Set(all.map(({ hello }) => hello.pid)).size, count);
    const [first, ...others] = all;
    await first?.close();
    for (const other of others) t.is((await other.stats()).submissions, 0);
    await Promise.all(others.map((other) => other.close()));
  });
}

test("the sidecar's program explains itself when called wrongly", async (t) => {
  const child = spawn(nativeProgram("voxfuse-sidecar"), ["--nonsense"], { stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number];
  t.not(code, 0);
});
