import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";

/** The characters that stand for the 256 bytes: GPT-2's, which leave out what is not seen. */
export const BYTE_PIECES: readonly string[] = (() => {
  let following = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isSeen = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCharCode(isSeen ? byte : following++);
  });
})();

/** The contents of a checkpoint's three tokenizer files. */
export interface TokenizerFiles {
  readonly vocab: string;
  readonly merges: string;
  readonly config: string;
}

/** What the three files say. */
export interface TokenizerParts {
  /** Piece → id; has every byte and whatever a merge makes, so that no text is without ids. */
  readonly vocabulary: Record<string, number>;
  readonly merges: [string, string][];
  /** Literal → id. */
  readonly specials: ReadonlyMap<string, number>;
  /** Of all pieces and specials. */
  readonly largestId: number;
}

/**
 * Reads the three files and checks them against each other.
 *
 * @throws {VoxfuseError} ERR_MODEL_CONFIG when one is not what its name says.
 */
export function parseTokenizerFiles(files: TokenizerFiles): TokenizerParts {
  const specials = parseSpecials(files.config);
  const vocabulary = parseVocabulary(files.vocab);
  const merges = parseMerges(files.merges, vocabulary.pieces);
  let largestId = vocabulary.largestId;
  for (const id of specials.values()) largestId = Math.max(largestId, id);
  return { vocabulary: vocabulary.pieces, merges, specials, largestId };
}

/** A released vocabulary has 151,643 pieces: one pass, without a list of them. */
function parseVocabulary(text: string): { pieces: Record<string, number>; largestId: number } {
  const json = parseJson("vocab.json", text);
  let largestId = -1;
  for (const piece in json) {
    const id = json[piece];
    if (!isId(id)) throw malformed("vocab.json", `${quote(piece)} has the id ${quote(id)}`);
    if (id > largestId) largestId = id;
  }
  for (const [byte, piece] of BYTE_PIECES.entries()) {
    if (!Object.hasOwn(json, piece)) {
      throw malformed("vocab.json", `it has no ${quote(piece)}, which is the byte ${byte}`);
    }
  }
  return { pieces: json as Record<string, number>, largestId }; // as just checked
}

/** One merge a line; only a first line `#version…` is a comment, "#" merges are real. */
function parseMerges(text: string, pieces: Record<string, number>): [string, string][] {
  const lines = text.split("\n");
  if (lines[0]?.startsWith("#version") === true) lines.shift();
  const merges: [string, string][] = [];
  for (const ended of lines) {
    const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
    if (line === "") continue;
    const space = line.indexOf(" ");
    if (space < 0 || line.includes(" ", space + 1)) {
      throw malformed("merges.txt", `the line ${quote(line)} is not two pieces`);
    }
    const left = line.slice(0, space);
    const right = line.slice(space + 1);
    if (!Object.hasOwn(pieces, left + right)) {
      throw malformed("merges.txt", `${quote(line)} makes a piece that vocab.json does not have`);
    }
    merges.push([left, right]);
  }
  return merges;
}

function parseSpecials(text: string): Map<string, number> {
  const added = parseJson("tokenizer_config.json", text)["added_tokens_decoder"];
  const specials = new Map<string, number>();
  if (typeof added !== "object" || added === null) return specials;
  for (const [key, token] of Object.entries(added as Record<string, unknown>)) {
    const content: unknown =
      typeof token === "object" && token !== null && "content" in token ? token.content : undefined;
    const id = Number(key);
    if (!isId(id) || typeof content !== "string" || content === "") {
      throw malformed("tokenizer_config.json", `added token ${quote(key)} is ${quote(token)}`);
    }
    specials.set(content, id);
  }
  return specials;
}

function parseJson(name: string, text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw malformed(name, "it is not JSON", cause);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw malformed(name, "it is not a JSON object");
  }
  return json as Record<string, unknown>; // an object that is no array, as just checked
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function malformed(name: string, what: string, cause?: unknown): VoxfuseError {
  return new VoxfuseError(
    "ERR_MODEL_CONFIG",
    `${name} is malformed: ${what}. Use the file as the checkpoint was released.`,
    { cause },
  );
}
