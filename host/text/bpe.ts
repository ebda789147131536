import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";

import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { parseTokenizerFiles } from "./tokenizer-files.ts";
import type { TokenizerFiles } from "./tokenizer-files.ts";

/**
 * The pre-tokenizer of the Qwen text models. The official code swaps in another pattern for some
 * load paths; both agree on prose and differ in mixed-case words such as "iPhone".
 */
const PRE_TOKENIZER =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" +
  "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** The part of the library's tokenizer that is used. */
interface BpeTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
}

// The library's own declarations import without file suffixes, which Node's resolution refuses, so
// its class has no type; this one is from its documentation.
const BpeTokenizer = LibraryTokenizer as unknown as new (
  definition: object,
  config: object,
) => BpeTokenizer;

export interface EncodeOptions {
  /**
   * What a literal special such as `<|im_end|>` in the text is. "text": characters like any other,
   * which is right for whatever a user typed. "parse": the special's own id, as the official code
   * does everywhere; for the prompt's own strings.
   */
  readonly specials: "text" | "parse";
}

/**
 * Text to text-token ids by byte-level BPE.
 *
 * Source: the Qwen2 tokenizer: NFC, pre-tokenizer pattern, GPT-2 byte alphabet, merges by rank.
 */
export class TextTokenizer {
  /** Of all pieces and specials: what a model's table of texts must have a row for. */
  readonly largestId: number;
  private readonly tokenizer: BpeTokenizer;
  /** Literal → id. */
  private readonly specials: ReadonlyMap<string, number>;
  private readonly specialPattern: RegExp | undefined;

  /** @throws {VoxfuseError} ERR_MODEL_CONFIG when a file is not what its name says. */
  constructor(files: TokenizerFiles) {
    const { vocabulary, merges, specials, largestId } = parseTokenizerFiles(files);
    this.specials = specials;
    this.specialPattern = patternOf([...specials.keys()]);
    this.largestId = largestId;
    this.tokenizer = buildTokenizer(vocabulary, merges);
  }

  /** Text-token ids of `text`; none for an empty string. No id is put in front or behind. */
  encode(text: string, { specials }: EncodeOptions): number[] {
    if (specials === "text" || this.specialPattern === undefined) return this.encodePlain(text);
    // split() with a capture group returns text and specials in turn.
    return text.split(this.specialPattern).flatMap((piece, index) => {
      const id = index % 2 === 1 ? this.specials.get(piece) : undefined;
      return id === undefined ? this.encodePlain(piece) : [id];
    });
  }

  private encodePlain(text: string): number[] {
    return text === "" ? [] : this.tokenizer.encode(text, { add_special_tokens: false }).ids;
  }
}

/**
 * The tokenizer of the checkpoint in `folder`, from vocab.json, merges.txt and
 * tokenizer_config.json.
 *
 * @throws {VoxfuseError} ERR_MODEL_FILE_MISSING; ERR_MODEL_CONFIG.
 */
export async function loadTokenizer(folder: string): Promise<TextTokenizer> {
  const [vocab, merges, config] = await Promise.all(
    (["vocab.json", "merges.txt", "tokenizer_config.json"] as const).map((name) =>
      readFile(join(folder, name), "utf8").catch((cause: unknown) => {
        throw new VoxfuseError(
          "ERR_MODEL_FILE_MISSING",
          `The model in ${folder} has no readable ${name}; copy it from the released checkpoint.`,
          { cause },
        );
      }),
    ),
  );
  return new TextTokenizer({ vocab: vocab ?? "", merges: merges ?? "", config: config ?? "" });
}

function buildTokenizer(vocab: Record<string, number>, merges: [string, string][]): BpeTokenizer {
  const preTokenizers = [
    { type: "Split", pattern: { Regex: PRE_TOKENIZER }, behavior: "Isolated", invert: false },
    { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
  ];
  // No added tokens: specials are split off above, or are plain text.
  const definition = {
    version: "1.0",
    added_tokens: [],
    normalizer: { type: "NFC" },
    pre_tokenizer: { type: "Sequence", pretokenizers: preTokenizers },
    post_processor: null,
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab, merges, unk_token: null, ignore_merges: false },
  };
  return new BpeTokenizer(definition, {});
}

/** Matches any of the literals, the longest first. */
function patternOf(literals: readonly string[]): RegExp | undefined {
  if (literals.length === 0) return undefined;
  const sources = [...literals]
    .sort((a, b) => b.length - a.length)
    .map((literal) => literal.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`(${sources.join("|")})`, "u");
}
