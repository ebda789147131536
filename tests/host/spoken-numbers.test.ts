import test from "ava";

import { writeOutNumbers } from "../../host/text/spoken-numbers.ts";

const CASES: readonly (readonly [kind: string, written: string, spoken: string])[] = [
  ["no number", "No digits here, at all.", "No digits here, at all."],
  ["an integer", "I have 3 cats and 42 fish.", "I have three cats and forty-two fish."],
  ["zero", "0", "zero"],
  [
    "a grouped integer",
    "1,000 or 2,345,678",
    "one thousand or two million three hundred forty-five thousand six hundred seventy-eight",
  ],
  ["a comma that groups nothing", "1,2 and 3", "one,two and three"],
  ["a number at the end of a sentence", "I want 5.", "I want five."],
  ["a decimal", "3.14 is pi, 0.5 a half", "three point one four is pi, zero point five a half"],
  ["a negative number", "It is -4 or −7 outside", "It is minus four or minus seven outside"],
  ["a hyphen between numbers", "10-12", "ten-twelve"],
  ["a range with a dash", "pages 10–12", "pages ten to twelve"],
  ["an ordinal", "the 1st, 22nd and 103rd", "the first, twenty-second and one hundred third"],
  [
    "a year",
    "in 1999, 1905, 1900, 2005 and 2024",
    "in nineteen ninety-nine, nineteen oh five, nineteen hundred, two thousand five and " +
      "twenty twenty-four",
  ],
  ["decades", "the 1990s and the 1810s", "the nineteen nineties and the eighteen tens"],
  [
    "dollars",
    "$1, $5, $2.50 and $0.99",
    "one dollar, five dollars, two dollars and fifty cents and ninety-nine cents",
  ],
  ["pounds", "£1.01 and £1,500", "one pound and one penny and one thousand five hundred pounds"],
  ["euros", "€20 or €3.5 million", "twenty euros or three point five million euros"],
  ["a negative amount", "-$5", "minus five dollars"],
  ["a percentage", "12.5% or 100 %", "twelve point five percent or one hundred percent"],
  ["a time", "at 10:45, 9:05 and 8:00", "at ten forty-five, nine oh five and eight o'clock"],
  ["a time with its half of the day", "7:00 pm, 7:30pm", "seven pm, seven thirty pm"],
  ["a number that touches letters", "5km on the B2B path", "five km on the B two B path"],
  ["a number sign", "#1", "number one"],
  ["leading zeros", "agent 007", "agent zero zero seven"],
  ["a version", "version 1.2.3", "version one point two point three"],
  [
    "a very long number",
    "1234567890123456",
    "one two three four five six seven eight nine zero one two three four five six",
  ],
];

for (const [kind, written, spoken] of CASES) {
  test(`${kind} is written out as it is spoken`, (t) => {
    t.is(writeOutNumbers(written), spoken);
  });
}
