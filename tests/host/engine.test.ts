import { getEventListeners } from "node:events";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { SpeakOptions } from "../../host/index.ts";

const MODEL = "tests/golden/tiny-custom-voice";
const TEXT = "Hello, how are you doing today?";

function load(rows = 2, queueLimit = 8): Promise<Voxfuse> {
  return Voxfuse.load({ model: MODEL, rows, queueLimit });
}

/** Speech of so many frames: the tiny models, of random weights, never end by themselves. */
function frames(count: number, more: SpeakOptions = {}): SpeakOptions {
  return { seed: 7, maxNewTokens: count + 1, ...more };
}

/** Until the sidecar has nothing of any request. */
async function untilIdle(engine: Voxfuse): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const { openRequests, rowsUsed, freeRows, rows } = await engine.stats();
    if (openRequests === 0 && rowsUsed === 0 && freeRows === rows) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("something of a request is left");
}

test("streamed speech is the spoken one, in chunks", async (t) => {
  await using engine = await load();
  // More than twice what can be under way at once: three chunks, however late this process looks.
  const speech = await engine.speak(TEXT, frames(70));
  const samples: number[] = [];
  let chunks = 0;
  for await (const chunk of engine.stream(TEXT, frames(70))) {
    samples.push(...chunk.samples);
    chunks += 1;
  }
  t.true(chunks > 2);
  t.deepEqual(Float32Array.from(samples), speech.samples);
});

test("a seed speaks the same again, alone or among others, and another seed differs", async (t) => {
  await using engine = await load(4);
  const alone = await engine.speak(TEXT, frames(12));
  const [again, other] = await Promise.all([
    engine.speak(TEXT, frames(12)),
    engine.speak(TEXT, frames(12, { seed: 8 })),
    engine.speak("Something else.", frames(30, { seed: 9 })),
  ]);
  t.deepEqual(again.codes.data, alone.codes.data);
  t.deepEqual(again.samples, alone.samples);
  t.notDeepEqual(other.codes.data, alone.codes.data);
});

test("codes alone are those of the speech with audio, and have no samples", async (t) => {
  await using engine = await load();
  const seconds: number[] = [];
  const options = frames(70, { onProgress: (far) => void seconds.push(far) });
  const [silent, spoken] = await Promise.all([
    engine.speak(TEXT, { ...options, audio: false }),
    engine.speak(TEXT, frames(70)),
  ]);
  t.deepEqual(silent.codes, spoken.codes);
  t.is(silent.samples.length, 0);
  t.is(silent.timings.firstAudioMs, silent.timings.promptMs);
  t.true(Math.abs((seconds.at(-1) ?? 0) - 70 / engine.framesPerSecond) < 1e-9);
  t.deepEqual((await engine.vocode(silent.codes)).samples, spoken.samples);
  await t.throwsAsync(engine.stream(TEXT, { audio: false }).next(), {
    code: "ERR_INVALID_ARGUMENT",
  });
  await untilIdle(engine);
});

test("requests that share a signal listen to it once, and all end with it", async (t) => {
  await using engine = await load(4, 32);
  const shared = new AbortController();
  const reason = new Error("enough");
  const requests = Array.from({ length: 16 }, (_, seed) =>
    engine.speak(TEXT, frames(400, { seed, audio: seed % 2 === 0, signal: shared.signal })),
  );
  const ends = Promise.allSettled(requests);
  await engine.speak(TEXT, frames(2, { signal: shared.signal, priority: 1 }));
  t.is(getEventListeners(shared.signal, "abort").length, 1);
  shared.abort(reason);
  for (const end of await ends) t.true(end.status === "rejected" && end.reason === reason);
});

test("a seed that nobody gave is reported and speaks the same again", async (t) => {
  await using engine = await load();
  const first = await engine.speak(TEXT, { maxNewTokens: 8 });
  const second = await engine.speak(TEXT, { maxNewTokens: 8, seed: first.seed });
  t.deepEqual(second.codes.data, first.codes.data);
});

test("host sampling and device sampling pick the same", async (t) => {
  const codes = [];
  for (const sampling of ["device", "host"] as const) {
    await using engine = await Voxfuse.load({ model: MODEL, sampling });
    codes.push((await engine.speak(TEXT, frames(6, { topK: 20, topP: 0.9 }))).codes.data);
  }
  t.deepEqual(codes[0], codes[1]);
});

test("codes of speech become its sound again", async (t) => {
  await using engine = await load();
  const speech = await engine.speak(TEXT, frames(70));
  const { samples } = await engine.vocode(speech.codes);
  t.deepEqual(samples, speech.samples);
});

test("a request that was parked for pages speaks the same", async (t) => {
  await using roomy = await load(2);
  const options = [frames(100, { seed: 1 }), frames(100, { seed: 2 })];
  const expected = await Promise.all(options.map((one) => roomy.speak(TEXT, one)));
  await using tight = await Voxfuse.load({ model: MODEL, rows: 2, kvPages: 3 });
  const spoken = await Promise.all(options.map((one) => tight.speak(TEXT, one)));
  t.deepEqual(
    spoken.map(({ codes }) => codes.data),
    expected.map(({ codes }) => codes.data),
  );
  t.deepEqual(
    spoken.map(({ samples }) => samples),
    expected.map(({ samples }) => samples),
  );
});

test("an abort before, during or after leaves nothing", async (t) => {
  await using engine = await load();
  const reason = new Error("enough");
  await t.throwsAsync(engine.speak(TEXT, frames(9, { signal: AbortSignal.abort(reason) })), {
    is: reason,
  });
  const during = new AbortController();
  const speaking = engine.speak(TEXT, frames(500, { signal: during.signal }));
  setTimeout(() => {
    during.abort(reason);
  }, 30);
  await t.throwsAsync(speaking, { is: reason });
  await untilIdle(engine);
  const after = new AbortController();
  await engine.speak(TEXT, frames(3, { signal: after.signal }));
  after.abort(reason);
  await untilIdle(engine);
  for await (const chunk of engine.stream(TEXT, frames(500))) {
    if (chunk.frames > 0) break;
  }
  await untilIdle(engine);
});

test("a full queue refuses", async (t) => {
  await using engine = await load(1, 0);
  const speaking = engine.stream(TEXT, frames(200));
  await speaking.next();
  await t.throwsAsync(engine.speak(TEXT, frames(3)), { code: "ERR_QUEUE_FULL" });
  await speaking.return();
  await untilIdle(engine);
  t.is((await engine.speak(TEXT, frames(3))).codes.frames, 3);
});

test("what a killed sidecar had goes on with another one", async (t) => {
  await using engine = await load();
  const whole = await engine.speak(TEXT, frames(100));
  const { pid } = await engine.stats();
  const samples: number[] = [];
  for await (const chunk of engine.stream(TEXT, frames(100))) {
    if (samples.length === 0) process.kill(pid, "SIGKILL");
    samples.push(...chunk.samples);
  }
  t.deepEqual(Float32Array.from(samples), whole.samples);
  t.not((await engine.stats()).pid, pid);
});

test("a closed engine refuses, and fails what it was at", async (t) => {
  const engine = await load();
  const speaking = engine.speak(TEXT, frames(500));
  const failed = t.throwsAsync(speaking, { code: "ERR_CLOSED" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await engine.close();
  await failed;
  await engine.close();
  await t.throwsAsync(engine.speak(TEXT), { code: "ERR_CLOSED" });
});

test("a base model loads, and says that it cannot clone yet", async (t) => {
  await using engine = await Voxfuse.load({ model: "tests/golden/tiny-base" });
  await t.throwsAsync(engine.speak(TEXT), { code: "ERR_VOICE_REQUIRED" });
});

test("what cannot be spoken is refused with a code that says why", async (t) => {
  await using engine = await load();
  const refused: [string, unknown, SpeakOptions][] = [
    ["ERR_TEXT_EMPTY", "", {}],
    ["ERR_TEXT_EMPTY", " \n\t", {}],
    ["ERR_INVALID_ARGUMENT", 5, {}],
    ["ERR_TEXT_TOO_LONG", "word ".repeat(5000), {}],
    ["ERR_TEXT_TOO_LONG", "word ".repeat(5000), { layout: "streaming" }],
    ["ERR_UNKNOWN_VOICE", TEXT, { voice: "nobody" }],
    ["ERR_UNKNOWN_LANGUAGE", TEXT, { language: "klingon" }],
    ["ERR_SAMPLING_RANGE", TEXT, { temperature: 0 }],
    ["ERR_SAMPLING_RANGE", TEXT, { topP: 0 }],
    ["ERR_SAMPLING_RANGE", TEXT, { topK: 1.5 }],
    ["ERR_SAMPLING_RANGE", TEXT, { seed: -1 }],
    ["ERR_SAMPLING_RANGE", TEXT, { maxNewTokens: 0 }],
    ["ERR_INVALID_ARGUMENT", TEXT, { priority: 1000 }],
    ["ERR_INVALID_ARGUMENT", TEXT, { layout: "other" as "streaming" }],
    ["ERR_INVALID_ARGUMENT", TEXT, { audio: "no" as unknown as boolean }],
  ];
  for (const [code, text, options] of refused) {
    // As a caller in plain JavaScript could.
    await t.throwsAsync(engine.speak(text as string, options), { code }, JSON.stringify(options));
  }
  for (const codes of [new Uint32Array(0), new Uint32Array(5), new Uint32Array(16).fill(9999)]) {
    await t.throwsAsync(engine.vocode(codes), { code: "ERR_CODES_RANGE" });
  }
  await untilIdle(engine);
});

test("options of an engine are checked", async (t) => {
  for (const options of [
    { rows: 0 },
    { rows: 33 },
    { fusion: "most" },
    { backend: "abacus" },
    { sidecar: "tcp:1" },
    { packetFrames: 3 },
    { model: "" },
  ]) {
    // As a caller in plain JavaScript could.
    await t.throwsAsync(Voxfuse.load(options as object), { code: "ERR_INVALID_ARGUMENT" });
  }
  await t.throwsAsync(Voxfuse.load({ model: "no-such-model" }), { code: "ERR_MODEL_NOT_FOUND" });
});
