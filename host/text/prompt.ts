import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { PromptTokens } from "./prompt-tokens.ts";
import type { ResolvedVoice } from "./voices.ts";

/** The ids a prompt is built from; a ModelConfig fits. */
export interface PromptIds {
  readonly textIds: { readonly pad: number; readonly bos: number; readonly eos: number };
  readonly codecIds: {
    readonly pad: number;
    readonly bos: number;
    readonly think: number;
    readonly nothink: number;
    readonly thinkBos: number;
    readonly thinkEos: number;
  };
}

/**
 * "nonStreaming": the whole text is in the prompt. "streaming": its first token only; the others
 * follow one a frame. This says nothing about whether audio is streamed.
 */
export type TextLayout = "nonStreaming" | "streaming";

export interface Prompt {
  /**
   * Prefill rows as pairs (text id, codec id), 2 × rows entries. A row's embedding is the sum of
   * the projected text row, the codec row and its extra row; NO_ID stands for a part that is not
   * there.
   */
  readonly rows: Int32Array;
  /** Of each row: VOICE_VECTOR, 1 + t for frame t of the voice's recording, or NO_ID. */
  readonly extras: Int32Array;
  /** Text id added to frame s, for s < length. After the list every frame adds the pad id. */
  readonly trailing: Uint32Array;
}

/** A voice that was made of a recording. */
export interface ClonedVoice {
  /** Of the recording's codes; 0 where the voice is its vector alone. */
  readonly frames: number;
  /** What is said in the recording, as text tokens; of no use without frames. */
  readonly transcript: readonly number[];
}

/** In Prompt.rows and Prompt.extras: this row has no such part. */
export const NO_ID = -1;
/** In Prompt.extras: the vector of the voice. */
export const VOICE_VECTOR = 0;

type Row = readonly [text: number, codec: number, extra: number];

/**
 * Assembles the prefill of a preset, designed or cloned voice.
 *
 * Prefill rows = instruct + 4 + K + S + (nonStreaming: text + 2, streaming: 1), with K = 4 control
 * rows for a language and 3 for auto, S = 1 with a speaker or a cloned voice. With a recording of T
 * frames and its transcript the bracket is (nonStreaming: transcript + text + T + 2, streaming:
 * T + 1).
 *
 * @throws {VoxfuseError} ERR_TEXT_EMPTY without text tokens.
 * Source: the official `generate` of `Qwen3TTSForConditionalGeneration`. Its non-streaming layout
 *   has a trailing list of one pad row, which is what an empty list means here.
 */
export function buildPrompt(
  ids: PromptIds,
  tokens: PromptTokens,
  voice: ResolvedVoice,
  layout: TextLayout,
  cloned?: ClonedVoice,
): Prompt {
  const { textIds, codecIds } = ids;
  if (tokens.text.length === 0) {
    throw new VoxfuseError("ERR_TEXT_EMPTY", "The text has no tokens; give a text to speak.");
  }
  const head: Row[] = [
    ...[...tokens.instruct, ...tokens.role].map((id): Row => [id, NO_ID, NO_ID]),
    ...controlIds(codecIds, voice).map((id): Row => [textIds.pad, id, NO_ID]),
    ...(cloned === undefined ? [] : [[textIds.pad, NO_ID, VOICE_VECTOR] as const]),
    [textIds.bos, codecIds.pad, NO_ID],
  ];
  const { rows, trailing } =
    cloned === undefined || cloned.frames === 0
      ? textRows(ids, tokens.text, layout)
      : continuedRows(ids, [...cloned.transcript, ...tokens.text], cloned.frames, layout);
  const all = [...head, ...rows];
  return {
    rows: Int32Array.from(all.flatMap(([text, codec]) => [text, codec])),
    extras: Int32Array.from(all, ([, , extra]) => extra),
    trailing: Uint32Array.from(trailing),
  };
}

interface Tail {
  readonly rows: readonly Row[];
  readonly trailing: readonly number[];
}

/** What is spoken, all in the prompt or its first token only. */
function textRows(ids: PromptIds, text: readonly number[], layout: TextLayout): Tail {
  const { textIds, codecIds } = ids;
  if (layout === "streaming") {
    const [first = textIds.eos, ...rest] = text;
    return { rows: [[first, codecIds.bos, NO_ID]], trailing: [...rest, textIds.eos] };
  }
  const spoken = [...text, textIds.eos].map((id): Row => [id, codecIds.pad, NO_ID]);
  return { rows: [...spoken, [textIds.pad, codecIds.bos, NO_ID]], trailing: [] };
}

/**
 * A recording that the speech goes on from: its transcript and the text as one, beside its frames
 * or in front of them.
 */
function continuedRows(
  ids: PromptIds,
  words: readonly number[],
  frames: number,
  layout: TextLayout,
): Tail {
  const { textIds, codecIds } = ids;
  const text = [...words, textIds.eos];
  const beside = (index: number, id: number): Row =>
    index === 0 ? [id, codecIds.bos, NO_ID] : [id, NO_ID, index];
  const places = Array.from({ length: frames + 1 }, (_, index) => index);
  if (layout === "streaming") {
    return {
      rows: places.map((index) => beside(index, text[index] ?? textIds.pad)),
      trailing: text.slice(frames + 1),
    };
  }
  return {
    rows: [
      ...text.map((id): Row => [id, codecIds.pad, NO_ID]),
      ...places.map((index) => beside(index, textIds.pad)),
    ],
    trailing: [],
  };
}

/** The codec rows that steer: think or not, the language between, then the speaker. */
function controlIds(codecIds: PromptIds["codecIds"], voice: ResolvedVoice): number[] {
  const { think, nothink, thinkBos, thinkEos } = codecIds;
  const { languageId, speakerId } = voice;
  return [
    ...(languageId === null ? [nothink, thinkBos] : [think, thinkBos, languageId]),
    thinkEos,
    ...(speakerId === null ? [] : [speakerId]),
  ];
}
