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
   * Prefill rows as pairs (text id, codec id), 2 × rows entries. A row's embedding is the projected
   * text row plus the codec row; NO_ID stands for a part that is not there.
   */
  readonly rows: Int32Array;
  /** Text id added to frame s, for s < length. After the list every frame adds the pad id. */
  readonly trailing: Uint32Array;
}

/** In Prompt.rows: this row has no such part. */
export const NO_ID = -1;

/**
 * Assembles the prefill of a preset or designed voice.
 *
 * Prefill rows = instruct + 4 + K + S + (nonStreaming: text + 2, streaming: 1), with K = 4 control
 * rows for a language and 3 for auto, S = 1 with a speaker.
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
): Prompt {
  const { textIds, codecIds } = ids;
  const [firstText, ...restOfText] = tokens.text;
  if (firstText === undefined) {
    throw new VoxfuseError("ERR_TEXT_EMPTY", "The text has no tokens; give a text to speak.");
  }

  const rows: [text: number, codec: number][] = [
    ...tokens.instruct.map((id): [number, number] => [id, NO_ID]),
    ...tokens.role.map((id): [number, number] => [id, NO_ID]),
    ...controlIds(codecIds, voice).map((id): [number, number] => [textIds.pad, id]),
    [textIds.bos, codecIds.pad],
  ];
  if (layout === "streaming") {
    rows.push([firstText, codecIds.bos]);
    return {
      rows: Int32Array.from(rows.flat()),
      trailing: Uint32Array.from([...restOfText, textIds.eos]),
    };
  }
  for (const id of [...tokens.text, textIds.eos]) rows.push([id, codecIds.pad]);
  rows.push([textIds.pad, codecIds.bos]);
  return { rows: Int32Array.from(rows.flat()), trailing: new Uint32Array(0) };
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
