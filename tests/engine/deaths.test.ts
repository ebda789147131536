import test from "ava";
import type { ExecutionContext } from "ava";
import { Voxfuse } from "../../host/index.ts";
import { failure, standStill } from "../sidecar/peers.ts";
import { bitsOf, children, frames, holdings, TEXT, TINY } from "../support/engine.ts";

const load = (): Promise<Voxfuse> => Voxfuse.load({ model: TINY, rows: 4 });
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const FRAMES = 6;

/** Codes and PCM that every engine must speak, however the one before it ended. */
async function expectedBits() {
  await using engine = await load();
  return bitsOf(await engine.speak(TEXT, frames(FRAMES)));
}

const expected = expectedBits(); // also loads what is loaded once, before anything is counted

/** Runs `work`, which closes its engines, and compares what is held before and after. */
async function leavesNothing(t: ExecutionContext, work: () => Promise<void>): Promise<void> {
  await expected;
  const before = holdings();
  t.deepEqual([before.mappings, before.children], [0, []]);
  await work();
  await wait(20); // closed sockets are closed on a later tick
  t.deepEqual(holdings(), before);
}

/** The codes of errors that came within a second of `killedAt`; others as they are. */
async function codeSoon(work: Promise<unknown>, killedAt: number): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const took = performance.now() - killedAt;
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return took < 1000 ? code : `${code}, after ${took} ms`;
}

for (const delay of [0, 1, 3, 6, 10, 20]) {
  test.serial(`a sidecar killed ${delay} ms into loading is a typed error`, async (t) => {
    await leavesNothing(t, async () => {
      const loading = load();
      while (children().length === 0) await new Promise(setImmediate);
      await wait(delay);
      for (const pid of children()) process.kill(pid, "SIGKILL");
      const killedAt = performance.now();
      const loaded = await loading.catch((error: unknown) => error);
      if (!(loaded instanceof Voxfuse)) {
        t.is(await codeSoon(Promise.reject(loaded as Error), killedAt), "ERR_SIDECAR_GONE");
        t.true(performance.now() - killedAt < 1000);
      } else {
        await loaded.close(); // it was through before
      }
      await using engine = await load();
      t.deepEqual(bitsOf(await engine.speak(TEXT, frames(FRAMES))), await expected);
    });
  });
}

test.serial("a sidecar killed while idle costs no request", async (t) => {
  await leavesNothing(t, async () => {
    await using engine = await load();
    // At once: the request meets the death. Later: it is known, and a fresh sidecar is there.
    process.kill((await engine.stats()).pid, "SIGKILL");
    t.deepEqual(bitsOf(await engine.speak(TEXT, frames(FRAMES))), await expected);
    const { pid } = await engine.stats();
    process.kill(pid, "SIGKILL");
    while (children().includes(pid)) await wait(5);
    await wait(20);
    t.deepEqual(bitsOf(await engine.speak(TEXT, frames(FRAMES))), await expected);
  });
});

test.serial("requests that find the sidecar dead share the next one", async (t) => {
  await leavesNothing(t, async () => {
    await using engine = await load();
    process.kill((await engine.stats()).pid, "SIGKILL");
    const both = await Promise.all([1, 2].map(() => engine.speak(TEXT, frames(FRAMES))));
    t.deepEqual(both.map(bitsOf), [await expected, await expected]);
    t.is(children().length, 1);
  });
});

for (const delay of [0, 1, 3]) {
  test.serial(`a sidecar killed ${delay} ms into closing is no error`, async (t) => {
    await leavesNothing(t, async () => {
      const engine = await load();
      const { pid } = await engine.stats();
      const speaking = failure(t, engine.speak(TEXT, frames(900)), "ERR_CLOSED");
      const closing = engine.close();
      await wait(delay);
      if (children().includes(pid)) process.kill(pid, "SIGKILL");
      await closing;
      await speaking;
    });
  });
}

test.serial("a sidecar that stands still ends with its engine all the same", async (t) => {
  await leavesNothing(t, async () => {
    const engine = await load();
    await standStill((await engine.stats()).pid);
    const began = performance.now();
    await engine.close();
    t.true(performance.now() - began < 6000);
  });
});
