import type { TextTokenizer } from "./bpe.ts";
import { hasVisible, normalForm } from "./normalise.ts";

/**
 * Where a text may be cut so that both parts have, apart, the text tokens that they have together:
 * no match of the pre-tokenizer and no composed character crosses the cut. That is in front of
 * white space other than a line end, and between a letter or number and what is neither it nor a
 * mark. So Latin text is cut at words, Chinese at its punctuation.
 */
const CUT = /(?<=\S)(?=[^\S\r\n])|(?<=[\p{L}\p{N}])(?=[\p{P}\p{S}\s])/gu;

/**
 * Text tokens of a text that arrives in chunks: together they are those of the whole text. A
 * chunk's end is held back until it is certain what it belongs to.
 */
export class ArrivingTokens {
  readonly #tokenizer: TextTokenizer;
  /** Not tokenised yet. */
  #held = "";
  /** Of #held, known to have no cut. */
  #searched = 0;
  #isBegun = false;

  constructor(tokenizer: TextTokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** Code units that wait for more text. */
  get heldLength(): number {
    return this.#held.length;
  }

  /** The tokens that the chunk makes certain. */
  push(chunk: string): number[] {
    this.#held += chunk;
    if (!this.#isBegun) {
      this.#held = this.#held.trimStart();
      if (!hasVisible(this.#held)) return [];
    }
    const cut = this.#lastCut();
    if (cut === 0 || !hasVisible(this.#held.slice(0, cut))) return [];
    return this.#take(cut);
  }

  /** The tokens of what is left: the text is over. White space at its end is none of it. */
  end(): number[] {
    this.#held = this.#held.trimEnd();
    return this.#isBegun || hasVisible(this.#held) ? this.#take(this.#held.length) : [];
  }

  #lastCut(): number {
    // A cut lies between two characters, the first of which may have been the last one held.
    CUT.lastIndex = Math.max(0, this.#searched - 2);
    let last = 0;
    for (let match = CUT.exec(this.#held); match !== null; match = CUT.exec(this.#held)) {
      last = match.index;
      CUT.lastIndex = match.index + 1;
    }
    this.#searched = this.#held.length;
    return last;
  }

  #take(end: number): number[] {
    const text = normalForm(this.#held.slice(0, end));
    this.#held = this.#held.slice(end);
    this.#searched = this.#held.length;
    this.#isBegun = true;
    return this.#tokenizer.encode(text, { specials: "text" });
  }
}
