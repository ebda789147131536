import test from "ava";

import { normaliseText } from "../../host/text/normalise.ts";
import { throwsCode } from "../support/golden.ts";

test("text is composed, and white space at its ends goes", (t) => {
  t.is(normaliseText("\n\n  Cafe\u0301 au  lait.\r\n"), "Café au  lait.");
});

test("a compatibility character is not replaced by what it stands for", (t) => {
  t.is(normaliseText("ﬁ x²"), "ﬁ x²");
});

test("a lone surrogate becomes a replacement character, a pair stays", (t) => {
  t.is(normaliseText("a\ud83d b\u{1f642}"), "a\ufffd b\u{1f642}");
});

for (const [name, text] of [
  ["no character", ""],
  ["only white space", " \n\t\u00a0\u3000"],
  ["only invisible characters", "\u200b\u200d\u0000"],
] as const) {
  test(`text with ${name} is refused`, async (t) => {
    await throwsCode(t, () => normaliseText(text), "ERR_TEXT_EMPTY", /empty/);
  });
}
