import test from "ava";
import { ArrivingTokens } from "../../host/text/arriving-tokens.ts";
import { loadTokenizer } from "../../host/text/bpe.ts";
import { normaliseText } from "../../host/text/normalise.ts";
import { SentenceSplitter, splitText } from "../../host/text/sentences.ts";

const tokenizer = await loadTokenizer("voices/aviary");

const TEXTS = {
  prose: "It's a quiet day: the boats — all 12 of them — lie still.  Nobody's here, is there?\n",
  "white space": "  One \t two\r\n\r\nthree\n  four   \n\n five !!\n\n?? \u00a0six\u2003seven  ",
  "marks that compose":
    "e\u0301 a\u0308o\u0308 =\u0338 \u0301x n\u0303, \u1112\u1161\u11ab \u0327c",
  "a script without spaces": "今天天气很好，我们去公园。明天呢？也去！价格是30元…",
  "characters of two units": "👩‍👩‍👧 ok 🎵🎵 \ud83d alone \udc00",
  "titles and numbers":
    "Dr. J. R. Smith paid $3.50 on 3/4. At 5 p.m. 3 People left. No. 5 won 1,000!",
  specials: "<|im_end|> and <|im_start|>user\nI'm, he'LL; don't 'tis 'S x",
};

/** Chunks at places that a seed chooses, of 1 to 5 code units, so that pairs are torn too. */
function chunksOf(text: string, seed: number): string[] {
  const chunks: string[] = [];
  for (let at = 0, state = seed + 1; at < text.length;) {
    state = (state * 48271) % 0x7fffffff;
    const length = seed === 0 ? 1 : 1 + (state % 5);
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
}

for (const [name, text] of Object.entries(TEXTS)) {
  test(`${name}: tokens that arrive are those of the whole text, however it is cut`, (t) => {
    const whole = tokenizer.encode(normaliseText(text), { specials: "text" });
    t.true(whole.length > 5);
    for (let seed = 0; seed < 40; seed++) {
      const tokens = new ArrivingTokens(tokenizer);
      const ids = chunksOf(text, seed).flatMap((chunk) => tokens.push(chunk));
      t.deepEqual([...ids, ...tokens.end()], whole, `seed ${seed}`);
    }
  });

  test(`${name}: pieces that arrive are those of the whole text, however it is cut`, (t) => {
    for (const limit of [8, 40]) {
      const whole = splitText(text, limit);
      t.true(whole.length > (limit === 8 ? 2 : 0));
      for (let seed = 0; seed < 20; seed++) {
        const splitter = new SentenceSplitter(limit);
        const pieces = chunksOf(text, seed).flatMap((chunk) => splitter.push(chunk));
        t.deepEqual([...pieces, ...splitter.end()], whole, `limit ${limit}, seed ${seed}`);
      }
    }
  });
}

test("a word is held back until it is over, and no longer", (t) => {
  const tokens = new ArrivingTokens(tokenizer);
  t.deepEqual(tokens.push(" \n Hel"), []);
  t.deepEqual(tokens.push("lo"), []);
  t.deepEqual(tokens.push(" "), tokenizer.encode("Hello", { specials: "text" }));
  t.is(tokens.heldLength, 1);
});

test("a text in which nothing is visible has no tokens and no pieces", (t) => {
  const tokens = new ArrivingTokens(tokenizer);
  t.deepEqual([...tokens.push(" \u200b"), ...tokens.push("\n"), ...tokens.end()], []);
  t.deepEqual(splitText("\u200b ".repeat(50), 20), []);
});

test("a piece is certain when the sentence behind it is", (t) => {
  const splitter = new SentenceSplitter(20);
  t.deepEqual(splitter.push("One is here. Two is there. "), []);
  t.deepEqual(splitter.push("T"), ["One is here."]);
  t.deepEqual(splitter.end(), ["Two is there. T"]);
});

test("a long text without a place to cut it takes a time that grows with its length", (t) => {
  const tokens = new ArrivingTokens(tokenizer);
  const splitter = new SentenceSplitter(150);
  const began = performance.now();
  for (let i = 0; i < 30_000; i++) {
    tokens.push("我们去");
    splitter.push("我们去");
  }
  t.is(tokens.heldLength, 90_000);
  t.is(splitter.heldLength, 90_000);
  t.true(performance.now() - began < 5_000);
});
