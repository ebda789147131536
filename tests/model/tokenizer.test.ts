import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";

import { readCheckpoint } from "../../host/synthesis/checkpoint.ts";
import { loadTokenizer } from "../../host/text/bpe.ts";
import { copyOfGolden, golden, readJson, throwsCode, VOICE } from "../support/golden.ts";

interface TokenizerCase {
  readonly text: string;
  readonly ids: readonly number[];
}

const CHECKPOINT = "tiny-custom-voice";
// A file whose form the golden data's README fixes.
const CASES = readJson(golden(CHECKPOINT, "expected", "tokenizer.json")) as TokenizerCase[];
const VOCABULARY = readFileSync(golden(CHECKPOINT, "vocab.json"), "utf8");
const tokenizer = loadTokenizer(golden(CHECKPOINT));

for (const { text, ids } of CASES) {
  test(`${JSON.stringify(text)} has the recorded ids`, async (t) => {
    t.deepEqual((await tokenizer).encode(text, { specials: "parse" }), [...ids]);
  });
}

test("a special that a user typed is plain text unless it is asked for", async (t) => {
  const { encode } = { encode: (await tokenizer).encode.bind(await tokenizer) };
  const id = 434; // <|im_end|>
  t.deepEqual(encode("<|im_end|>", { specials: "parse" }), [id]);
  const plain = encode("a <|im_end|> b", { specials: "text" });
  t.false(plain.includes(id));
  t.true(plain.length > 10);
});

test("text without specials has the same ids both ways", async (t) => {
  for (const { text } of CASES.filter((each) => !each.text.includes("<|"))) {
    t.deepEqual(
      (await tokenizer).encode(text, { specials: "text" }),
      (await tokenizer).encode(text, { specials: "parse" }),
    );
  }
});

test("decomposed text has the ids of composed text", async (t) => {
  const { encode } = {
    encode: (text: string) => tokenizer.then((it) => it.encode(text, { specials: "text" })),
  };
  t.deepEqual(await encode("de\u0301ja\u0300"), await encode("d\u00e9j\u00e0"));
});

test("the embedded voice spells the role header in three tokens and a word in two", async (t) => {
  const voice = await loadTokenizer(VOICE);
  t.is(voice.encode("<|im_start|>assistant\n", { specials: "parse" }).length, 3);
  t.is(voice.encode("Hello there", { specials: "text" }).length, 4);
});

for (const file of ["vocab.json", "merges.txt", "tokenizer_config.json"]) {
  test(`a model without ${file} is refused`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    rmSync(join(folder, file));
    await throwsCode(t, () => loadTokenizer(folder), "ERR_MODEL_FILE_MISSING", new RegExp(file));
  });
}

for (const [file, contents] of [
  ["vocab.json", "{"],
  ["vocab.json", "[]"],
  ["vocab.json", '{"a": -1}'],
  ["vocab.json", '{"a": "1"}'],
  ["vocab.json", '{"a": 9007199254740992}'],
  ["vocab.json", '{"a": 1}'],
  ["vocab.json", '{"__proto__": 1}'],
  ["merges.txt", "#version: 0.2\na b c\n"],
  ["merges.txt", "q q\n"],
  ["merges.txt", "ab\n"],
  ["tokenizer_config.json", '{"added_tokens_decoder": {"x": {"content": "<s>"}}}'],
  ["tokenizer_config.json", '{"added_tokens_decoder": {"1": {}}}'],
] as const) {
  test(`${file} with ${JSON.stringify(contents)} is refused`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    writeFileSync(join(folder, file), contents);
    await throwsCode(t, () => loadTokenizer(folder), "ERR_MODEL_CONFIG", new RegExp(`^${file}`));
  });
}

for (const [what, piece] of [
  ["a byte", "Ġ"],
  ["a piece that a merge makes", "an"],
] as const) {
  test(`a vocabulary without ${what} is refused: text would be lost`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    writeFileSync(join(folder, "vocab.json"), VOCABULARY.replace(`"${piece}"`, '"never"'));
    await throwsCode(t, () => loadTokenizer(folder), "ERR_MODEL_CONFIG", /not have|has no/);
  });
}

test("lines of merges.txt may end as Windows ends them", async (t) => {
  const folder = copyOfGolden(t, CHECKPOINT);
  const path = join(folder, "merges.txt");
  writeFileSync(path, readFileSync(path, "utf8").replaceAll("\n", "\r\n"));
  const [text, specials] = ["Hello and good day", "text"] as const;
  t.deepEqual(
    (await loadTokenizer(folder)).encode(text, { specials }),
    (await tokenizer).encode(text, { specials }),
  );
});

for (const [file, contents] of [
  ["vocab.json", VOCABULARY.replace("{", '{"never": 448,')],
  ["tokenizer_config.json", '{"added_tokens_decoder": {"448": {"content": "<s>"}}}'],
] as const) {
  test(`${file} with an id beyond the model's texts is refused`, async (t) => {
    const folder = copyOfGolden(t, CHECKPOINT);
    writeFileSync(join(folder, file), contents);
    const sentence = /id 448.*below 448/;
    await throwsCode(t, () => readCheckpoint(folder), "ERR_MODEL_CONFIG", sentence);
  });
}
