import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import { bitsOf, frames, holdings, TEXT, TINY, untilIdle } from "../support/engine.ts";

/** Generous for a row to come free, short beside the requests that are aborted here. [ms] */
const SOON_MS = 2000;
const REASON = new Error("enough");

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A request of many frames that is aborted after `delay` ms. */
async function aborted(engine: Voxfuse, delay: number): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  const speaking = engine.speak("Never heard to its end.", frames(2000, { seed: 3, signal }));
  const outcome = speaking.then(
    () => "spoken",
    (error: unknown) => error,
  );
  await wait(delay);
  controller.abort(REASON);
  return outcome;
}

for (const delay of [0, 1, 4, 15, 60]) {
  test(`an abort after ${delay} ms frees the row soon and no bit of others changes`, async (t) => {
    await using engine = await Voxfuse.load({ model: TINY, rows: 4 });
    const expected = bitsOf(await engine.speak(TEXT, frames(30)));
    const speaking = [engine.speak(TEXT, frames(30)), engine.speak(TEXT, frames(30))];
    t.is(await aborted(engine, delay), REASON);
    const others = await Promise.all(speaking);
    t.deepEqual(others.map(bitsOf), [expected, expected]);
    t.true((await untilIdle(engine)) < SOON_MS);
    t.deepEqual(bitsOf(await engine.speak(TEXT, frames(30))), expected);
  });
}

test("an abort of a request that waits for a row lets the next one in", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 1 });
  const expected = bitsOf(await engine.speak(TEXT, frames(10)));
  const first = engine.stream(TEXT, frames(300));
  await first.next();
  const waiting = aborted(engine, 5);
  const last = engine.speak(TEXT, frames(10));
  t.is(await waiting, REASON);
  await first.return();
  t.deepEqual(bitsOf(await last), expected);
  t.true((await untilIdle(engine)) < SOON_MS);
});

test("a stream aborted between two chunks ends with the reason and frees its row", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 1 });
  const controller = new AbortController();
  const stream = engine.stream(TEXT, frames(2000, { signal: controller.signal }));
  for (let chunks = 0; chunks < 3; chunks += 1) t.false((await stream.next()).done);
  controller.abort(REASON);
  await t.throwsAsync(stream.next(), { is: REASON });
  t.true((await untilIdle(engine)) < SOON_MS);
  t.true((await stream.next()).done);
});

test("a stream that nobody reads on stops at its ring's end and others speak", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 2 });
  const expected = bitsOf(await engine.speak(TEXT, frames(20)));
  const slow = engine.stream(TEXT, frames(600, { seed: 2 }));
  await slow.next();
  t.deepEqual(bitsOf(await engine.speak(TEXT, frames(20))), expected);
  await slow.return();
  t.true((await untilIdle(engine)) < SOON_MS);
});

test("vocoding is aborted like speech", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 1 });
  const codes = new Uint32Array(1500 * engine.groups).fill(1);
  const controller = new AbortController();
  const vocoding = engine.vocode(codes, { signal: controller.signal });
  setTimeout(() => {
    controller.abort(REASON);
  }, 10);
  await t.throwsAsync(vocoding, { is: REASON });
  t.true((await untilIdle(engine)) < SOON_MS);
});

test.serial("an abort of loading leaves no process, descriptor or mapping", async (t) => {
  await (await Voxfuse.load({ model: TINY })).close(); // what is loaded once, is
  await wait(20);
  for (const delay of [0, 5, 10, 20]) {
    const controller = new AbortController();
    const loading = Voxfuse.load({ model: TINY, signal: controller.signal });
    setTimeout(() => {
      controller.abort(REASON);
    }, delay);
    const outcome: unknown = await loading.catch((error: unknown) => error);
    if (outcome instanceof Voxfuse) await outcome.close();
    else t.is(outcome, REASON);
  }
  await wait(20);
  t.like(holdings(), { mappings: 0, children: [] });
});
