import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";

import { parseWav } from "../../host/audio/read-wav.ts";
import { saveFile } from "../../host/audio/save.ts";
import { WavWriter } from "../../host/audio/wav-writer.ts";
import { encodeWav } from "../../host/audio/wav.ts";
import { temporaryFolder, throwsCode } from "../support/golden.ts";

const BYTES = Uint8Array.of(1, 2, 3);

test("a file is written, and nothing else is left beside it", async (t) => {
  const folder = temporaryFolder(t);
  await saveFile(join(folder, "a.wav"), BYTES);
  t.deepEqual([...readFileSync(join(folder, "a.wav"))], [1, 2, 3]);
  t.deepEqual(readdirSync(folder), ["a.wav"]);
});

test("a file is replaced and keeps its permissions", async (t) => {
  const file = join(temporaryFolder(t), "a.wav");
  writeFileSync(file, "something longer");
  chmodSync(file, 0o600);
  await saveFile(file, BYTES);
  t.deepEqual([...readFileSync(file)], [1, 2, 3]);
  t.is(statSync(file).mode & 0o777, 0o600);
});

test("through a link, the file behind it is replaced", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "there"));
  writeFileSync(join(folder, "there", "a.wav"), "before");
  symlinkSync(join("there", "a.wav"), join(folder, "link.wav"));
  await saveFile(join(folder, "link.wav"), BYTES);
  t.deepEqual([...readFileSync(join(folder, "there", "a.wav"))], [1, 2, 3]);
});

test("a device is written straight", async (t) => {
  await saveFile("/dev/null", BYTES);
  t.true(statSync("/dev/null").isCharacterDevice());
});

test("a path in a folder that does not exist is refused with its cause", async (t) => {
  const file = join(temporaryFolder(t), "missing", "a.wav");
  await throwsCode(t, () => saveFile(file, BYTES), "ERR_OUTPUT_NOT_WRITABLE", /missing.*ENOENT/);
});

test("a path that is a folder, or leads through a file, is refused", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "");
  await throwsCode(t, () => saveFile(folder, BYTES), "ERR_OUTPUT_NOT_WRITABLE", /EISDIR/);
  const through = join(folder, "file", "a.wav");
  await throwsCode(t, () => saveFile(through, BYTES), "ERR_OUTPUT_NOT_WRITABLE", /ENOTDIR/);
  t.deepEqual(readdirSync(folder), ["file"]);
});

const FORMAT = { format: "float32", sampleRateHz: 24_000 } as const;
const SAMPLES = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i / 9));

test("a WAV that is written piece by piece is the one that is written whole", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a.wav");
  writeFileSync(file, "before");
  chmodSync(file, 0o640);
  const writer = await WavWriter.open(file, FORMAT);
  for (let at = 0; at < 1000; at += 300) await writer.append(SAMPLES.subarray(at, at + 300));
  t.is(readFileSync(file, "utf8"), "before");
  await writer.finish();
  await writer.finish();
  t.deepEqual(new Uint8Array(readFileSync(file)), encodeWav(SAMPLES, FORMAT));
  t.is(statSync(file).mode & 0o777, 0o640);
  t.deepEqual(readdirSync(folder), ["a.wav"]);
});

test("a WAV that is given up leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const writer = await WavWriter.open(join(folder, "a.wav"), FORMAT);
  await writer.append(SAMPLES);
  await writer.discard();
  await writer.discard();
  t.deepEqual(readdirSync(folder), []);
});

test("a WAV on a pipe says that its length is not known", async (t) => {
  const pipe = join(temporaryFolder(t), "pipe");
  t.is(spawnSync("mkfifo", [pipe]).status, 0);
  const reading = readFile(pipe);
  const writer = await WavWriter.open(pipe, FORMAT);
  await writer.append(SAMPLES);
  await writer.finish();
  t.deepEqual(parseWav(await reading).samples, SAMPLES);
});

test.serial("a WAV whose first bytes find no room leaves nothing, open or on disk", async (t) => {
  const before = readdirSync("/proc/self/fd").length;
  const open = (): Promise<WavWriter> => WavWriter.open("/dev/full", FORMAT);
  for (let i = 0; i < 3; i++) await throwsCode(t, open, "ERR_OUTPUT_NOT_WRITABLE", /ENOSPC/);
  t.is(readdirSync("/proc/self/fd").length, before);

  const folder = temporaryFolder(t);
  const writer = new URL("../../host/audio/wav-writer.js", import.meta.url).href;
  const script = `
    const { WavWriter } = await import(${JSON.stringify(writer)});
    const path = process.argv[1] + "/a.wav";
    await WavWriter.open(path, { format: "pcm16", sampleRateHz: 24000 });
  `;
  // No file of this process may have a byte.
  const words = ["-c", 'ulimit -f 0; exec "$0" "$@"', process.execPath, "--input-type=module"];
  const { status, stderr } = spawnSync("sh", [...words, "--eval", script, folder], {
    encoding: "utf8",
  });
  t.is(status, 1);
  t.regex(stderr, /EFBIG/);
  t.deepEqual(readdirSync(folder), []);
});

test("a disk that is full is said, whole or piece by piece", async (t) => {
  const full = /dev\/full.*ENOSPC/;
  await throwsCode(t, () => saveFile("/dev/full", BYTES), "ERR_OUTPUT_NOT_WRITABLE", full);
  const write = async (): Promise<void> => {
    const writer = await WavWriter.open("/dev/full", FORMAT);
    await writer.append(SAMPLES);
  };
  await throwsCode(t, write, "ERR_OUTPUT_NOT_WRITABLE", full);
  const missing = join(temporaryFolder(t), "missing", "a.wav");
  await throwsCode(t, () => WavWriter.open(missing, FORMAT), "ERR_OUTPUT_NOT_WRITABLE", /ENOENT/);
});
