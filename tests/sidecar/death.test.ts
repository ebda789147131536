import test from "ava";
import type { VoxfuseError } from "../../host/errors/voxfuse-error.ts";
import { LAYOUT_HASH } from "../../shared/gen/protocol.ts";
import { failure, isAlive, peerFor, spawnPeer, standStill, submissionOf } from "./peers.ts";

const HASH = `0x${LAYOUT_HASH.toString(16).padStart(8, "0")}`;

/** How a handshake fails, by what the peer does. */
const FAILED_HANDSHAKES: readonly (readonly [script: string, sentence: RegExp])[] = [
  ["die-at-once", /exited with code 7.*no such device/s],
  ["die-in-hello", /was ended by SIGKILL.*nothing on stderr/s],
  ["torn-hello", /cut short/],
  ["not-a-map", /not a map/],
  ["not-msgpack", /./],
  ["huge-frame", /claims 4294967295 bytes/],
  ["stray-reply", /answers no request/],
  ["no-sidecar", /no voxfuse sidecar/],
];

for (const [script, sentence] of FAILED_HANDSHAKES) {
  test(`a peer that does "${script}" is ERR_SIDECAR_GONE`, async (t) => {
    const error = await failure(t, spawnPeer(script), "ERR_SIDECAR_GONE");
    t.regex(error.message, sentence);
  });
}

test("a sidecar of another protocol is refused by both hashes", async (t) => {
  const theirs = `0x${((LAYOUT_HASH ^ 1) >>> 0).toString(16).padStart(8, "0")}`;
  const error = await failure(t, spawnPeer("other-hash"), "ERR_LAYOUT_MISMATCH");
  t.true(error.message.includes(HASH) && error.message.includes(theirs), error.message);
});

test("a sidecar that refuses our protocol is refused by both hashes", async (t) => {
  const error = await failure(t, spawnPeer("refuse-hash"), "ERR_LAYOUT_MISMATCH");
  t.true(error.message.includes(HASH) && error.message.includes("0x00001234"), error.message);
});

test("an abort during the handshake rejects with its own reason", async (t) => {
  const controller = new AbortController();
  const opening = spawnPeer("silent", controller.signal);
  setTimeout(() => {
    controller.abort(new Error("enough"));
  }, 50);
  await t.throwsAsync(opening, { message: "enough" });
  await t.throwsAsync(spawnPeer("", AbortSignal.abort(new Error("never"))), { message: "never" });
});

test("kill -9 rejects every pending request within a second and is told once", async (t) => {
  const connection = await peerFor(t, "");
  const told: VoxfuseError[] = [];
  connection.onGone = (error) => told.push(error);
  const { pid } = connection.hello;
  await standStill(pid); // so that the requests stay pending
  const pending = [connection.stats(), connection.weights(new Uint8Array(8))];
  const started = performance.now();
  process.kill(pid, "SIGKILL");
  for (const request of pending) {
    const error = await failure(t, request, "ERR_SIDECAR_GONE");
    t.regex(error.message, new RegExp(`pid ${pid}.*SIGKILL`));
  }
  t.true(performance.now() - started < 1000);
  t.false(isAlive(pid), "neither alive nor a zombie");
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.is(told.length, 1);
  t.throws(() => connection.submit(submissionOf(1, 0)), { code: "ERR_SIDECAR_GONE" });
  await t.throwsAsync(connection.stats(), { code: "ERR_SIDECAR_GONE" });
});

test("an exit between requests is told with its code", async (t) => {
  const connection = await peerFor(t, "die-on-request");
  const error = await failure(t, connection.stats(), "ERR_SIDECAR_GONE");
  t.regex(error.message, /exited with code 7/);
});

for (const script of ["die-after-hello", "die-on-submission"]) {
  test(`a death that no request awaits ("${script}") reaches onGone`, async (t) => {
    const connection = await peerFor(t, script);
    const gone = new Promise<VoxfuseError>((resolve) => {
      connection.onGone = resolve;
    });
    if (script === "die-on-submission") connection.submit(submissionOf(1, 0));
    t.is((await gone).code, "ERR_SIDECAR_GONE");
  });
}

for (const script of ["many-lanes", "far-tail"]) {
  test(`a sidecar that breaks the ring ("${script}") is cut off`, async (t) => {
    const connection = await peerFor(t, script);
    const gone = new Promise<VoxfuseError>((resolve) => {
      connection.onGone = resolve;
    });
    const woken = new Promise<void>((resolve) => {
      connection.onWake = resolve;
    });
    t.true(connection.armed());
    connection.submit(submissionOf(1, 0));
    await woken;
    t.throws(() => connection.takeCompletions(), { code: "EPROTO" });
    t.regex((await gone).message, /out of range/);
    t.false(isAlive(connection.hello.pid));
  });
}

test("a child that does not heed bye is killed when closing", async (t) => {
  const connection = await peerFor(t, "deaf");
  const { pid } = connection.hello;
  await connection.close();
  t.false(isAlive(pid));
});

test("closing twice, and closing what is gone, is quiet", async (t) => {
  const connection = await peerFor(t, "");
  await Promise.all([connection.close(), connection.close()]);
  const gone = await peerFor(t, "die-after-hello");
  await new Promise<void>((resolve) => {
    gone.onGone = () => {
      resolve();
    };
  });
  await t.notThrowsAsync(gone.close());
});
