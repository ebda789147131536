import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import { readCheckpoint } from "../../host/synthesis/checkpoint.ts";
import { resolveLimits } from "../../host/synthesis/limits.ts";
import { sidecarChoice } from "../../host/synthesis/load-options.ts";
import { planSpeech } from "../../host/synthesis/request.ts";
import { openSession } from "../../host/synthesis/session/session.ts";
import { PAUSE_SECONDS, pauseAfter, risingFromPause } from "../../host/audio/joint.ts";
import { VOICE } from "../support/golden.ts";
import { untilIdle } from "../support/engine.ts";

// Sentences that share no piece of the embedded voice's length.
const TEXT =
  "The harbour was quiet in the early morning, and the gulls walked along the wall without a " +
  "sound. The first boats came in slowly over the flat water with their lamps still lit, and " +
  "nobody on the wall said a word.";
const LONG =
  `${TEXT} Then the bell of the church rang twice, and the men began to carry their baskets up ` +
  "the long stairs to the market square, where the women were waiting with their carts, " +
  "and the children ran down to meet them.";
const SHORT = { seed: 7, maxNewTokens: 13 };
const FRAMES = SHORT.maxNewTokens - 1;
const RATE = 24_000;

test("twenty seconds of speech need at most an eighth of a round trip a frame", async (t) => {
  await using engine = await Voxfuse.load({ rows: 1 });
  const before = await engine.stats();
  const { codes, timings } = await engine.speak(LONG, { seed: 7 });
  const roundTrips = (await engine.stats()).roundTrips - before.roundTrips;
  t.log(`${roundTrips} round trips, ${codes.frames} frames`);
  t.true(codes.frames >= 250, `${codes.frames} frames`);
  t.true(roundTrips > 0 && roundTrips <= codes.frames / 8, `${roundTrips} round trips`);
  t.is(timings.roundTrips, roundTrips);
});

test("a long text is its segments, each as if spoken alone, with silence between", async (t) => {
  await using engine = await Voxfuse.load({ rows: 2 });
  const speech = await engine.speak(TEXT, SHORT);
  const checkpoint = await readCheckpoint(VOICE);
  const limits = resolveLimits({ rows: 1 });
  const session = await openSession(checkpoint, limits, sidecarChoice({}));
  const codes: number[] = [];
  const samples: number[] = [];
  try {
    const { segments } = planSpeech(checkpoint, limits, TEXT, SHORT);
    t.is(segments.length, 2);
    for (const segment of segments) {
      const feed = session.pump.add(segment);
      const isJoined = samples.length > 0;
      if (isJoined) samples.push(...pauseAfter(samples.at(-1) ?? 0, RATE));
      for (let next = await feed.take(); next !== undefined; next = await feed.take()) {
        const isRising = isJoined && next.firstFrame === 0;
        samples.push(...(isRising ? risingFromPause(next.samples, RATE) : next.samples));
      }
      codes.push(...feed.allCodes(engine.groups));
    }
  } finally {
    await session.connection.close();
  }
  t.is(speech.codes.frames, 2 * FRAMES);
  t.deepEqual([...speech.codes.data], codes);
  t.deepEqual(speech.samples, Float32Array.from(samples));
});

test("chunks come in the order of the text, one pause between segments", async (t) => {
  await using engine = await Voxfuse.load({ rows: 2 });
  const heard = [];
  for await (const chunk of engine.stream(TEXT, SHORT)) heard.push(chunk);
  const pauses = heard.filter(({ frames }) => frames === 0);
  t.deepEqual(
    pauses.map(({ samples }) => samples.length),
    [PAUSE_SECONDS * RATE],
  );
  t.true(pauses[0]?.samples.subarray(200).every((sample) => sample === 0));
  const place = heard.findIndex(({ frames }) => frames === 0);
  t.true(heard.slice(0, place).every(({ segment }) => segment === 0));
  t.true(heard.slice(place).every(({ segment }) => segment === 1));
  for (const segment of [0, 1]) {
    const own = heard.filter((chunk) => chunk.segment === segment);
    t.is(
      own.reduce((sum, { frames }) => sum + frames, 0),
      FRAMES,
    );
  }
});

test("an end between two segments, by abort or by return, leaves nothing", async (t) => {
  await using engine = await Voxfuse.load({ rows: 2 });
  const reason = new Error("enough");
  for (const end of ["abort", "return"]) {
    const controller = new AbortController();
    const speaking = engine.stream(TEXT, { ...SHORT, signal: controller.signal });
    for (;;) {
      const { value, done } = await speaking.next();
      if (done === true) return t.fail("it ended without a pause");
      if (value.frames === 0) break;
    }
    if (end === "abort") {
      controller.abort(reason);
      await t.throwsAsync(speaking.next(), { is: reason });
    } else {
      await speaking.return();
    }
    await untilIdle(engine);
  }
  t.pass();
});

test("a long text is never refused midway, however full the queue is", async (t) => {
  await using engine = await Voxfuse.load({ rows: 1, queueLimit: 1 });
  const speaking = engine.stream(TEXT, SHORT);
  await speaking.next();
  const waiting = engine.speak("Wait.", { seed: 1, maxNewTokens: 4 });
  await t.throwsAsync(engine.speak("No.", SHORT), { code: "ERR_QUEUE_FULL" });
  let frames = 0;
  for await (const chunk of speaking) frames += chunk.frames;
  t.true(frames > FRAMES);
  t.is((await waiting).codes.frames, 3);
  await untilIdle(engine);
});
