import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { TEXTS, TWENTY_WORDS } from "../../host/cli/bench/texts.ts";
import { TextTokenizer } from "../../host/text/bpe.ts";
import { modelTensors } from "./checkpoint-tensors.ts";
import type { ModelConfig, TensorSpec } from "./checkpoint-tensors.ts";
import { codecTensors } from "./codec-tensors.ts";
import type { CodecConfig } from "./codec-tensors.ts";
import { WeightSource } from "./random-weights.ts";
import { valueCount, writeSafetensors } from "./safetensors-writer.ts";
import { minimalVocabulary } from "./vocabulary.ts";
import type { SpecialIds } from "./vocabulary.ts";

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Name to shape, from the header of a safetensors file. */
function shapesOfFile(path: string): Record<string, readonly number[]> {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  // The header of a file whose form these tests fix.
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<
    string,
    { shape: number[] }
  >;
  delete header["__metadata__"];
  return Object.fromEntries(Object.entries(header).map(([name, { shape }]) => [name, shape]));
}

function shapesOf(tensors: readonly TensorSpec[]): Record<string, readonly number[]> {
  return Object.fromEntries(tensors.map(({ name, shape }) => [name, shape]));
}

function totals(tensors: readonly TensorSpec[]): { tensors: number; parameters: number } {
  const parameters = tensors.reduce((total, tensor) => total + valueCount(tensor), 0);
  return { tensors: tensors.length, parameters };
}

const RELEASED = {
  "0.6b-base": { tensors: 478, parameters: 914_643_008 },
  "0.6b-custom-voice": { tensors: 402, parameters: 905_788_672 },
  "1.7b-base": { tensors: 480, parameters: 1_928_677_440 },
  "1.7b-custom-voice": { tensors: 404, parameters: 1_916_676_352 },
};

for (const [name, expected] of Object.entries(RELEASED)) {
  test(`${name} has as many tensors and parameters as the released checkpoint`, (t) => {
    const config = readJson(`tests/bench/configs/${name}.json`) as ModelConfig;
    t.deepEqual(totals(modelTensors(config)), expected);
  });
}

test("the codec has as many tensors and parameters as the released one", (t) => {
  const config = readJson("tests/bench/configs/speech-tokenizer.json") as CodecConfig;
  t.deepEqual(totals(codecTensors(config)), { tensors: 496, parameters: 170_557_441 });
});

for (const name of ["tiny-base", "tiny-custom-voice", "tiny-voice-design"]) {
  test(`the tensors of ${name} are derived as its files have them`, (t) => {
    const folder = `tests/golden/${name}`;
    const model = readJson(`${folder}/config.json`) as ModelConfig;
    const codec = readJson(`${folder}/speech_tokenizer/config.json`) as CodecConfig;
    t.deepEqual(shapesOf(modelTensors(model)), shapesOfFile(`${folder}/model.safetensors`));
    t.deepEqual(
      shapesOf(codecTensors(codec)),
      shapesOfFile(`${folder}/speech_tokenizer/model.safetensors`),
    );
  });
}

test("a written file has the shapes asked for and nothing after its data", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "voxfuse-checkpoint-"));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  const config = readJson("tests/golden/tiny-custom-voice/config.json") as ModelConfig;
  const tensors = modelTensors(config);
  const path = join(folder, "model.safetensors");

  const bytes = writeSafetensors(path, tensors, "BF16");

  t.deepEqual(shapesOfFile(path), shapesOf(tensors));
  const file = readFileSync(path);
  const dataStart = 8 + Number(file.readBigUInt64LE(0));
  t.is(dataStart % 8, 0);
  t.is(file.length, dataStart + 2 * totals(tensors).parameters);
  t.is(bytes, file.length);
});

test("random weights have the spread asked for and repeat", (t) => {
  const fill = { kind: "normal", spread: 0.02 } as const;
  const values = new Float32Array(1 << 18);
  new WeightSource("some.weight", fill, "F32").fill(values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  t.true(Math.abs(mean) < 0.0005);
  t.true(Math.abs(Math.sqrt(variance) - 0.02) < 0.0005);

  const again = new Float32Array(values.length);
  new WeightSource("some.weight", fill, "F32").fill(again);
  t.deepEqual(again, values);
});

test("a constant of one is 0x3f80 in bf16", (t) => {
  const values = new Uint16Array(3);
  new WeightSource("norm.weight", { kind: "constant", value: 1 }, "BF16").fill(values);
  t.deepEqual(values, Uint16Array.of(0x3f80, 0x3f80, 0x3f80));
});

test("a text of the bench has a token for each word and each punctuation mark", (t) => {
  const ids = readJson("tests/bench/configs/0.6b-custom-voice.json") as SpecialIds;
  const { vocab, merges, tokenizerConfig } = minimalVocabulary(ids);
  const tokenizer = new TextTokenizer({
    vocab: JSON.stringify(vocab),
    merges,
    config: JSON.stringify(tokenizerConfig),
  });
  const tokens = (text: string) => tokenizer.encode(text, { specials: "parse" });
  for (const text of [
    ...TEXTS.map((each) => each.text),
    TWENTY_WORDS,
    "The man came back to it.",
  ]) {
    t.is(tokens(text).length, [...text.matchAll(/\w+|[.,?]/g)].length, text);
  }
  t.is(tokens(TWENTY_WORDS).length, 22);
  t.deepEqual(tokens("<|im_start|>assistant\n"), [151644, 77091, 198]);
  t.deepEqual(tokens("user"), [872]);
  const given = Object.values(vocab);
  t.is(new Set(given).size, given.length);
  t.true(given.length < 1500);
});

test("the minimal vocabulary has the released ids", (t) => {
  const ids = readJson("tests/bench/configs/0.6b-custom-voice.json") as SpecialIds;
  const { vocab, merges, tokenizerConfig } = minimalVocabulary(ids);
  t.like(vocab, { "!": 0, Ċ: 198, Ġ: 220, user: 872, assistant: 77091 });
  t.true(merges.startsWith("#version"));
  t.true(merges.includes("assistan t\n"));
  t.like(tokenizerConfig, {
    added_tokens_decoder: {
      151643: { content: "<|endoftext|>" },
      151644: { content: "<|im_start|>" },
      151670: { content: "<|audio_end|>" },
      151673: { content: "<tts_text_eod>" },
      151675: { content: "<|audio_pad|>" },
    },
  });
});
