/** A text to time, by its length. */
export interface BenchText {
  readonly name: string;
  readonly text: string;
}

const MEDIUM =
  "The harbour was quiet in the early morning. A few gulls walked along the wall, and the first " +
  "boats came in slowly with their lamps still lit.";

export const TEXTS: readonly BenchText[] = [
  { name: "short", text: "Hello there, how are you today?" },
  { name: "medium", text: MEDIUM },
  {
    name: "long",
    text:
      `${MEDIUM} Nobody spoke. The nets were heavy, the tide was turning, and the light on the ` +
      "water was the colour of old silver. Then the bell of the church rang twice, and the men " +
      "began to carry their baskets up the long stairs to the market square.",
  },
];

/** Twenty words, for first-audio times. */
export const TWENTY_WORDS =
  "The train to the coast leaves at nine every morning, and on most days there are enough seats " +
  "for everyone.";

/** Of the first request of every run; the others that run beside it count on. */
export const SEED = 7;
