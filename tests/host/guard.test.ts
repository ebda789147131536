import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { SpeechReport } from "../../host/index.ts";
import { readCheckpoint } from "../../host/synthesis/checkpoint.ts";
import { SpeechGuard } from "../../host/synthesis/session/guard.ts";
import { TEXT, TINY, untilIdle } from "../support/engine.ts";

const FRAME = 1920;
const FPS = 12.5;

/** Frames of which each has the level given; and what a guard lets through of packets of them. */
function guarded(levels: readonly number[], packet: number, tokens = 100): number {
  const guard = new SpeechGuard({ framesPerSecond: FPS, textTokens: () => tokens });
  let passed = 0;
  for (let at = 0; at < levels.length && !guard.hasTripped; at += packet) {
    const part = levels.slice(at, at + packet);
    const samples = Float32Array.from(
      part.flatMap((level) => new Array<number>(FRAME).fill(level)),
    );
    const { frames, samples: kept } = guard.pass({ firstFrame: at, frames: part.length, samples });
    passed += frames;
    if (kept.length !== frames * FRAME) throw new Error("frames and samples disagree");
  }
  return guard.hasTripped ? passed : -passed;
}

const LOUD = 0.1;
const QUIET = 0.0005;

for (const packet of [1, 4, 8]) {
  test(`packets of ${packet}: six silent seconds end speech, a shorter pause does not`, (t) => {
    const speech = new Array<number>(30).fill(LOUD);
    const pause = new Array<number>(74).fill(QUIET);
    t.is(guarded([...speech, ...pause, LOUD, ...pause, ...speech], packet), -209);
    t.is(guarded([...speech, ...pause, QUIET, ...pause], packet), 105);
  });

  test(`packets of ${packet}: speech far longer than its text is ended`, (t) => {
    const speech = new Array<number>(400).fill(LOUD);
    t.is(guarded(speech, packet, 5), (4 + 2 * 5) * FPS);
    t.is(guarded(speech, packet, 20), -400);
  });
}

test("a model that never ends is ended, always at the same frame, whole codes kept", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 2 });
  const { tokenizer } = await readCheckpoint(TINY);
  const tokens = tokenizer.encode(TEXT, { specials: "text" }).length;
  const frames = Math.ceil((4 + 2 * tokens) * engine.framesPerSecond);
  // Nor would it end by itself.
  const endless = { seed: 7, minNewTokens: 4000 };
  const whole = await engine.speak(TEXT, { ...endless, maxNewTokens: frames + 9 });
  t.is(whole.finishReason, "length");
  const ended = await engine.speak(TEXT, endless);
  t.is(ended.finishReason, "guard");
  t.is(ended.codes.frames, frames);
  t.is(ended.timings.frames, frames);
  t.deepEqual(ended.codes.data, whole.codes.data.slice(0, frames * engine.groups));
  t.deepEqual(ended.samples, whole.samples.slice(0, ended.samples.length));
  t.is(ended.samples.length, frames * (engine.sampleRate / engine.framesPerSecond));
  const asked = { ...endless, maxNewTokens: frames + 9, guard: true };
  t.is((await engine.speak(TEXT, { ...asked, audio: false })).finishReason, "guard");
  let report: SpeechReport | undefined;
  const options = { ...asked, guard: false, onEnd: (end: SpeechReport) => void (report = end) };
  let heard = 0;
  for await (const chunk of engine.stream(TEXT, options)) heard += chunk.frames;
  t.is(heard, frames + 8);
  t.like(report, { finishReason: "length", seed: 7, model: engine.model });
  await t.throwsAsync(engine.speak(TEXT, { guard: 1 as never }), { code: "ERR_INVALID_ARGUMENT" });
  await untilIdle(engine);
});
