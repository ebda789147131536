import { VoxfuseError } from "../errors/voxfuse-error.ts";

const VISIBLE = /[^\p{C}\p{Z}]/u;
const LONE_SURROGATE = /\p{Cs}/gu;
const REPLACEMENT = "\ufffd";

/**
 * The text as it is spoken: NFC, without white space at its ends, lone surrogates replaced.
 *
 * White space at the start must go: a leading newline would merge with the one that ends the
 * prompt's role header into a single text token. White space inside is kept, since the tokenizer
 * tells it apart.
 *
 * @throws {VoxfuseError} ERR_TEXT_EMPTY when nothing visible is left.
 */
export function normaliseText(text: string): string {
  const normal = text.replace(LONE_SURROGATE, REPLACEMENT).normalize("NFC").trim();
  if (!VISIBLE.test(normal)) {
    throw new VoxfuseError(
      "ERR_TEXT_EMPTY",
      "The text is empty or only white space; give at least one character that can be spoken.",
    );
  }
  return normal;
}
