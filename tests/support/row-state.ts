import { ROW_STATE_BYTES, writeRowState } from "../../shared/gen/protocol.ts";

export { ABSENT, ROW_STATE_BYTES } from "../../shared/gen/protocol.ts";

/** What of a row decides a pick; the same settings for group 0 and for the others. */
export interface RowState {
  readonly doSample: number;
  readonly temperature: number;
  readonly topK: number;
  /** In 2^-20. */
  readonly topP: number;
  readonly penalty: number;
  readonly frame: number;
  readonly minNewTokens: number;
  readonly segment: number;
  readonly seedLo: number;
  readonly seedHi: number;
}

/** The bytes of a row that is about to pick a code of its frame. */
export function rowStateBytes(state: RowState): Uint8Array {
  const bytes = new Uint8Array(ROW_STATE_BYTES);
  writeRowState(new DataView(bytes.buffer), 0, {
    generation: 1,
    position: 0,
    frame: state.frame,
    codesCount: state.frame,
    vocoded: 0,
    promptCount: 1,
    promptDone: 1,
    textCount: 0,
    textClosed: 1,
    maxNewTokens: 8192,
    minNewTokens: state.minNewTokens,
    done: 0,
    finishReason: 0,
    codesGiven: 0,
    pageCount: 1,
    segment: state.segment,
    seedLo: state.seedLo,
    seedHi: state.seedHi,
    talkerDoSample: state.doSample,
    talkerTemperature: state.temperature,
    talkerTopK: state.topK,
    talkerTopP: state.topP,
    talkerRepetitionPenalty: state.penalty,
    predictorDoSample: state.doSample,
    predictorTemperature: state.temperature,
    predictorTopK: state.topK,
    predictorTopP: state.topP,
    referenceCount: 0,
    referenceDone: 0,
  });
  return bytes;
}
