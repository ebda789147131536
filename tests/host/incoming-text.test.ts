import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { Speech, SpeakOptions } from "../../host/index.ts";
import { bitsOf, frames, TEXT, TINY, untilIdle } from "../support/engine.ts";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const load = (rows = 2): Promise<Voxfuse> => Voxfuse.load({ model: TINY, rows });
const STREAMING = { layout: "streaming" } as const;
// Two pieces of the embedded voice's length, the second one of several sentences.
const LONG =
  "The harbour was quiet in the early morning, and the 12 gulls walked along the wall without a " +
  "sound. The first boats came in slowly over the flat water with their lamps still lit, and " +
  "nobody on the wall said a word. Then the bell rang. It rang twice.";

/** A text in chunks that come `ms` apart, and what became of its reading. */
class Source {
  wasRead = 0;
  isClosed = false;
  readonly #chunks: readonly string[];
  readonly #ms: number;

  constructor(text: string, length: number, ms = 0) {
    this.#chunks = text.match(new RegExp(`[^]{1,${length}}`, "g")) ?? [];
    this.#ms = ms;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    try {
      for (const chunk of this.#chunks) {
        if (this.#ms > 0) await wait(this.#ms);
        this.wasRead += 1;
        yield chunk;
      }
    } finally {
      this.isClosed = true;
    }
  }
}

/** Some text, and then whatever `end` does. */
async function* then(text: string, end: () => Promise<unknown>): AsyncGenerator<string> {
  yield text;
  await end();
}

const never = (): Promise<unknown> => new Promise(() => undefined);

async function streamed(
  engine: Voxfuse,
  text: AsyncIterable<string>,
  options: SpeakOptions,
): Promise<number[]> {
  const samples: number[] = [];
  for await (const chunk of engine.stream(text, options)) samples.push(...chunk.samples);
  return samples;
}

for (const [length, ms] of [
  [1, 0],
  [7, 0],
  [1, 2],
  [12, 30],
  [1000, 0],
] as const) {
  test(`chunks of ${length}, ${ms} ms apart, are spoken as the whole text`, async (t) => {
    await using engine = await load();
    const whole = await engine.speak(TEXT, frames(40, STREAMING));
    const source = new Source(TEXT, length, ms);
    const arrived = await engine.speak(source, frames(40));
    t.deepEqual(bitsOf(arrived), bitsOf(whole));
    t.deepEqual(await streamed(engine, new Source(TEXT, length), frames(40)), [...whole.samples]);
    t.true(source.isClosed);
    await untilIdle(engine);
  });
}

test("with host sampling a text that arrives is spoken as if given at once", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 1, sampling: "host" });
  const whole = await engine.speak(TEXT, frames(16, STREAMING));
  t.deepEqual(bitsOf(await engine.speak(new Source(TEXT, 3, 4), frames(16))), bitsOf(whole));
});

test("first audio does not wait for the text's end, and speech pauses where it is", async (t) => {
  await using engine = await load();
  const whole = await engine.speak(TEXT, frames(40, STREAMING));
  let goOn = (): void => undefined;
  const paused = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  async function* text(): AsyncGenerator<string> {
    yield TEXT.slice(0, 18);
    await paused;
    yield TEXT.slice(18);
  }
  const samples: number[] = [];
  const stream = engine.stream(text(), frames(40));
  const first = await stream.next();
  t.false(first.done);
  if (first.value !== undefined) samples.push(...first.value.samples);
  // Others speak while the row pauses.
  t.deepEqual(bitsOf(await engine.speak(TEXT, frames(40, STREAMING))), bitsOf(whole));
  await wait(50);
  goOn();
  for await (const chunk of stream) samples.push(...chunk.samples);
  t.deepEqual(Float32Array.from(samples), whole.samples);
  await untilIdle(engine);
});

test("an abort ends a request that waits for text, at its start and in its middle", async (t) => {
  await using engine = await load();
  for (const begun of ["", TEXT]) {
    const controller = new AbortController();
    const reason = new Error("enough");
    const stream = engine.stream(then(begun, never), frames(500, { signal: controller.signal }));
    if (begun !== "") t.false((await stream.next()).done);
    const rest = (async () => {
      while ((await stream.next()).done !== true);
    })();
    await wait(30);
    controller.abort(reason);
    await t.throwsAsync(rest, { is: reason });
    await untilIdle(engine);
  }
});

test("an error of the iterable ends the request with it, after the audio before it", async (t) => {
  await using engine = await load();
  const reason = new Error("the writer is gone");
  const fail = (): Promise<never> => Promise.reject(reason);
  await t.throwsAsync(engine.speak(then("", fail)), { is: reason });
  let goOn = (): void => undefined;
  const heard = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const stream = engine.stream(
    then(TEXT, () => heard.then(fail)),
    frames(500),
  );
  t.false((await stream.next()).done);
  goOn();
  const rest = async () => {
    while ((await stream.next()).done !== true);
  };
  await t.throwsAsync(rest, { is: reason });
  await untilIdle(engine);
});

test("a text with nothing visible, or of anything but strings, is refused", async (t) => {
  await using engine = await load();
  await using voice = await Voxfuse.load({ rows: 1 });
  for (const each of [engine, voice]) {
    for (const nothing of ["", " \n\u200b"]) {
      await t.throwsAsync(each.speak(new Source(nothing, 1)), { code: "ERR_TEXT_EMPTY" });
    }
    async function* bytes() {
      yield "First. ";
      await wait(1);
      yield Buffer.from("second") as unknown as string;
    }
    await t.throwsAsync(each.speak(bytes(), frames(20)), { code: "ERR_INVALID_ARGUMENT" });
    await t.throwsAsync(each.speak(["Hello."] as never), { code: "ERR_INVALID_ARGUMENT" });
  }
  const source = new Source(TEXT, 4);
  await t.throwsAsync(engine.speak(source, { layout: "nonStreaming" }), {
    code: "ERR_INVALID_ARGUMENT",
  });
  t.is(source.wasRead, 0);
});

test("speech that ends before its text closes the iterable", async (t) => {
  await using engine = await load();
  const source = new Source(TEXT.repeat(200), 3, 1);
  const speech = await engine.speak(source, frames(4));
  t.is(speech.codes.frames, 4);
  await wait(20);
  t.true(source.isClosed);
  t.true(source.wasRead < 500);
  await untilIdle(engine);
});

test("a text without end is refused once it has more tokens than a row holds", async (t) => {
  await using engine = await load();
  const source = new Source("a b c d e f ".repeat(500), 1000);
  await t.throwsAsync(engine.speak(source, frames(4000)), { code: "ERR_TEXT_TOO_LONG" });
  await wait(5);
  t.true(source.isClosed);
  await untilIdle(engine);
});

test("the embedded voice speaks sentences as they arrive, the same as at once", async (t) => {
  await using engine = await Voxfuse.load({ rows: 2 });
  const asked = { seed: 7, maxNewTokens: 9 };
  const whole = await engine.speak(LONG, asked);
  const speak = async (length: number, ms: number): Promise<Speech> =>
    engine.speak(new Source(LONG, length, ms), asked);
  for (const [length, ms] of [
    [1, 0],
    [20, 5],
  ] as const) {
    t.deepEqual(bitsOf(await speak(length, ms)), bitsOf(whole));
  }
  t.is(whole.codes.frames, 2 * 8);
  // The first piece is heard before the second one is there.
  const stream = engine.stream(then(LONG.slice(0, LONG.indexOf("rang")), never), asked);
  t.is((await stream.next()).value?.segment, 0);
  await stream.return();
  await untilIdle(engine);
});
