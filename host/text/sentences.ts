import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { hasVisible } from "./normalise.ts";

/** Cuts a text into pieces that join to it again, each with the white space that follows it. */
type Cut = (text: string) => string[];

/** After these a full stop does not end a sentence. */
const ABBREVIATION =
  /(?:^|[\s("'“‘])(?:mr|mrs|ms|dr|prof|st|jr|sr|vs|etc|no|vol|fig|e\.g|i\.e|\p{Lu})\.\s+$/iu;

/** After a comma, semicolon, colon or dash and white space, or after its full-width sister. */
const CLAUSE_END = /(?<=[,;:—–…)\]]["'”’]?\s+|\s-\s+|[，；：、…])/u;

/** What a sentence that is too long is cut by. Finest last: each is tried only where needed. */
const FINER_CUTS: readonly Cut[] = [
  (text) => text.split(CLAUSE_END),
  (text) => text.split(/(?<=\s)(?=\S)/u),
  cutWords,
  (text) => segments("grapheme", text),
  (text) => Array.from(text), // code points, where one grapheme is too long
];

/** A text of this length that holds no whole sentence is cut again once it has grown by GROWTH. */
const LONG = 1000;
const GROWTH = 1.1;

/**
 * Splits a text that arrives in chunks into pieces short enough to be spoken in one go, in order,
 * none of them empty. Which pieces they are depends on the text alone, not on the chunks.
 *
 * Neighbouring sentences share a piece while they fit, because very short pieces are spoken less
 * well; so a piece is certain when the sentence behind it is. A sentence that is too long alone is
 * cut at clause ends, then between words, then within a word. White space at the cuts is dropped,
 * and pieces in which nothing is visible; nothing else is.
 */
export class SentenceSplitter {
  readonly #charactersMax: number;
  readonly #say: (sentence: string) => string;
  /** Behind the last sentence that is certain. */
  #rest = "";
  /** Length from which on #rest is worth another look. */
  #lookFrom = 0;
  /** Sentences that share a piece so far. */
  #piece = "";

  /**
   * @param charactersMax Longest piece in UTF-16 code units (`String.length`), at least 2.
   * @param say How a sentence is spelled for the voice.
   * @throws {VoxfuseError} ERR_INVALID_ARGUMENT for a limit below 2.
   */
  constructor(charactersMax: number, say: (sentence: string) => string = (text) => text) {
    if (!(charactersMax >= 2)) {
      throw new VoxfuseError(
        "ERR_INVALID_ARGUMENT",
        `charactersMax is ${String(charactersMax)}; it must be at least 2, for a character may ` +
          "take two.",
      );
    }
    this.#charactersMax = charactersMax;
    this.#say = say;
  }

  /** Code units that wait for the end of their sentence. */
  get heldLength(): number {
    return this.#rest.length;
  }

  /** The pieces that the chunk makes certain. */
  push(chunk: string): string[] {
    this.#rest += chunk;
    if (this.#rest.length < this.#lookFrom) return [];
    const sentences = cutSentences(this.#rest);
    // Unicode's rules look past the end of a sentence as far as its next letter.
    let open = sentences.pop() ?? "";
    while (sentences.length > 0 && !/\p{L}/u.test(open)) open = (sentences.pop() ?? "") + open;
    this.#rest = open;
    this.#lookFrom = open.length < LONG ? 0 : open.length * GROWTH;
    return sentences.flatMap((sentence) => this.#add(sentence));
  }

  /** The pieces that are left: the text is over. */
  end(): string[] {
    const pieces = cutSentences(this.#rest).flatMap((sentence) => this.#add(sentence));
    this.#rest = "";
    return [...pieces, ...this.#close()];
  }

  #add(sentence: string): string[] {
    const spoken = this.#say(sentence);
    const isFull = (this.#piece + spoken).trim().length > this.#charactersMax;
    const pieces = isFull ? this.#close() : [];
    this.#piece += spoken;
    return pieces;
  }

  #close(): string[] {
    const piece = this.#piece;
    this.#piece = "";
    return split(piece, this.#charactersMax, FINER_CUTS);
  }
}

/**
 * The pieces of a whole text.
 *
 * @throws {VoxfuseError} as SentenceSplitter.
 */
export function splitText(
  text: string,
  charactersMax: number,
  say?: (sentence: string) => string,
): string[] {
  const splitter = new SentenceSplitter(charactersMax, say);
  return [...splitter.push(text), ...splitter.end()];
}

function split(text: string, charactersMax: number, cuts: readonly Cut[]): string[] {
  const trimmed = text.trim();
  if (!hasVisible(trimmed)) return [];
  const [cut, ...finerCuts] = cuts;
  if (trimmed.length <= charactersMax || cut === undefined) return [trimmed];
  return pack(cut(text), charactersMax).flatMap((piece) => split(piece, charactersMax, finerCuts));
}

/** Joins neighbours while their sum fits. A piece that is too long alone stays alone. */
function pack(pieces: readonly string[], charactersMax: number): string[] {
  const packed: string[] = [];
  let open = "";
  for (const piece of pieces) {
    if (open !== "" && (open + piece).trim().length > charactersMax) {
      packed.push(open);
      open = "";
    }
    open += piece;
  }
  return [...packed, open];
}

/** Unicode's sentence ends, without those after an abbreviation or an initial. */
function cutSentences(text: string): string[] {
  const sentences: string[] = [];
  for (const sentence of segments("sentence", text)) {
    const last = sentences.at(-1);
    if (last !== undefined && ABBREVIATION.test(last) && !/\n\s*$/.test(last)) {
      sentences[sentences.length - 1] = last + sentence;
    } else {
      sentences.push(sentence);
    }
  }
  return sentences;
}

/** Words of a script without spaces, punctuation kept with the word in front of it. */
function cutWords(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of new Intl.Segmenter("en", { granularity: "word" }).segment(
    text,
  )) {
    if (isWordLike === true || words.length === 0) words.push(segment);
    else words[words.length - 1] = (words.at(-1) ?? "") + segment;
  }
  return words;
}

function segments(granularity: "sentence" | "grapheme", text: string): string[] {
  const segmenter = new Intl.Segmenter("en", { granularity });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
