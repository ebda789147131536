// The smallest vocabulary that speaks the released ids: one entry a byte, the role words of the
// prompt, and the added tokens where the configuration says that they are.

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

export function minimalVocabulary(ids: SpecialIds): Vocabulary {
  const vocab: Record<string, number> = {};
  byteAlphabet().forEach((symbol, id) => (vocab[symbol] = id));

  const merges: string[] = [];
  const words: [string, number][] = [
    ["assistant", ids.assistant_token_id],
    ["user", USER_ID],
  ];
  let partId = BYTE_COUNT;
  for (const [word, id] of words) {
    // Grown letter by letter from the left: the parts on the way need ids of their own.
    for (let length = 2; length <= word.length; length += 1) {
      merges.push(`${word.slice(0, length - 1)} ${word.charAt(length - 1)}`);
      if (length < word.length) vocab[word.slice(0, length)] = partId++;
    }
    vocab[word] = id;
  }
  return {
    vocab,
    merges: ["#version: 0.2", ...merges, ""].join("\n"),
    tokenizerConfig: tokenizerConfig(ids),
  };
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
