import type { Dice } from "./dice.ts";
import type { Json } from "./spoil.ts";
import { spoiledJson, spoilText } from "./spoil.ts";

/** Of how many entries `LongObject` makes an object of its own to spoil. */
const DRAWN = 8;

/**
 * An object of hundreds of entries, spoiled at the price of a few: those that are drawn go through
 * `spoiledJson`, the others stay the text that they were.
 */
export class LongObject {
  readonly #entries: (readonly [string, Json])[];
  readonly #texts: string[];

  constructor(value: { readonly [name: string]: Json }) {
    this.#entries = Object.entries(value);
    this.#texts = this.#entries.map((entry) => innerText(Object.fromEntries([entry])));
  }

  /** As `spoiledJsonText`, but a name may come to stand there twice. */
  spoiledText(dice: Dice): string {
    const texts = [...this.#texts];
    const drawn = Array.from({ length: DRAWN }, () => dice.below(texts.length));
    const part = Object.fromEntries(drawn.map((at) => this.#entries[at] ?? ["", null]));
    for (const at of drawn) texts[at] = "";
    texts[drawn[0] ?? 0] = innerText(spoiledJson(dice, part));
    const text = `{${texts.filter((each) => each !== "").join(",")}}`;
    return dice.once(10) ? spoilText(dice, text) : text;
  }
}

/** What is between the braces. */
function innerText(value: Json): string {
  return JSON.stringify(value).slice(1, -1);
}
