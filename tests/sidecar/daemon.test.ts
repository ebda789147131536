import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import type { ExecutionContext } from "ava";
import { connectSidecar } from "../../host/sidecar/connect.ts";
import { frameOf, HELLO_ID } from "../../host/sidecar/control.ts";
import { daemonStatus, startDaemon, stopDaemon } from "../../host/sidecar/daemon.ts";
import { LAYOUT_HASH } from "../../shared/gen/protocol.ts";
import { nativeProgram } from "../support/native.ts";
import { failure, hasEnded, isAlive, SMALL_REGION, standStill } from "./peers.ts";

/** A socket's path in a private folder; what listens there ends with the test. */
function socketFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "voxfuse-daemon-"));
  const path = join(folder, "sidecar.sock");
  t.teardown(async () => {
    await stopDaemon(path);
    rmSync(folder, { recursive: true, force: true });
  });
  return path;
}

async function startedDaemon(t: ExecutionContext): Promise<{ path: string; pid: number }> {
  const path = socketFor(t);
  const status = await startDaemon({ path, idleExitSeconds: 60 });
  if (!status.running) throw new Error("not running");
  return { path, pid: status.hello.pid };
}

test("a standing sidecar starts, is there for all clients, and stops", async (t) => {
  const { path, pid } = await startedDaemon(t);
  t.is(statSync(path).mode & 0o777, 0o600);
  const again = await startDaemon({ path });
  t.true(again.running && again.hello.pid === pid);

  const clients = await Promise.all([
    connectSidecar({ region: SMALL_REGION, path }),
    connectSidecar({ region: SMALL_REGION, path }),
  ]);
  await clients[0].close();
  t.is((await clients[1].stats()).submissions, 0);
  await clients[1].close();

  t.true(await stopDaemon(path));
  t.deepEqual(await daemonStatus(path), { running: false, path });
  t.false(await stopDaemon(path));
  t.true(await hasEnded(pid));
});

test("two starts at the same time leave one standing sidecar", async (t) => {
  const path = socketFor(t);
  const [one, other] = await Promise.all([startDaemon({ path }), startDaemon({ path })]);
  t.true(one.running && other.running && one.hello.pid === other.hello.pid);
});

test("a socket that a killed sidecar left does not keep the next one from starting", async (t) => {
  const { path, pid } = await startedDaemon(t);
  process.kill(pid, "SIGKILL");
  t.true(await hasEnded(pid));
  t.true(existsSync(path));
  t.deepEqual(await daemonStatus(path), { running: false, path });
  const next = await startDaemon({ path, idleExitSeconds: 60 });
  t.true(next.running && next.hello.pid !== pid);
});

test("the death of a standing sidecar reaches its clients", async (t) => {
  const { path, pid } = await startedDaemon(t);
  const connection = await connectSidecar({ region: SMALL_REGION, path });
  t.teardown(() => connection.close());
  await standStill(pid);
  const pending = connection.stats();
  process.kill(pid, "SIGKILL");
  const error = await failure(t, pending, "ERR_SIDECAR_GONE");
  t.true(error.message.includes(path));
});

test("a standing sidecar without clients ends by itself", async (t) => {
  const path = socketFor(t);
  const status = await startDaemon({ path, idleExitSeconds: 1 });
  t.true(status.running);
  const giveUpAt = performance.now() + 10_000;
  while (existsSync(path) && performance.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.false(existsSync(path));
});

test("nobody at a path, and a path that is none, are told apart", async (t) => {
  const path = socketFor(t);
  const region = SMALL_REGION;
  const error = await failure(t, connectSidecar({ region, path }), "ERR_SIDECAR_MISSING");
  t.regex(error.message, /voxfuse sidecar start/);
  const long = connectSidecar({ region, path: "x".repeat(200) });
  await failure(t, long, "ERR_INVALID_ARGUMENT");
});

test("a socket's folder must be closed to others, its path free or a socket", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "voxfuse-daemon-"));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, "file");
  writeFileSync(path, "mine");
  await failure(t, startDaemon({ path }), "ERR_INVALID_ARGUMENT");
  t.true(existsSync(path));
  chmodSync(folder, 0o755);
  await failure(t, startDaemon({ path: join(folder, "socket") }), "ERR_INVALID_ARGUMENT");
});

/** What the sidecar answers to a hello with memory of `kind`, as the bytes' text. */
async function answerTo(path: string, kind: string, hash = LAYOUT_HASH): Promise<string> {
  const hello = frameOf({ type: "hello", id: HELLO_ID, layout_hash: hash, version: "0.0.0" });
  const client = nativeProgram("odd_client");
  const { stdout } = await promisify(execFile)(client, [path, kind, hello.toString("hex")]);
  return Buffer.from(stdout, "hex").toString("latin1");
}

const ODD_MEMORY: readonly (readonly [kind: string, code: string])[] = [
  ["none", "bad_memory"],
  ["unsealed", "bad_memory"],
  ["shrinkable", "bad_memory"],
  ["growable", "bad_memory"],
  ["shrunk", "bad_memory"],
  ["tiny", "bad_memory"],
  ["empty", "bad_memory"],
  ["file", "bad_memory"],
  ["far-slots", "bad_memory"],
  ["many-slots", "bad_memory"],
  ["no-magic", "bad_header"],
  ["other-hash", "layout_mismatch"],
];

for (const [kind, code] of ODD_MEMORY) {
  test(`memory that is "${kind}" is refused as ${code}, and the sidecar lives on`, async (t) => {
    const { path, pid } = await startedDaemon(t);
    t.true((await answerTo(path, kind)).includes(code));
    t.true((await answerTo(path, "good")).includes("backends"));
    t.true(isAlive(pid));
  });
}

test("a hello of another protocol is refused with the sidecar's own hash", async (t) => {
  const { path } = await startedDaemon(t);
  const answer = await answerTo(path, "good", (LAYOUT_HASH ^ 1) >>> 0);
  t.true(answer.includes("layout_mismatch"));
  t.true(answer.includes("layout_hash"), "the reply names layout_hash");
});
