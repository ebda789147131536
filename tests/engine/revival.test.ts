import test from "ava";
import type { ExecutionContext } from "ava";
import { Voxfuse } from "../../host/index.ts";
import { failure } from "../sidecar/peers.ts";
import { bitsOf, children, frames, holdings, TEXT, TINY } from "../support/engine.ts";
import { killAmongStreams } from "../support/kills.ts";

const load = (rows = 4): Promise<Voxfuse> => Voxfuse.load({ model: TINY, rows });
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function killOf(engine: Voxfuse): Promise<void> {
  process.kill((await engine.stats()).pid, "SIGKILL");
}

/** Runs `work`, which closes its engines, and compares what is held before and after. */
async function leavesNothing(t: ExecutionContext, work: () => Promise<void>): Promise<void> {
  await (await load()).close(); // also loads what is loaded once, before anything is counted
  const before = holdings();
  await work();
  await wait(20); // closed sockets are closed on a later tick
  t.deepEqual(holdings(), before);
}

for (const delay of [0, 2, 5, 12, 30, 80]) {
  test.serial(`live requests go on after a kill ${delay} ms in, to the bit`, async (t) => {
    await leavesNothing(t, async () => {
      await using engine = await load();
      const asked = [frames(150), frames(70, { seed: 8 }), frames(90, { seed: 9, audio: false })];
      const undisturbed = await Promise.all(asked.map((each) => engine.speak(TEXT, each)));
      const { codes } = undisturbed[0] ?? t.fail();
      const first = engine.stream(TEXT, asked[0]);
      await first.next();
      const live = asked.map((each) => engine.speak(TEXT, each));
      const vocoding = engine.vocode(codes);
      await wait(delay);
      await killOf(engine);
      t.deepEqual((await Promise.all(live)).map(bitsOf), undisturbed.map(bitsOf));
      t.deepEqual((await vocoding).samples, undisturbed[0]?.samples);
      await first.return();
      t.is((await engine.stats()).revivals, 1);
      t.is(children().length, 1);
    });
  });
}

test.serial("a stream goes on at the next sample, also one whose text still arrives", async (t) => {
  await using engine = await load();
  const options = frames(60, { layout: "streaming" });
  const whole = await engine.speak(TEXT, options);
  let goOn = (): void => undefined;
  const killed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  async function* text(): AsyncGenerator<string> {
    for (const [index, word] of TEXT.split(/(?<=\s)/).entries()) {
      if (index === 4) await killed;
      yield word;
      await wait(5);
    }
  }
  const samples: number[] = [];
  for await (const chunk of engine.stream(text(), options)) {
    if (samples.length === 0) await killOf(engine);
    goOn();
    samples.push(...chunk.samples);
  }
  t.deepEqual(Float32Array.from(samples), whole.samples);
  t.is((await engine.stats()).revivals, 1);
});

test.serial("with host sampling and parked rows, too", async (t) => {
  await using engine = await Voxfuse.load({
    model: TINY,
    rows: 2,
    sampling: "host",
    kvPages: 8,
  });
  const asked = [frames(60), frames(60, { seed: 8 }), frames(30, { seed: 9 })];
  const undisturbed = await Promise.all(asked.map((each) => engine.speak(TEXT, each)));
  const live = asked.map((each) => engine.speak(TEXT, each));
  await wait(150);
  await killOf(engine);
  t.deepEqual((await Promise.all(live)).map(bitsOf), undisturbed.map(bitsOf));
});

test.serial("pieces of a long text keep their place in a full queue through a kill", async (t) => {
  await using engine = await Voxfuse.load({ rows: 1, queueLimit: 1 });
  const text =
    "The harbour was quiet in the early morning, and the gulls walked along the wall without a " +
    "sound. The first boats came in slowly with their lamps still lit, and nobody said a word.";
  const asked = { seed: 7, maxNewTokens: 13 };
  const undisturbed = await engine.speak(text, asked);
  const chunks: number[] = [];
  const stream = engine.stream(text, asked);
  chunks.push(...((await stream.next()).value?.samples ?? []));
  const waiting = engine.speak("Wait.", { seed: 1, maxNewTokens: 4 });
  await wait(5);
  await killOf(engine);
  for await (const { samples } of stream) chunks.push(...samples);
  t.deepEqual(Float32Array.from(chunks), undisturbed.samples);
  t.is((await waiting).codes.frames, 3);
});

test.serial("a slow consumer, an abort and a return meet a death like any other", async (t) => {
  await leavesNothing(t, async () => {
    await using engine = await load();
    const whole = await engine.speak(TEXT, frames(200));
    const [slow, left, stopped] = [1, 2, 3].map((seed) =>
      engine.stream(TEXT, seed === 1 ? frames(200) : frames(900, { seed })),
    );
    const controller = new AbortController();
    // So long that it cannot be over when it is aborted.
    const endless = frames(4000, { minNewTokens: 4000, signal: controller.signal });
    const aborted = engine.speak(TEXT, endless);
    const samples = [...((await slow?.next())?.value?.samples ?? [])];
    await left?.next();
    await stopped?.next();
    await wait(200); // the slow one's ring is full
    await killOf(engine);
    const reason = new Error("enough");
    controller.abort(reason);
    await t.throwsAsync(aborted, { is: reason });
    await left?.return();
    if (slow !== undefined) for await (const chunk of slow) samples.push(...chunk.samples);
    t.deepEqual(Float32Array.from(samples), whole.samples);
    await stopped?.return();
  });
});

test.serial(
  "a sidecar that dies again and again ends its requests with a typed error",
  async (t) => {
    await leavesNothing(t, async () => {
      await using engine = await load();
      const expected = bitsOf(await engine.speak(TEXT, frames(20)));
      const enough = new AbortController();
      const live = [1, 2].map((seed) =>
        failure(t, engine.speak(TEXT, frames(900, { seed })), "ERR_SIDECAR_GONE"),
      );
      const killing = (async () => {
        while (!enough.signal.aborted) {
          for (const pid of children()) process.kill(pid, "SIGKILL");
          await wait(1);
        }
      })();
      const began = performance.now();
      await Promise.all(live);
      t.true(performance.now() - began < 20_000);
      enough.abort();
      await killing;
      t.deepEqual(bitsOf(await engine.speak(TEXT, frames(20))), expected);
    });
  },
);

test.serial(
  "closing while a sidecar is being replaced ends the requests with ERR_CLOSED",
  async (t) => {
    await leavesNothing(t, async () => {
      const engine = await load();
      const live = failure(t, engine.speak(TEXT, frames(900)), "ERR_CLOSED");
      await wait(30);
      const { pid } = await engine.stats();
      process.kill(pid, "SIGKILL");
      while (children().includes(pid)) await wait(1);
      await engine.close();
      await live;
    });
  },
);

test.serial("thirty kills among six streams: each is as undisturbed, or ends typed", async (t) => {
  await leavesNothing(t, async () => {
    await using engine = await load();
    const asked = { kills: 30, streams: 6, seed: 20261124, pauseMs: 300 };
    const { equal, gone, wrong } = await killAmongStreams(engine, asked);
    t.deepEqual(wrong, []);
    t.log(`${equal} streams equal, ${gone} ended with ERR_SIDECAR_GONE`);
    t.is(children().length, 1);
  });
});
