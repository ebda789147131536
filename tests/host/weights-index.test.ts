import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { ExecutionContext } from "ava";

import { parseModelConfig, readModelConfig } from "../../host/model/config.ts";
import { expectedTensors } from "../../host/model/expected-tensors.ts";
import { modelFingerprint } from "../../host/model/fingerprint.ts";
import { readSafetensorsHeader } from "../../host/model/safetensors-header.ts";
import { checkWeights, readWeightsIndex } from "../../host/model/weights-index.ts";
import {
  copyOfGolden,
  golden,
  PROJECT,
  readJson,
  temporaryFolder,
  throwsCode,
  VOICE,
} from "../support/golden.ts";

const CHECKPOINT = "tiny-custom-voice";

for (const folder of [
  golden("tiny-custom-voice"),
  golden("tiny-voice-design"),
  golden("tiny-base"),
  VOICE,
]) {
  test(`${folder.slice(PROJECT.length + 1)} holds every tensor that speech needs`, async (t) => {
    const [config, index] = await Promise.all([readModelConfig(folder), readWeightsIndex(folder)]);
    const expected = expectedTensors(config);
    t.notThrows(() => {
      checkWeights(index, expected);
    });
    // What is left over is what encodes, and nothing that speaks.
    const names = new Set(expected.map(({ name }) => name));
    const left = [...index.tensors.keys()].filter((name) => !names.has(name));
    const encodes =
      /^speaker_encoder\.|^speech_tokenizer\.encoder\.|\.rvq_\w+\.input_proj\.weight$/;
    t.deepEqual(
      left.filter((name) => !encodes.test(name)),
      [],
    );
  });
}

for (const [size, parameters] of [
  ["0.6b-custom-voice", 905_788_672],
  ["1.7b-custom-voice", 1_916_676_352],
] as const) {
  test(`the ${size} list has the released number of parameters`, (t) => {
    const config = parseModelConfig({
      model: readJson(join(PROJECT, `tests/bench/configs/${size}.json`)),
      generation: {},
      codec: readJson(join(PROJECT, "tests/bench/configs/speech-tokenizer.json")),
    });
    const count = (isCodec: boolean): number =>
      expectedTensors(config)
        .filter(({ name }) => name.startsWith("speech_tokenizer.") === isCodec)
        .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    t.is(count(false), parameters);
    t.is(count(true), 114_323_137 - 2 * 256 * 512); // without the two input_proj
  });
}

test("a tensor is found at its bytes, codec tensors under their prefix", async (t) => {
  const { tensors, files } = await readWeightsIndex(golden(CHECKPOINT));
  t.deepEqual(files, ["model.safetensors", "speech_tokenizer/model.safetensors"]);
  t.like(tensors.get("talker.model.norm.weight"), {
    dtype: "BF16",
    shape: [64],
    bytes: 128,
    file: golden(CHECKPOINT, "model.safetensors"),
  });
  const gamma = tensors.get("speech_tokenizer.decoder.upsample.0.1.gamma");
  t.is(gamma?.file, golden(CHECKPOINT, "speech_tokenizer", "model.safetensors"));
  t.is(gamma?.dtype, "F32");
});

interface Entry {
  dtype?: unknown;
  shape?: unknown;
  data_offsets?: unknown;
}

/** Writes a safetensors file with this header and so many bytes of data. */
function writeFile(path: string, header: Record<string, Entry> | string, dataBytes: number): void {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
}

const f32 = (count: number, begin: number): Entry => ({
  dtype: "F32",
  shape: [count],
  data_offsets: [begin, begin + 4 * count],
});

const CORRUPT: readonly [what: string, Record<string, Entry> | string, dataBytes: number][] = [
  ["a header that is not JSON", "{", 0],
  ["a header that is a list", "[]", 0],
  ["a tensor that is a number", '{"a": 1}', 0],
  ["a negative size", { a: { ...f32(1, 0), shape: [-1] } }, 4],
  ["a shape that is no list", { a: { ...f32(1, 0), shape: "1" } }, 4],
  ["offsets that run backwards", { a: { ...f32(1, 0), data_offsets: [4, 0] } }, 4],
  ["three offsets", { a: { ...f32(1, 0), data_offsets: [0, 4, 8] } }, 4],
  ["a range too short for its shape", { a: { ...f32(2, 0), data_offsets: [0, 4] } }, 4],
  ["a range beyond the file", { a: f32(2, 0) }, 4],
  ["bytes that no tensor has", { a: f32(1, 0) }, 8],
  ["an overlap", { a: f32(2, 0), b: f32(2, 4) }, 12],
  ["a hole", { a: f32(1, 0), b: f32(1, 8) }, 12],
  [
    "a name written twice",
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' +
      '"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
    8,
  ],
];

for (const [what, header, dataBytes] of CORRUPT) {
  test(`a tensor file with ${what} is refused`, async (t) => {
    const file = join(temporaryFolder(t), "model.safetensors");
    writeFile(file, header, dataBytes);
    await throwsCode(t, () => readSafetensorsHeader(file), "ERR_MODEL_FILE_CORRUPT", /damaged/);
  });
}

test("tensors without elements and scalars are read", async (t) => {
  const file = join(temporaryFolder(t), "model.safetensors");
  const scalar = { dtype: "F32", shape: [], data_offsets: [0, 4] };
  writeFile(file, { a: f32(0, 0), scalar, end: f32(0, 4) }, 4);
  const bytes = (await readSafetensorsHeader(file)).map((tensor) => tensor.bytes);
  t.deepEqual(bytes.toSorted(), [0, 0, 4]);
});

for (const bytes of [0, 7, 8, 100, 1_400_000]) {
  test(`a tensor file cut off after ${bytes} bytes is refused`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    truncateSync(join(folder, "model.safetensors"), bytes);
    await throwsCode(t, () => readWeightsIndex(folder), "ERR_MODEL_FILE_CORRUPT");
  });
}

test("a header of 100 MB and more is refused before it is read", async (t) => {
  const file = join(temporaryFolder(t), "model.safetensors");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(100_000_001n);
  writeFileSync(file, length);
  truncateSync(file, 200_000_000); // sparse
  await throwsCode(t, () => readSafetensorsHeader(file), "ERR_MODEL_FILE_CORRUPT", /at most/);
});

test("a dtype of unknown size is refused", async (t) => {
  const file = join(temporaryFolder(t), "model.safetensors");
  writeFile(file, { a: { ...f32(1, 0), dtype: "F4" } }, 4);
  await throwsCode(t, () => readSafetensorsHeader(file), "ERR_TENSOR_DTYPE", /"a" has dtype "F4"/);
});

for (const file of ["model.safetensors", "speech_tokenizer/model.safetensors"]) {
  test(`a model without ${file}, or with a folder in its place, is refused`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    rmSync(join(folder, file));
    await throwsCode(t, () => readWeightsIndex(folder), "ERR_MODEL_FILE_MISSING", /safetensors/);
    mkdirSync(join(folder, file));
    await throwsCode(t, () => readWeightsIndex(folder), "ERR_MODEL_FILE_MISSING", /safetensors/);
  });
}

const EXPECTED = [
  { name: "a", shape: [2] },
  { name: "b", shape: [3] },
];

for (const [code, header, sentence] of [
  ["ERR_TENSOR_MISSING", { a: f32(2, 0) }, /^1 .* missing: b\. /],
  ["ERR_TENSOR_SHAPE", { a: f32(3, 0), b: f32(3, 12) }, /a is \[3\], config\.json says \[2\]/],
  ["ERR_TENSOR_DTYPE", { a: { ...f32(2, 0), dtype: "I32" }, b: f32(3, 8) }, /a is I32/],
] as const) {
  test(`needed tensors: ${code} says which`, async (t) => {
    const folder = folderWith(t, header);
    const check = async (): Promise<void> => {
      checkWeights(await readWeightsIndex(folder), EXPECTED);
    };
    await throwsCode(t, check, code, sentence);
  });
}

function folderWith(t: ExecutionContext, header: Record<string, Entry>): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "speech_tokenizer"));
  writeFile(join(folder, "speech_tokenizer", "model.safetensors"), {}, 0);
  const bytes = Object.values(header).map(({ data_offsets }) => (data_offsets as number[])[1] ?? 0);
  writeFile(join(folder, "model.safetensors"), header, Math.max(...bytes));
  return folder;
}

function shardedFolder(t: ExecutionContext, weightMap: Record<string, unknown>): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "speech_tokenizer"));
  writeFile(join(folder, "speech_tokenizer", "model.safetensors"), { a: f32(1, 0) }, 4);
  writeFile(join(folder, "one.safetensors"), { a: f32(1, 0), b: f32(1, 4) }, 8);
  writeFile(join(folder, "two.safetensors"), { c: f32(1, 0) }, 4);
  const index = JSON.stringify({ metadata: {}, weight_map: weightMap });
  writeFileSync(join(folder, "model.safetensors.index.json"), index);
  return folder;
}

const ONE = "one.safetensors";
const TWO = "two.safetensors";

test("sharded weights are read from every shard", async (t) => {
  const index = await readWeightsIndex(shardedFolder(t, { a: ONE, b: ONE, c: TWO }));
  t.deepEqual([...index.tensors.keys()], ["a", "b", "c", "speech_tokenizer.a"]);
  t.deepEqual(index.files, [ONE, TWO, "speech_tokenizer/model.safetensors"]);
});

for (const [what, weightMap, code] of [
  ["a tensor in another shard", { a: ONE, b: TWO, c: TWO }, "ERR_MODEL_FILE_CORRUPT"],
  ["a tensor that no shard has", { a: ONE, b: ONE, c: TWO, d: TWO }, "ERR_MODEL_FILE_CORRUPT"],
  ["a tensor left out", { a: ONE, c: TWO }, "ERR_MODEL_FILE_CORRUPT"],
  ["a shard that is absent", { a: ONE, b: ONE, c: "x.safetensors" }, "ERR_MODEL_FILE_MISSING"],
  ["a path out of the folder", { a: "../one.safetensors" }, "ERR_MODEL_CONFIG"],
  ["a shard that is a number", { a: 1 }, "ERR_MODEL_CONFIG"],
  ["nothing", {}, "ERR_MODEL_CONFIG"],
] as const) {
  test(`a shard list with ${what} is refused`, async (t) => {
    await throwsCode(t, () => readWeightsIndex(shardedFolder(t, weightMap)), code);
  });
}

test("two shards with the same tensor are refused", async (t) => {
  const folder = shardedFolder(t, { a: ONE, b: ONE, c: TWO });
  writeFile(join(folder, TWO), { a: f32(1, 0), c: f32(1, 4) }, 8);
  await throwsCode(t, () => readWeightsIndex(folder), "ERR_MODEL_FILE_CORRUPT", /also in/);
});

const FILES = ["model.safetensors", "speech_tokenizer/model.safetensors"];

test("a copy of a model has its fingerprint, whatever the folder", async (t) => {
  const original = await modelFingerprint(golden(CHECKPOINT), FILES);
  t.regex(original, /^[0-9a-f]{64}$/);
  t.is(await modelFingerprint(copyOfGolden(t, CHECKPOINT), FILES), original);
  t.not(await modelFingerprint(golden("tiny-voice-design"), FILES), original);
});

for (const [what, file, offset] of [
  ["configuration", "config.json", 20],
  ["vocabulary", "vocab.json", 20],
  ["tensor header", "model.safetensors", 500],
  ["weights half way", "model.safetensors", 735_000], // inside probe 32
  ["last weights", "speech_tokenizer/model.safetensors", -1],
] as const) {
  test(`a change of the ${what} changes the fingerprint`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    const bytes = readFileSync(join(folder, file));
    const at = offset < 0 ? bytes.length + offset : offset;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(join(folder, file), bytes);
    t.not(await modelFingerprint(folder, FILES), await modelFingerprint(golden(CHECKPOINT), FILES));
  });
}
