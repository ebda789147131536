import test from "ava";

import { splitText } from "../../host/text/sentences.ts";
import { throwsCode } from "../support/golden.ts";

test("text within the limit is one piece", (t) => {
  t.deepEqual(splitText(" One. Two. ", 100), ["One. Two."]);
  t.deepEqual(splitText("One. Two.", Infinity), ["One. Two."]);
});

test("nothing visible gives no piece", (t) => {
  t.deepEqual(splitText(" \n ", 10), []);
});

test("sentences share a piece while they fit", (t) => {
  t.deepEqual(splitText("One two. Three four. Five six seven.", 21), [
    "One two. Three four.",
    "Five six seven.",
  ]);
});

test("a full stop after a title or an initial ends no sentence", (t) => {
  t.deepEqual(splitText("I saw Mr. Smith. He saw J. R. Hartley.", 24), [
    "I saw Mr. Smith.",
    "He saw J. R. Hartley.",
  ]);
});

test("a sentence that is too long is cut at clause ends", (t) => {
  t.deepEqual(splitText("When it rains, it pours; nobody knows why.", 25), [
    "When it rains, it pours;",
    "nobody knows why.",
  ]);
});

test("Chinese is cut at its own punctuation", (t) => {
  t.deepEqual(splitText("今天天气很好，我们去公园。明天也去。", 8), [
    "今天天气很好，",
    "我们去公园。",
    "明天也去。",
  ]);
});

test("a clause that is too long is cut between words, punctuation kept with its word", (t) => {
  t.deepEqual(splitText("seven words (without any) comma between them", 16), [
    "seven words",
    "(without any)",
    "comma between",
    "them",
  ]);
});

test("a word that is too long is cut between what is seen as characters", (t) => {
  t.deepEqual(splitText("ae\u0301iou", 2), ["a", "e\u0301", "io", "u"]);
  t.deepEqual(splitText("👩‍👩‍👧", 4).join(""), "👩‍👩‍👧");
});

for (const limit of [2, 5, 16, 40, 150]) {
  test(`pieces of at most ${limit} keep every visible character in order`, (t) => {
    const text =
      "Dr. Who met 2,000 Daleks — «all» of them, at 10:45 p.m.! Really?\n\nYes: “really”. 你好，世界。" +
      " supercalifragilisticexpialidocious ".repeat(3);
    const pieces = splitText(text, limit);
    t.true(pieces.every((piece) => piece.trim() === piece && piece !== ""));
    t.true(pieces.every((piece) => piece.length <= limit));
    t.is(pieces.join("").replace(/\s/g, ""), text.replace(/\s/g, ""));
  });
}

for (const limit of [1, 0, -5, NaN]) {
  test(`a limit of ${limit} characters is refused`, async (t) => {
    await throwsCode(t, () => splitText("text", limit), "ERR_INVALID_ARGUMENT", /at least 2/);
  });
}
