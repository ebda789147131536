import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { SpeakOptions } from "../../host/index.ts";
import { bitsOf, frames, TEXT } from "../support/engine.ts";
import { golden } from "../support/golden.ts";

const MODEL = golden("tiny-base");
const RECORDING = golden("tiny-base", "expected", "reference-24k.wav");
const load = (): Promise<Voxfuse> => Voxfuse.load({ model: MODEL, rows: 4 });

/** What brings the text of a voice beyond the frames of its recording, and what does not. */
const VOICES = {
  "of a vector alone": undefined,
  "of a short transcript": "Hm.",
  "of a long transcript": "It is nineteen degrees in here.",
} as const;
const TEXTS = [TEXT, "Hi.", `${TEXT} ${TEXT} ${TEXT}`];

async function* inPieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) {
    yield text.slice(at, at + length);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

for (const [name, transcript] of Object.entries(VOICES)) {
  test.serial(`a voice ${name} speaks an arriving text as the whole one`, async (t) => {
    await using engine = await load();
    const voice = await engine.createVoice({ audio: RECORDING, transcript });
    for (const [index, text] of TEXTS.entries()) {
      const options: SpeakOptions = frames(40, { voice, layout: "streaming", seed: index });
      const whole = await engine.speak(text, options);
      const arrived = await engine.speak(inPieces(text, 3), options);
      t.deepEqual(bitsOf(arrived), bitsOf(whole), `text ${index}`);
    }
  });

  test.serial(`a voice ${name} goes on after a kill, to the bit`, async (t) => {
    await using engine = await load();
    const voice = await engine.createVoice({ audio: RECORDING, transcript });
    const asked = [frames(150, { voice }), frames(60, { voice, seed: 8, layout: "nonStreaming" })];
    const undisturbed = await Promise.all(asked.map((each) => engine.speak(TEXT, each)));
    const first = engine.stream(TEXT, asked[0]);
    await first.next();
    const live = asked.map((each) => engine.speak(TEXT, each));
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.kill((await engine.stats()).pid, "SIGKILL");
    t.deepEqual((await Promise.all(live)).map(bitsOf), undisturbed.map(bitsOf));
    await first.return();
    t.is((await engine.stats()).revivals, 1);
  });
}
