import test from "ava";
import { pauseAfter, risingFromPause } from "../../host/audio/joint.ts";
import { Voxfuse } from "../../host/index.ts";
import {
  CLICK,
  CLICK_DB,
  NEAR,
  WINDOW,
  listen,
  loudness,
  roughness,
  words,
} from "../support/joints.ts";

const RATE = 24_000;

test("hundreds of words stream in constant memory, with no click at a joint", async (t) => {
  await using engine = await Voxfuse.load({ rows: 2 });
  const { waves, residentBytes, heldBytes, report } = await listen(engine, words(400), { seed: 7 });
  t.is(report?.finishReason, "stop");
  t.true(residentBytes.length >= 10, `${residentBytes.length} joints`);
  const [settled = 0] = residentBytes.slice(2);
  t.true(
    (residentBytes.at(-1) ?? 0) <= 1.02 * settled,
    `${settled} → ${residentBytes.at(-1)} bytes`,
  );
  // The two minutes of sound would be 12 MB.
  t.true((heldBytes.at(-1) ?? 0) - Math.min(...heldBytes) < 6e6, heldBytes.join(" "));
  t.is(waves.length, 2 * residentBytes.length);
  for (const [index, wave] of waves.entries()) {
    const { step, bend } = roughness(wave);
    t.true(step < CLICK && bend < CLICK, `step ${step}, bend ${bend}`);
    const { level, bright } = loudness(wave);
    // A sentence may end in an s: a click is what the joint has and the speech beside it has not.
    const speech = index % 2 === 0 ? wave.subarray(0, NEAR) : wave.subarray(-WINDOW);
    const limit = Math.max(CLICK_DB, loudness(speech).bright + 1);
    t.true(bright < limit, `${bright} dB above 6 kHz, ${level} dB in all`);
  }
});

test("a click is seen in the spectrum, wherever it lies in a joint", (t) => {
  const murmur = Float32Array.from({ length: 2 * NEAR }, (_, i) => 0.01 * Math.sin(i / 20));
  t.true(loudness(murmur).bright < CLICK_DB - 20);
  t.true(Math.abs(loudness(murmur).level + 43) < 1); // 0.01 / √2
  for (let at = 64; at < murmur.length - 64; at += 7) {
    const clicking = murmur.map((sample, i) => (i < at ? sample : sample + CLICK));
    t.true(loudness(clicking).bright >= CLICK_DB, `at ${at}: ${loudness(clicking).bright} dB`);
  }
});

test("a joint fades: from a cut-off sample to silence, and from silence into the next", (t) => {
  const loud = Float32Array.from({ length: 4000 }, (_, i) => 0.8 * Math.cos(i / 30));
  const wave = new Float32Array([...loud, ...pauseAfter(loud.at(-1) ?? 0, RATE)]);
  const rising = new Float32Array([...new Float32Array(NEAR), ...risingFromPause(loud, RATE)]);
  for (const joint of [wave.subarray(3990, 4300), rising]) {
    t.true(roughness(joint).step < 0.03); // the tone's own steps
    t.true(roughness(joint).bend < 0.03);
  }
  t.deepEqual(risingFromPause(loud, RATE).subarray(200), loud.subarray(200));
  t.true(wave.subarray(4200).every((sample) => sample === 0));
});
