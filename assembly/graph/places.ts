// Handles of what outlives a program: the fields of a row, and the caches.
import { Dtype, EngineLayout, PROMPT_ENTRY_WORDS, Region } from "../../shared/gen/protocol.as";
import { ROW_STATE_BYTES } from "../../shared/gen/protocol.as";
import { LAYOUT_AT } from "../arenas";
import { VOCODE_FRAMES_MAX, config, talkerConfig } from "../config";
import { referenceMax } from "../encoder-config";
import { CachePlace } from "../layout";
import { buffer, unitsOf } from "../plan/buffers";

/** Next vocoder history of the program under construction, in units from the row's start. */
let historyAt: u32 = 0;

/** Of the program under construction. */
let actDtype: Dtype = Dtype.F32;

/** Activations that follow are of `dtype`. */
export function setAct(dtype: Dtype): void {
  actDtype = dtype;
}

/** Dtype of activations: the talker's and predictor's, or the vocoder's. */
export function act(): Dtype {
  return actDtype;
}

export function rowState(): u32 {
  return buffer(Region.Row, 0, ROW_STATE_BYTES / 4, Dtype.U32);
}

export function promptField(): u32 {
  const words = <u64>PROMPT_ENTRY_WORDS * config.promptMax;
  return buffer(Region.Row, EngineLayout.promptAt(LAYOUT_AT), words, Dtype.U32);
}

export function textField(): u32 {
  return buffer(Region.Row, EngineLayout.textAt(LAYOUT_AT), config.textMax, Dtype.U32);
}

export function codesField(): u32 {
  const words = <u64>config.framesMax * config.groups;
  return buffer(Region.Row, EngineLayout.codesAt(LAYOUT_AT), words, Dtype.U32);
}

/** Vector of the row's voice. */
export function voiceField(): u32 {
  return buffer(Region.Row, EngineLayout.voiceAt(LAYOUT_AT), talkerConfig.width, Dtype.F32);
}

/** Codes of the recording that the row's voice comes from. */
export function referenceField(): u32 {
  const words = <u64>referenceMax * config.groups;
  return buffer(Region.Row, EngineLayout.referenceAt(LAYOUT_AT), words, Dtype.U32);
}

export function seenField(): u32 {
  const words = EngineLayout.seenWords(LAYOUT_AT);
  return buffer(Region.Row, EngineLayout.seenAt(LAYOUT_AT), words, Dtype.U32);
}

export function pageTableField(): u32 {
  const words = EngineLayout.pagesMax(LAYOUT_AT);
  return buffer(Region.Row, EngineLayout.pageTableAt(LAYOUT_AT), words, Dtype.U32);
}

export function hiddenField(): u32 {
  return buffer(Region.Row, EngineLayout.hiddenAt(LAYOUT_AT), talkerConfig.width, act());
}

export function logitsField(): u32 {
  const count = EngineLayout.logitsMax(LAYOUT_AT);
  return buffer(Region.Row, EngineLayout.logitsAt(LAYOUT_AT), count, Dtype.F32);
}

export function pcmField(): u32 {
  const samples = <u64>VOCODE_FRAMES_MAX * config.frameSamples;
  return buffer(Region.Row, EngineLayout.pcmAt(LAYOUT_AT), samples, Dtype.F32);
}

/** Histories are handed out in the order in which layout.ts placed them. */
export function beginHistories(): void {
  historyAt = EngineLayout.stateAt(LAYOUT_AT);
}

export function nextHistory(tokens: u32, width: u32): u32 {
  const elements = <u64>tokens * width;
  const handle = buffer(Region.Row, historyAt, elements, act());
  historyAt += <u32>unitsOf(elements, act());
  return handle;
}

/** All histories were handed out: the graph and the layout agree. */
export function endHistories(): void {
  assert(historyAt == EngineLayout.rowUnits(LAYOUT_AT));
}

export function keyCache(place: CachePlace, layer: u32): u32 {
  return buffer(Region.Kv, place.at + 2 * layer * place.units, place.elements, place.dtype);
}

export function valueCache(place: CachePlace, layer: u32): u32 {
  const at = place.at + (2 * layer + 1) * place.units;
  return buffer(Region.Kv, at, place.elements, place.dtype);
}
