import test from "ava";

import { Voxfuse } from "../../host/index.ts";
import type { SpeakOptions, Voice } from "../../host/index.ts";
import { bitsOf, frames, untilIdle } from "../support/engine.ts";
import { golden } from "../support/golden.ts";

const MODEL = golden("tiny-base");
const RECORDING = golden("tiny-base", "expected", "reference-24k.wav");
const TEXT = "Hello, how are you doing today?";

function tone(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => 0.3 * Math.sin(index / 20));
}

function inContext(engine: Voxfuse): Promise<Voice> {
  return engine.createVoice({ audio: RECORDING, transcript: "It's nineteen degrees." });
}

test("requests that wait for cache memory go on from their recordings all the same", async (t) => {
  const plain = await Voxfuse.load({ model: MODEL, rows: 1 });
  const voice = await inContext(plain);
  const options = (seed: number): SpeakOptions => frames(90, { voice, seed, minNewTokens: 90 });
  const seeds = [1, 2, 3];
  const alone = [];
  for (const seed of seeds) alone.push(bitsOf(await plain.speak(TEXT, options(seed))));
  await plain.close();
  // Two pages a request are needed in the end, and three are there: one is parked and replayed.
  await using tight = await Voxfuse.load({ model: MODEL, rows: 3, kvPages: 3 });
  const together = await Promise.all(seeds.map((seed) => tight.speak(TEXT, options(seed))));
  t.deepEqual(together.map(bitsOf), alone);
  await untilIdle(tight);
});

test("packets of any size, on any side of sampling, carry the recording's state on", async (t) => {
  const spoken = [];
  for (const options of [
    {},
    { packetFrames: 1 },
    { repeatMax: 1 },
    { sampling: "host" },
  ] as const) {
    await using engine = await Voxfuse.load({ model: MODEL, rows: 2, ...options });
    const voice = await inContext(engine);
    spoken.push(bitsOf(await engine.speak(TEXT, frames(20, { voice, minNewTokens: 20 }))));
  }
  for (const bits of spoken) t.deepEqual(bits, spoken[0]);
});

for (const milliseconds of [0, 40, 100, 300]) {
  test(`a sidecar's death ${milliseconds} ms into a voice fails it, and no other`, async (t) => {
    await using engine = await Voxfuse.load({ model: MODEL, backend: "reference" });
    const { pid } = await engine.stats();
    // On this backend it takes seconds.
    const making = engine.createVoice({ audio: tone(10 * 24_000), transcript: "Hi." });
    setTimeout(() => process.kill(pid, "SIGKILL"), milliseconds);
    await t.throwsAsync(making, { code: "ERR_SIDECAR_GONE" });
    t.is((await engine.createVoice({ audio: RECORDING })).kind, "x-vector");
  });
}

test("a voice that is given up rejects at once, and the engine goes on", async (t) => {
  await using engine = await Voxfuse.load({ model: MODEL, backend: "reference" });
  const reason = new Error("enough");
  const controller = new AbortController();
  const making = engine.createVoice({ audio: RECORDING, signal: controller.signal });
  setTimeout(() => {
    controller.abort(reason);
  }, 50);
  t.is(await t.throwsAsync(making), reason);
  const voice = await engine.createVoice({ audio: RECORDING });
  t.is((await engine.speak("Hi.", frames(2, { voice }))).codes.frames, 2);
});

test("closing ends a voice that is being made", async (t) => {
  const engine = await Voxfuse.load({ model: MODEL, backend: "reference" });
  const failed = t.throwsAsync(engine.createVoice({ audio: RECORDING }), { code: "ERR_CLOSED" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await engine.close();
  await failed;
});

test("many voices of many lengths leave nothing behind", async (t) => {
  await using engine = await Voxfuse.load({ model: MODEL });
  const lengths = Array.from({ length: 40 }, (_, index) => 12_000 + 977 * index);
  const voices = await Promise.all(
    lengths.map((length) => engine.createVoice({ audio: tone(length), transcript: "Hi." })),
  );
  t.deepEqual(
    voices.map(({ codes }) => codes?.frames),
    lengths.map((length) => Math.ceil(length / 1920)),
  );
  t.true(voices.every(({ embedding }) => embedding.every(Number.isFinite)));
  await untilIdle(engine);
});
