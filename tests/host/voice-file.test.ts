import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";

import { Voice, Voxfuse } from "../../host/index.ts";
import type { SpeakOptions } from "../../host/index.ts";
import { parseVoiceFile, voiceFileBytes } from "../../host/synthesis/voice-file.ts";
import { golden, temporaryFolder, throwsCode } from "../support/golden.ts";

const MODEL = { hash: "ab".repeat(32), name: "a base model", size: "0b6" };
const RECORDING = golden("tiny-base", "expected", "reference-24k.wav");

function voice(changes: Partial<Voice> = {}): Voice {
  const codes = { data: Uint32Array.from([1, 2, 3, 255, 0, 6]), frames: 3, groups: 2 };
  const embedding = Float32Array.of(0.5, -1.25, 3e-8);
  return new Voice({ model: MODEL, embedding, codes, transcript: "Grüße, 你好.", ...changes });
}

for (const [what, one] of [
  ["in context", voice()],
  ["of a vector alone", voice({ codes: null, transcript: null })],
] as const) {
  test(`a voice ${what} comes back as it was saved`, async (t) => {
    const path = join(temporaryFolder(t), "a.voxvoice");
    await one.save(path);
    t.deepEqual(await Voice.load(path), one);
  });
}

test("every byte of a voice file that is changed is found", async (t) => {
  const bytes = Buffer.from(voiceFileBytes(voice()));
  t.notThrows(() => parseVoiceFile(bytes, "whole"));
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    await throwsCode(
      t,
      () => parseVoiceFile(damaged, "a.voxvoice"),
      "ERR_VOICE_INVALID",
      /a.voxvoice/,
    );
  }
});

test("a voice file that is cut short is found, wherever", async (t) => {
  const bytes = Buffer.from(voiceFileBytes(voice()));
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    await throwsCode(t, () => parseVoiceFile(cut, "a.voxvoice"), "ERR_VOICE_INVALID");
  }
});

test("a voice file of a version to come says both versions", async (t) => {
  const bytes = Buffer.from(voiceFileBytes(voice()));
  bytes.writeUInt32LE(7, 8);
  const path = join(temporaryFolder(t), "later.voxvoice");
  writeFileSync(path, bytes);
  const sentence = /version 7; this voxfuse reads version 1/;
  await throwsCode(t, () => Voice.load(path), "ERR_VOICE_INVALID", sentence);
});

test("what is no voice file is refused", async (t) => {
  const folder = temporaryFolder(t);
  await throwsCode(t, () => Voice.load(RECORDING), "ERR_VOICE_INVALID", /not a voice file/);
  await throwsCode(t, () => Voice.load(join(folder, "none")), "ERR_VOICE_INVALID", /none/);
  await throwsCode(t, () => voice().save(join(folder, "no", "a")), "ERR_OUTPUT_NOT_WRITABLE");
});

test("a saved voice speaks like the one that was made", async (t) => {
  const path = join(temporaryFolder(t), "a.voxvoice");
  await using engine = await Voxfuse.load({ model: golden("tiny-base") });
  const made = await engine.createVoice({ audio: RECORDING, transcript: "Calm." });
  await made.save(path);
  const read = await Voice.load(path);
  t.deepEqual(read, made);
  const options: SpeakOptions = { seed: 7, maxNewTokens: 6 };
  const [a, b] = [
    await engine.speak("Hi.", { ...options, voice: made }),
    await engine.speak("Hi.", { ...options, voice: read }),
  ];
  t.deepEqual(b.codes, a.codes);
  t.deepEqual(b.samples, a.samples);
  // A few seconds of voice are a small file.
  t.true(readFileSync(path).length < 2000);
});

test("a voice of another model is refused with both names, and so is a name", async (t) => {
  await using engine = await Voxfuse.load({ model: golden("tiny-base") });
  const other = voice();
  const names = /"a base model" \(size 0b6, hash abababababab…\).*"tiny-base" \(size 0b6/;
  await throwsCode(t, () => engine.speak("Hi.", { voice: other }), "ERR_VOICE_MODEL", names);
  await throwsCode(t, () => engine.speak("Hi.", { voice: "ryan" }), "ERR_VOICE_REQUIRED");
});

test("what cannot be made a voice of is refused", async (t) => {
  await using engine = await Voxfuse.load({ model: golden("tiny-base") });
  const refused = [
    [{ audio: RECORDING, transcript: "word ".repeat(40) }, "ERR_TRANSCRIPT_TOO_LONG", /1.4 s/],
    [{ audio: RECORDING, transcript: " " }, "ERR_TEXT_EMPTY", /./],
    [{ audio: new Float32Array(2400) }, "ERR_AUDIO_TOO_SHORT", /0.10 s/],
    [{ audio: new Float32Array(24_000), sampleRate: 1 }, "ERR_AUDIO_INVALID", /rate is 1 Hz/],
    [{ audio: new Float32Array(24_000) }, "ERR_AUDIO_SILENT", /silent/],
    [{ audio: new Uint8Array(0) }, "ERR_AUDIO_INVALID", /empty/],
  ] as const;
  for (const [options, code, sentence] of refused) {
    await throwsCode(t, () => engine.createVoice(options), code, sentence);
  }
  const reason = new Error("enough");
  const aborted = engine.createVoice({ audio: RECORDING, signal: AbortSignal.abort(reason) });
  t.is(await t.throwsAsync(aborted), reason);
});

test("a model with voices of its own makes none and takes none", async (t) => {
  await using engine = await Voxfuse.load({ model: golden("tiny-custom-voice") });
  const make = (): unknown => engine.createVoice({ audio: RECORDING });
  await throwsCode(t, make, "ERR_CLONING_UNSUPPORTED", /custom_voice/);
  const speak = (): unknown => engine.speak("Hi.", { voice: voice() });
  await throwsCode(t, speak, "ERR_CLONING_UNSUPPORTED", /custom_voice/);
});
