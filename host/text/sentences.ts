import { VoxfuseError } from "../errors/voxfuse-error.ts";

/** Cuts a text into pieces that join to it again, each with the white space that follows it. */
type Cut = (text: string) => string[];

/** After these a full stop does not end a sentence. */
const ABBREVIATION =
  /(?:^|[\s("'“‘])(?:mr|mrs|ms|dr|prof|st|jr|sr|vs|etc|no|vol|fig|e\.g|i\.e|\p{Lu})\.\s+$/iu;

/** After a comma, semicolon, colon or dash and white space, or after its full-width sister. */
const CLAUSE_END = /(?<=[,;:—–…)\]]["'”’]?\s+|\s-\s+|[，；：、…])/u;

/** Finest last: each is tried only on what the one before left too long. */
const CUTS: readonly Cut[] = [
  cutSentences,
  (text) => text.split(CLAUSE_END),
  (text) => text.split(/(?<=\s)(?=\S)/u),
  cutWords,
  (text) => segments("grapheme", text),
  (text) => Array.from(text), // code points, where one grapheme is too long
];

/**
 * Splits a text into pieces short enough to be spoken in one go, in order, none of them empty.
 *
 * Neighbouring sentences share a piece while they fit, because very short pieces are spoken less
 * well. A sentence that is too long alone is cut at clause ends, then between words, then within a
 * word. White space at the cuts is dropped; nothing else is.
 *
 * @param charactersMax Longest piece in UTF-16 code units (`String.length`), at least 2.
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT for a limit below 2.
 */
export function splitText(text: string, charactersMax: number): string[] {
  if (!(charactersMax >= 2)) {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      `charactersMax is ${String(charactersMax)}; it must be at least 2: a character may take two.`,
    );
  }
  return split(text, charactersMax, CUTS);
}

function split(text: string, charactersMax: number, cuts: readonly Cut[]): string[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
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
