// A chunk of a request's prompt: text and codec rows, the talker's layers, the last row's hidden.
import { Dtype, ProbeKind, encodePrefillBegin } from "../../shared/gen/protocol.as";
import {
  encodePromptEmbed,
  encodePromptText,
  encodeVoiceEmbed,
} from "../../shared/gen/protocol.as";
import { config, talkerConfig } from "../config";
import { referenceMax } from "../encoder-config";
import { acquire, release } from "../plan/buffers";
import { emit, here, probe } from "../plan/writer";
import { act, promptField, referenceField, rowState, voiceField } from "./places";
import { codecTable, groupTables } from "./code-predictor";
import { prefillStep, projectText, textTable } from "./talker";

export function buildPrefill(level: u32, lanes: u32, tokens: u32): void {
  const valid = acquire(lanes, Dtype.U32);
  emit(encodePrefillBegin(here(), rowState(), valid, lanes, tokens));
  const x = projectText(promptText(lanes, tokens, valid), lanes * tokens);
  emitPromptEmbed(x, lanes, tokens, valid);
  if (referenceMax > 0) emitVoiceEmbed(x, lanes, tokens, valid);
  probe(ProbeKind.PrefillInput, 0, x);
  prefillStep(level, lanes, tokens, valid, x);
  release(valid);
}

function promptText(lanes: u32, tokens: u32, valid: u32): u32 {
  const y = acquire(<u64>lanes * tokens * config.textHidden, act());
  emit(
    encodePromptText(
      here(),
      rowState(),
      promptField(),
      valid,
      textTable(),
      y,
      lanes,
      tokens,
      config.textHidden,
      config.textVocab,
      config.promptMax,
    ),
  );
  return y;
}

/** Adds the codec rows to the projected text rows, in place. */
function emitPromptEmbed(x: u32, lanes: u32, tokens: u32, valid: u32): void {
  emit(
    encodePromptEmbed(
      here(),
      rowState(),
      promptField(),
      valid,
      x,
      codecTable(),
      x,
      lanes,
      tokens,
      talkerConfig.width,
      config.talkerVocab,
      config.promptMax,
    ),
  );
}

/** Adds the voice's vector and frames of its recording where the prompt names them, in place. */
function emitVoiceEmbed(x: u32, lanes: u32, tokens: u32, valid: u32): void {
  emit(
    encodeVoiceEmbed(
      here(),
      rowState(),
      promptField(),
      valid,
      voiceField(),
      referenceField(),
      codecTable(),
      groupTables(),
      x,
      lanes,
      tokens,
      talkerConfig.width,
      config.talkerVocab,
      config.predictorVocab,
      config.groups,
      config.groups - 1,
      config.promptMax,
      referenceMax,
    ),
  );
}
