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
  const normal = normalForm(text).trim();
  if (!hasVisible(normal)) {
    throw new VoxfuseError(
      "ERR_TEXT_EMPTY",
      "The text is empty or only white space; give at least one character that can be spoken.",
    );
  }
  return normal;
}

/** NFC, lone surrogates replaced; white space as it is. */
export function normalForm(text: string): string {
  return text.replace(LONE_SURROGATE, REPLACEMENT).normalize("NFC");
}

/** Whether there is anything but white space and characters that show nothing. */
export function hasVisible(text: string): boolean {
  return VISIBLE.test(text);
}
