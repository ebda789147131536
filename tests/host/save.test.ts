import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "ava";

import { saveAudio } from "../../host/audio/save.ts";
import { temporaryFolder, throwsCode } from "../support/golden.ts";

const BYTES = Uint8Array.of(1, 2, 3);

test("a file is written, and nothing else is left beside it", async (t) => {
  const folder = temporaryFolder(t);
  await saveAudio(join(folder, "a.wav"), BYTES);
  t.deepEqual([...readFileSync(join(folder, "a.wav"))], [1, 2, 3]);
  t.deepEqual(readdirSync(folder), ["a.wav"]);
});

test("a file is replaced and keeps its permissions", async (t) => {
  const file = join(temporaryFolder(t), "a.wav");
  writeFileSync(file, "something longer");
  chmodSync(file, 0o600);
  await saveAudio(file, BYTES);
  t.deepEqual([...readFileSync(file)], [1, 2, 3]);
  t.is(statSync(file).mode & 0o777, 0o600);
});

test("through a link, the file behind it is replaced", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "there"));
  writeFileSync(join(folder, "there", "a.wav"), "before");
  symlinkSync(join("there", "a.wav"), join(folder, "link.wav"));
  await saveAudio(join(folder, "link.wav"), BYTES);
  t.deepEqual([...readFileSync(join(folder, "there", "a.wav"))], [1, 2, 3]);
});

test("a device is written straight", async (t) => {
  await saveAudio("/dev/null", BYTES);
  t.true(statSync("/dev/null").isCharacterDevice());
});

test("a path in a folder that does not exist is refused with its cause", async (t) => {
  const file = join(temporaryFolder(t), "missing", "a.wav");
  await throwsCode(t, () => saveAudio(file, BYTES), "ERR_OUTPUT_NOT_WRITABLE", /missing.*ENOENT/);
});

test("a path that is a folder, or leads through a file, is refused", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "");
  await throwsCode(t, () => saveAudio(folder, BYTES), "ERR_OUTPUT_NOT_WRITABLE", /EISDIR/);
  const through = join(folder, "file", "a.wav");
  await throwsCode(t, () => saveAudio(through, BYTES), "ERR_OUTPUT_NOT_WRITABLE", /ENOTDIR/);
  t.deepEqual(readdirSync(folder), ["file"]);
});
