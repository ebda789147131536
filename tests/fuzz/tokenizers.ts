// The three files of a tokenizer, one of them spoiled. Each input builds a tokenizer of its own, so
// valid files are split up once and only what changes is written anew.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { TextTokenizer } from "../../host/text/bpe.ts";
import { BYTE_PIECES } from "../../host/text/tokenizer-files.ts";
import type { TokenizerFiles } from "../../host/text/tokenizer-files.ts";
import { golden, VOICE } from "../support/golden.ts";
import type { Dice } from "./dice.ts";
import { holds } from "./holds.ts";
import { LongObject } from "./long-object.ts";
import type { Json } from "./spoil.ts";
import { spoiledJsonText, spoilText } from "./spoil.ts";

/** Id → piece, without the specials. */
type Pieces = ReadonlyMap<number, string> | undefined;

/** A valid tokenizer, in the parts that are spoiled. */
interface Seed {
  readonly files: TokenizerFiles;
  readonly vocabulary: LongObject;
  readonly pieces: Pieces;
  readonly lines: readonly string[];
  readonly config: Json;
}

function seedOf(folder: string): Seed {
  const [vocab, merges, config] = ["vocab.json", "merges.txt", "tokenizer_config.json"].map(
    (name) => readFileSync(join(folder, name), "utf8"),
  ) as [string, string, string]; // as many as names
  return {
    files: { vocab, merges, config },
    vocabulary: new LongObject(JSON.parse(vocab) as { [name: string]: Json }), // a valid file
    pieces: piecesOf(vocab),
    lines: merges.split("\n"),
    config: JSON.parse(config) as Json, // any JSON is that
  };
}

/** Nothing where two pieces have one id: who reads it cannot tell which was meant. */
function piecesOf(vocab: string): Map<number, string> | undefined {
  const pieces = Object.entries(JSON.parse(vocab) as Record<string, number>); // it was accepted
  const byId = new Map(pieces.map(([piece, id]) => [id, piece]));
  return byId.size === pieces.length ? byId : undefined;
}

const SEEDS = [seedOf(golden("tiny-base")), seedOf(VOICE)] as const;
/** Has words that the seeds' merges make, what they spell by bytes, and a special. */
const TEXT = "Hello assistant, it's 21 °C — 你好!\n\u0000\u{1f600}<|im_end|>";
/** The same in the characters that stand for its bytes. */
const SPELLED = [...Buffer.from(TEXT)].map((byte) => BYTE_PIECES[byte]).join("");

/** Has a tokenizer spell a text; `piecesOfFile` is asked once the files are accepted. */
function checkTokens(files: TokenizerFiles, piecesOfFile: () => Pieces): void {
  const tokenizer = new TextTokenizer(files);
  const ids = tokenizer.encode(TEXT, { specials: "text" });
  for (const id of [...tokenizer.encode(TEXT, { specials: "parse" }), ...ids]) {
    holds(Number.isSafeInteger(id) && id >= 0, `a text token is an id, not ${id}`);
    holds(id <= tokenizer.largestId, "the largest id is one");
  }
  const pieces = piecesOfFile();
  if (pieces === undefined) return;
  const spelled = ids.map((id) => pieces.get(id) ?? "").join("");
  holds(spelled === SPELLED, `no part of a text is lost, as of ${spelled}`);
}

export function meetVocabulary(dice: Dice): void {
  const { files, vocabulary, pieces, config } = dice.pick(SEEDS);
  if (dice.once(4)) {
    checkTokens({ ...files, config: spoiledJsonText(dice, config) }, () => pieces);
    return;
  }
  const vocab = vocabulary.spoiledText(dice);
  checkTokens({ ...files, vocab }, () => piecesOf(vocab));
}

const ODD_LINES = ["#version: 0.2", "a", "a b c", " ", "\t", "__proto__ x", "Ġ Ġ", "\r"] as const;

export function meetMerges(dice: Dice): void {
  const { files, lines, pieces } = dice.pick(SEEDS);
  const spoiled = [...lines];
  for (let times = 1 + dice.below(4); times > 0; times--) spoilLine(dice, spoiled);
  checkTokens({ ...files, merges: spoiled.join("\n") }, () => pieces);
}

function spoilLine(dice: Dice, lines: string[]): void {
  const at = dice.below(lines.length);
  const line = lines[at] ?? "";
  switch (dice.below(8)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(dice.below(lines.length), 0, line);
      break;
    case 2:
      lines[at] = line.split(" ").reverse().join(" ");
      break;
    case 3:
      lines[at] = dice.pick(ODD_LINES);
      break;
    case 4: {
      const other = dice.below(lines.length);
      [lines[at], lines[other]] = [lines[other] ?? "", line];
      break;
    }
    case 5:
    case 6: {
      // The same piece of other parts, which a vocabulary that has it allows.
      const piece = line.replace(" ", "");
      const cut = dice.below(piece.length + 1);
      lines[at] = `${piece.slice(0, cut)} ${piece.slice(cut)}`;
      break;
    }
    default:
      lines[at] = spoilText(dice, line);
  }
}
