import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { TextTokenizer } from "./bpe.ts";
import { normaliseText } from "./normalise.ts";

/** Ids of one prompt, tokenised. */
export interface PromptTokens {
  /** `<|im_start|>assistant\n`: three ids. */
  readonly role: readonly number[];
  /** What is spoken. */
  readonly text: readonly number[];
  /** `<|im_start|>user\n…<|im_end|>\n`, or empty. */
  readonly instruct: readonly number[];
}

/**
 * Tokens of a recording's transcript.
 *
 * @throws {VoxfuseError} ERR_TEXT_EMPTY
 * Source: the official wrapper's `_build_ref_text`, whose header and end are no part of the prompt.
 */
export function encodeTranscript(tokenizer: TextTokenizer, transcript: string): number[] {
  return tokenizer.encode(normaliseText(transcript), { specials: "text" });
}

const ROLE = "<|im_start|>assistant\n";
const ROLE_TOKENS = 3;

/**
 * Tokenises what is to be spoken and how. Both texts are normalised; specials typed in them are
 * plain text.
 *
 * Headers and text may be encoded apart: a special or a newline before a text without leading white
 * space ends every match of the pre-tokenizer, so the ids equal those of the joined string.
 *
 * @throws {VoxfuseError} ERR_TEXT_EMPTY for either text; ERR_MODEL_CONFIG when the vocabulary does
 *   not spell the role header in three tokens, which the layout counts on.
 * Source: the official wrapper's `_build_assistant_text` and `_build_instruct_text`.
 */
export function encodePrompt(
  tokenizer: TextTokenizer,
  text: string,
  instruct?: string,
): PromptTokens {
  return { ...encodeFrame(tokenizer, instruct), text: encodeTyped(tokenizer, text) };
}

/**
 * What a prompt has around its text.
 *
 * @throws {VoxfuseError} as encodePrompt().
 */
export function encodeFrame(
  tokenizer: TextTokenizer,
  instruct?: string,
): Omit<PromptTokens, "text"> {
  const role = tokenizer.encode(ROLE, { specials: "parse" });
  if (role.length !== ROLE_TOKENS) {
    throw new VoxfuseError(
      "ERR_MODEL_CONFIG",
      `The vocabulary spells the role header in ${role.length} tokens; the prompt layout needs ` +
        `${ROLE_TOKENS}. Use vocab.json and merges.txt as the checkpoint was released.`,
    );
  }
  if (instruct === undefined) return { role, instruct: [] };
  return {
    role,
    instruct: [
      ...tokenizer.encode("<|im_start|>user\n", { specials: "parse" }),
      ...encodeTyped(tokenizer, instruct),
      ...tokenizer.encode("<|im_end|>\n", { specials: "parse" }),
    ],
  };
}

function encodeTyped(tokenizer: TextTokenizer, words: string): number[] {
  return tokenizer.encode(normaliseText(words), { specials: "text" });
}
