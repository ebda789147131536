import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";

import { compressedFormat, decodeByPackage } from "../../host/audio/decoders.ts";
import { loadAudio } from "../../host/audio/load.ts";
import { parseWav } from "../../host/audio/read-wav.ts";
import type { WavEncoding } from "../../host/audio/read-wav.ts";
import { prepareRecording } from "../../host/audio/recording.ts";
import type { Audio } from "../../host/audio/recording.ts";
import { encodeWav } from "../../host/audio/wav.ts";
import { VoxfuseError } from "../../host/index.ts";
import { noise as noiseOf } from "../support/generator.ts";
import { golden, temporaryFolder, throwsCode } from "../support/golden.ts";
import { hushDecoders } from "../support/hush-decoders.ts";

const RATE = 24_000;
const SECONDS = { min: 0.5, max: 60 };
const WISHES = { sampleRateHz: RATE, seconds: SECONDS, trimSilence: true };
const COMPRESSED = {
  mp3: "reference.mp3",
  flac: "reference.flac",
  opus: "reference-opus.ogg",
  vorbis: "reference-vorbis.ogg",
} as const;
const FORMATS = Object.entries(COMPRESSED) as [keyof typeof COMPRESSED, string][];

hushDecoders();

function recording(file: string): Uint8Array {
  return readFileSync(golden("recordings", file));
}

function noise(seconds: number, loudness = 0.3, rateHz = RATE): Float32Array {
  return noiseOf(Math.round(seconds * rateHz), loudness);
}

function mono(samples: Float32Array, sampleRateHz = RATE): Audio {
  return { samples, channels: 1, sampleRateHz };
}

interface WavForm {
  readonly tag: number;
  readonly bits: number;
  readonly channels: number;
  readonly isExtensible: boolean;
}

/** A WAV file of given blocks, as other programs write them. */
function wavOf({ tag, bits, channels, isExtensible }: WavForm, data: Buffer): Uint8Array {
  const format = Buffer.alloc(isExtensible ? 40 : 16);
  const blockBytes = (channels * bits) / 8;
  format.writeUInt16LE(isExtensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(RATE, 4);
  format.writeUInt32LE(RATE * blockBytes, 8);
  format.writeUInt16LE(blockBytes, 12);
  format.writeUInt16LE(bits, 14);
  if (isExtensible) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(bits, 18);
    format.writeUInt16LE(tag, 24);
  }
  const chunk = (name: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, "latin1");
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  };
  const body = Buffer.concat([Buffer.from("WAVE"), chunk("fmt ", format), chunk("data", data)]);
  return new Uint8Array(chunk("RIFF", body));
}

const WRITERS: Readonly<
  Record<WavEncoding, { tag: number; bits: number; write: (x: number) => Buffer }>
> = {
  pcm8: { tag: 1, bits: 8, write: (x) => Buffer.from([128 + x * 128]) },
  pcm16: { tag: 1, bits: 16, write: (x) => integer(x * 2 ** 15, 2) },
  pcm24: { tag: 1, bits: 24, write: (x) => integer(x * 2 ** 23, 3) },
  pcm32: { tag: 1, bits: 32, write: (x) => integer(x * 2 ** 31, 4) },
  float32: { tag: 3, bits: 32, write: (x) => Buffer.from(Float32Array.of(x).buffer) },
  float64: { tag: 3, bits: 64, write: (x) => Buffer.from(Float64Array.of(x).buffer) },
};

function integer(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntLE(value, 0, bytes);
  return buffer;
}

for (const [encoding, { tag, bits, write }] of Object.entries(WRITERS)) {
  for (const channels of [1, 2, 3, 32]) {
    for (const isExtensible of [false, true]) {
      const form = isExtensible ? "extensible" : "plain";
      test(`WAV of ${encoding}, ${channels} channels, ${form} is read`, (t) => {
        // Eighths are exact in every encoding; each channel has its own.
        const samples = Array.from({ length: 7 * channels }, (_, i) => ((i % 16) - 8) / 8);
        const file = wavOf(
          { tag, bits, channels, isExtensible },
          Buffer.concat(samples.map(write)),
        );
        const wav = parseWav(file);
        t.like(wav, { format: encoding, channels, sampleRateHz: RATE });
        t.deepEqual([...wav.samples], samples);
      });
    }
  }
}

test("channels are averaged", (t) => {
  const left = noise(1);
  const samples = new Float32Array(3 * left.length);
  left.forEach((x, index) => {
    samples.set([x, 0.25, -0.25], 3 * index);
  });
  const mixed = prepareRecording({ samples, channels: 3, sampleRateHz: RATE }, WISHES);
  t.is(mixed.length, left.length);
  t.true(mixed.every((x, index) => Math.abs(x - (left[index] ?? 0) / 3) < 1e-7));
});

for (const [format, file] of FORMATS) {
  test(`${format} is known by its first bytes and decoded by its package`, async (t) => {
    const bytes = recording(file);
    t.is(compressedFormat(bytes), format);
    const audio = await decodeByPackage(format, bytes);
    const original = parseWav(readFileSync(golden("tiny-base", "expected", "reference-24k.wav")));
    const seconds =
      (audio?.samples.length ?? 0) / (audio?.channels ?? 1) / (audio?.sampleRateHz ?? 1);
    t.true(Math.abs(seconds - original.samples.length / RATE) < 0.1, `${seconds} s`);
  });

  test(`${format} that is cut short or changed is sound or a clear error`, async (t) => {
    const bytes = recording(file);
    for (let trial = 0; trial < 40; trial++) {
      const changed = bytes.slice(0, Math.ceil((bytes.length * (trial + 1)) / 40));
      const at = (trial * 7919) % Math.min(changed.length, 400);
      if (trial % 2 === 1) changed[at] = (changed[at] ?? 0) ^ (1 << (trial % 8));
      try {
        const { samples, channels, sampleRateHz } = await loadAudio(changed, RATE);
        t.true(samples.length > 0 && channels > 0 && sampleRateHz > 0);
      } catch (error) {
        t.true(error instanceof VoxfuseError, String(error));
        t.regex(error instanceof VoxfuseError ? error.code : "", /^ERR_AUDIO_/);
      }
    }
  });
}

test("WAV that is cut short or whose header lies is sound or a clear error", (t) => {
  const file = encodeWav(noise(0.01), { format: "pcm16", sampleRateHz: RATE });
  let refused = 0;
  const read = (bytes: Uint8Array): void => {
    try {
      parseWav(bytes);
    } catch (error) {
      refused += 1;
      t.true(error instanceof VoxfuseError && error.code === "ERR_AUDIO_INVALID", String(error));
    }
  };
  for (let length = 0; length < 60; length++) read(file.subarray(0, length));
  t.is(refused, 60);
  for (let at = 0; at < 44; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const lying = file.slice();
      lying[at] = value;
      read(lying);
    }
  }
});

test("a format that nobody knows, and an empty file, are refused", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "recording.xyz");
  writeFileSync(path, "no sound at all");
  const sentence = /WAV|ffmpeg/;
  const code = /ERR_AUDIO_(DECODER|INVALID)/; // whether ffmpeg is on PATH decides
  const error = await t.throwsAsync(loadAudio(path, RATE), { message: sentence });
  t.regex(error instanceof VoxfuseError ? error.code : "", code);
  await throwsCode(t, () => loadAudio(new Uint8Array(0), RATE), "ERR_AUDIO_INVALID", /empty/);
  const absent = join(folder, "absent.wav");
  await throwsCode(t, () => loadAudio(absent, RATE), "ERR_AUDIO_INVALID", /absent.wav/);
});

test.serial("without ffmpeg on PATH an unknown format names what would help", async (t) => {
  const path = process.env["PATH"];
  process.env["PATH"] = temporaryFolder(t);
  t.teardown(() => {
    process.env["PATH"] = path;
  });
  const bytes = new TextEncoder().encode("no sound at all");
  await throwsCode(t, () => loadAudio(bytes, RATE), "ERR_AUDIO_DECODER", /Install ffmpeg/);
});

test.serial("what is of no known format goes through the ffmpeg on PATH", async (t) => {
  const folder = temporaryFolder(t);
  const samples = noise(0.7);
  writeFileSync(
    join(folder, "answer.wav"),
    encodeWav(samples, { format: "float32", sampleRateHz: RATE }),
  );
  const script =
    '#!/bin/sh\n/bin/cat > /dev/null\nexec /bin/cat "$(/usr/bin/dirname "$0")/answer.wav"\n';
  writeFileSync(join(folder, "ffmpeg"), script, { mode: 0o755 });
  const path = process.env["PATH"];
  process.env["PATH"] = folder;
  t.teardown(() => {
    process.env["PATH"] = path;
  });
  const audio = await loadAudio(new TextEncoder().encode("something else"), RATE);
  t.deepEqual(audio.samples, samples);
});

const REFUSED = [
  ["nothing", new Float32Array(0), "ERR_AUDIO_TOO_SHORT", /0.5 s at least/],
  ["0.1 s", noise(0.1), "ERR_AUDIO_TOO_SHORT", /0.10 s/],
  ["61 s", noise(61), "ERR_AUDIO_TOO_LONG", /61.0 s/],
  ["30 minutes", new Float32Array(30 * 60 * RATE), "ERR_AUDIO_TOO_LONG", /1800.0 s; at most 60 s/],
  ["digital silence", new Float32Array(RATE), "ERR_AUDIO_SILENT", /-60 dB/],
  ["near silence", noise(1, 5e-4), "ERR_AUDIO_SILENT", /-60 dB/],
  ["clipping", noise(1, 2).map((x) => Math.max(-1, Math.min(1, x))), "ERR_AUDIO_CLIPPED", /%/],
  ["a NaN", Float32Array.from(noise(1), (x, i) => (i === 77 ? NaN : x)), "ERR_AUDIO_INVALID", /77/],
  [
    "an infinity",
    Float32Array.from(noise(1), (x, i) => (i ? x : Infinity)),
    "ERR_AUDIO_INVALID",
    /0/,
  ],
] as const;

for (const [what, samples, code, sentence] of REFUSED) {
  test(`a recording of ${what} is refused`, async (t) => {
    await throwsCode(t, () => prepareRecording(mono(samples), WISHES), code, sentence);
  });
}

test("rates of no recording are refused", async (t) => {
  for (const rate of [1, 3_000, 400_000]) {
    const audio = mono(noise(1, 0.3, Math.max(rate, 2)), rate);
    await throwsCode(t, () => prepareRecording(audio, WISHES), "ERR_AUDIO_INVALID", /sample rate/);
  }
  await throwsCode(t, () => loadAudio(noise(1), 24_000.5), "ERR_INVALID_ARGUMENT", /sampleRate/);
  const [audio] = ["a", 7].slice(1);
  await throwsCode(t, () => loadAudio(audio as never, RATE), "ERR_INVALID_ARGUMENT", /audio is 7/);
});

test("a second of 384 kHz is a second", (t) => {
  const prepared = prepareRecording(mono(noise(1, 0.3, 384_000), 384_000), WISHES);
  t.is(prepared.length, RATE);
});

test("long silence at the ends is cut short, unless it is to stay", (t) => {
  const samples = new Float32Array(6 * RATE);
  samples.set(noise(1), 3 * RATE);
  t.is(prepareRecording(mono(samples), WISHES).length, 1.5 * RATE);
  const whole = prepareRecording(mono(samples), { ...WISHES, trimSilence: false });
  t.is(whole.length, samples.length);
  const short = new Float32Array(2 * RATE);
  short.set(noise(1), RATE / 2);
  t.is(prepareRecording(mono(short), WISHES).length, short.length);
});
