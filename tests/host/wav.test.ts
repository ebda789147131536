import test from "ava";

import { concatPcm, durationSeconds, toPcm16 } from "../../host/audio/pcm.ts";
import { parseWav } from "../../host/audio/read-wav.ts";
import { encodeWav, WAV_FORMATS, wavData, wavHeader } from "../../host/audio/wav.ts";
import { throwsCode } from "../support/golden.ts";

const SAMPLES = Float32Array.of(0, 0.5, -0.5, 0.25, -1, 32_767 / 32_768);

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

test("PCM is rounded to nearest, ties to even", (t) => {
  const steps = [0.4, 0.5, 0.6, 1.5, 2.5, -0.5, -1.5, -2.5, -0.6];
  const { pcm, clippedCount } = toPcm16(Float32Array.from(steps, (step) => step / 32_768));
  t.deepEqual([...pcm], [0, 0, 1, 2, 2, 0, -2, -2, -1]);
  t.is(clippedCount, 0);
});

test("PCM beyond full scale saturates and is counted", (t) => {
  const { pcm, clippedCount } = toPcm16(
    Float32Array.of(1, -1, 1.001, -1.001, NaN, Infinity, -Infinity),
  );
  t.deepEqual([...pcm], [32_767, -32_768, 32_767, -32_768, 0, 32_767, -32_768]);
  t.is(clippedCount, 5);
});

test("chunks join in order and have a duration", (t) => {
  const samples = concatPcm([Float32Array.of(1, 2), new Float32Array(0), Float32Array.of(3)]);
  t.deepEqual([...samples], [1, 2, 3]);
  t.is(durationSeconds(new Float32Array(1920), 24_000), 0.08);
});

test("the header of 16-bit PCM has the documented 44 bytes", (t) => {
  t.is(
    hex(wavHeader({ format: "pcm16", sampleRateHz: 24_000 }, 3)),
    "52494646" +
      "2a000000" +
      "57415645" + // RIFF, 36 + 6, WAVE
      "666d7420" +
      "10000000" +
      "0100" +
      "0100" +
      "c05d0000" +
      "80bb0000" +
      "0200" +
      "1000" +
      "64617461" +
      "06000000",
  );
});

test("the header of float PCM has an empty extension and a fact chunk", (t) => {
  t.is(
    hex(wavHeader({ format: "float32", sampleRateHz: 24_000, channels: 2 }, 3)),
    "52494646" +
      "4a000000" +
      "57415645" + // RIFF, 50 + 24, WAVE
      "666d7420" +
      "12000000" +
      "0300" +
      "0200" +
      "c05d0000" +
      "00ee0200" +
      "0800" +
      "2000" +
      "0000" +
      "66616374" +
      "04000000" +
      "03000000" +
      "64617461" +
      "18000000",
  );
});

for (const format of WAV_FORMATS) {
  test(`${format} comes back as it was written`, (t) => {
    const file = encodeWav(SAMPLES, { format, sampleRateHz: 24_000 });
    t.deepEqual(parseWav(file), { format, sampleRateHz: 24_000, channels: 1, samples: SAMPLES });
  });

  test(`streamed ${format} is read until its end`, (t) => {
    const header = wavHeader({ format, sampleRateHz: 24_000 }, "streaming");
    const parts = [
      header,
      wavData(SAMPLES.subarray(0, 2), format),
      wavData(SAMPLES.subarray(2), format),
    ];
    t.deepEqual(parseWav(new Uint8Array(Buffer.concat(parts))).samples, SAMPLES);
  });
}

test("chunks that are not known are skipped, with their padding", (t) => {
  const file = encodeWav(SAMPLES, { format: "pcm16", sampleRateHz: 8_000 });
  const list = Buffer.from("LIST\x03\0\0\0abc\0", "latin1");
  const padded = Buffer.concat([file.subarray(0, 12), list, file.subarray(12)]);
  t.deepEqual(parseWav(padded).samples, SAMPLES);
});

const FILE = encodeWav(SAMPLES, { format: "pcm16", sampleRateHz: 24_000 });

function patched(offset: number, ...bytes: number[]): Uint8Array {
  const file = FILE.slice();
  file.set(bytes, offset);
  return file;
}

for (const [what, bytes] of [
  ["nothing", new Uint8Array(0)],
  ["another format", new TextEncoder().encode("OggS............")],
  ["a file that is cut short", FILE.subarray(0, FILE.length - 1)],
  ["a file without data", FILE.subarray(0, 36)],
  ["24-bit PCM in blocks of two bytes", patched(34, 24, 0)],
  ["no channels", patched(22, 0, 0)],
  ["a short format chunk", patched(16, 4, 0)],
  ["data before its format", Buffer.concat([FILE.subarray(0, 12), FILE.subarray(36)])],
] as const) {
  test(`WAV: ${what} is refused`, async (t) => {
    await throwsCode(t, () => parseWav(bytes), "ERR_AUDIO_INVALID");
  });
}

test("more PCM than a WAV file can hold is refused", async (t) => {
  const write = (): unknown => wavHeader({ format: "pcm16", sampleRateHz: 24_000 }, 2 ** 31);
  await throwsCode(t, write, "ERR_INVALID_ARGUMENT", /4 GiB/);
});
