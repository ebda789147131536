// A small vocabulary that speaks the released ids: one entry a byte, common words and those of the
// bench's texts so that these have about as many tokens as with the released vocabulary, the role
// words of the prompt, and the added tokens where the configuration says that they are.
import { TEXTS, TWENTY_WORDS } from "../../host/cli/bench/texts.ts";

/** The ids that config.json names. */
export interface SpecialIds {
  readonly assistant_token_id: number;
  readonly im_start_token_id: number;
  readonly im_end_token_id: number;
  readonly tts_pad_token_id: number;
  readonly tts_bos_token_id: number;
  readonly tts_eos_token_id: number;
}

export interface Vocabulary {
  /** vocab.json: piece to id. */
  readonly vocab: Readonly<Record<string, number>>;
  /** merges.txt, with its version line. */
  readonly merges: string;
  /** tokenizer_config.json */
  readonly tokenizerConfig: unknown;
}

const BYTE_COUNT = 256;
// An entry of the released vocabulary that config.json does not name.
const USER_ID = 872;
/** What the byte alphabet has for a space. */
const SPACE = "Ġ";

const COMMON_WORDS =
  " the of and a to in is you that it he was for on are as with his they I at be this have" +
  " from or one had by word but not what all were we when your can said there use an each" +
  " which she do how their if will up other about out many then them these so some her would" +
  " make like him into time has look two more write go see number no way could people my" +
  " than first water been call who oil its now find long down day did get come made may part" +
  " over new sound take only little work know place year live me back give most very after" +
  " thing our just name good sentence man think say great where help through much before" +
  " line right too mean old any same tell boy follow came want";

export function minimalVocabulary(ids: SpecialIds): Vocabulary {
  const vocab: Record<string, number> = { assistant: ids.assistant_token_id, user: USER_ID };
  byteAlphabet().forEach((symbol, id) => (vocab[symbol] = id));

  const merges = new Set<string>();
  const isTaken = new Set([ids.assistant_token_id, USER_ID]);
  let nextId = BYTE_COUNT;
  for (const word of [...spokenWords(), "assistant", "user"]) {
    // Grown letter by letter from the left: the parts on the way need ids of their own.
    for (let length = 2; length <= word.length; length += 1) {
      merges.add(`${word.slice(0, length - 1)} ${word.charAt(length - 1)}`);
      while (isTaken.has(nextId)) nextId += 1;
      vocab[word.slice(0, length)] ??= nextId++;
    }
  }
  return {
    vocab,
    merges: ["#version: 0.2", ...merges, ""].join("\n"),
    tokenizerConfig: tokenizerConfig(ids),
  };
}

/**
 * Words of the bench's texts, with the space before them, and common ones.
 *
 * Those with a space go first: of the merges that fit, the earliest is made, and one that begins at
 * a letter must not tear a word apart that begins at a space.
 */
function spokenWords(): string[] {
  const texts = [...TEXTS.map(({ text }) => text), TWENTY_WORDS, COMMON_WORDS];
  const words = new Set(texts.flatMap((text) => text.match(/ ?[A-Za-z]+/g) ?? []));
  const isInside = (word: string): boolean => word.startsWith(" ");
  return [
    ...[...words].filter(isInside).map((word) => word.replace(" ", SPACE)),
    ...[...words].filter((word) => !isInside(word)),
  ];
}

/** The GPT-2 byte alphabet in its usual order: printable bytes first, then the others moved up. */
function byteAlphabet(): string[] {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
  const bytes = Array.from({ length: BYTE_COUNT }, (_, byte) => byte);
  const moved = bytes.filter((byte) => !isPrintable(byte));
  return [
    ...bytes.filter(isPrintable).map((byte) => String.fromCodePoint(byte)),
    ...moved.map((_, index) => String.fromCodePoint(BYTE_COUNT + index)),
  ];
}

function tokenizerConfig(ids: SpecialIds): unknown {
  const added: [number, string][] = [
    [ids.im_start_token_id - 1, "<|endoftext|>"],
    [ids.im_start_token_id, "<|im_start|>"],
    [ids.im_end_token_id, "<|im_end|>"],
    [ids.tts_pad_token_id - 2, "<|audio_start|>"],
    [ids.tts_pad_token_id - 1, "<|audio_end|>"],
    [ids.tts_pad_token_id, "<tts_pad>"],
    [ids.tts_bos_token_id, "<tts_text_bos>"],
    [ids.tts_eos_token_id, "<tts_text_eod>"],
    [ids.tts_eos_token_id + 1, "<tts_text_bos_single>"],
    [ids.tts_eos_token_id + 2, "<|audio_pad|>"],
  ];
  const flags = { lstrip: false, normalized: false, rstrip: false, single_word: false };
  return {
    add_bos_token: false,
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(
      added.map(([id, content]) => [id, { content, ...flags, special: true }]),
    ),
    bos_token: null,
    eos_token: "<|im_end|>",
    errors: "replace",
    model_max_length: 131072,
    pad_token: "<|endoftext|>",
    split_special_tokens: false,
    tokenizer_class: "Qwen2Tokenizer",
    unk_token: null,
  };
}
