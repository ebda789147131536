// The talker's own ends: text rows, a step from rows to the next hidden, the group-0 head.
import { ABSENT, ProbeKind, encodeAdvance, encodeFrameBegin } from "../../shared/gen/protocol.as";
import { Dtype, encodeFrameEmbed, encodeHiddenLoad } from "../../shared/gen/protocol.as";
import { encodePublishCodes, encodeTextRow } from "../../shared/gen/protocol.as";
import { config, talkerConfig } from "../config";
import { acquire, release } from "../plan/buffers";
import { emit, here, probe } from "../plan/writer";
import { codecTable, groupTables } from "./code-predictor";
import { runStack } from "./layer";
import { act, codesField, hiddenField, rowState, textField } from "./places";
import { beginTalker, talkerRun } from "./stack";
import { projectBiased, projectLogits, siluInPlace, sized } from "./steps";
import { matrix, scope, tensor } from "./weights";

/** One word a lane: has its row a frame to run? Released by the caller. */
export function frameBegin(lanes: u32, isForced: bool): u32 {
  const valid = acquire(lanes, Dtype.U32);
  emit(encodeFrameBegin(here(), rowState(), valid, lanes, isForced ? 1 : 0));
  return valid;
}

/** Logits of group 0, from the rows' hidden. Released by the caller. */
export function headLogits(lanes: u32): u32 {
  const width = talkerConfig.width;
  const hidden = acquire(<u64>lanes * width, act());
  emit(encodeHiddenLoad(here(), hiddenField(), hidden, lanes, 1, 0, width));
  scope("talker.");
  const w = matrix("codec_head.weight", config.talkerVocab, width);
  const logits = projectLogits(hidden, w, sized(lanes, width, config.talkerVocab), width);
  release(hidden);
  probe(ProbeKind.Logits, 0, logits);
  return logits;
}

/** From rows of text embeddings to the talker's width: two biased layers. Releases x. */
export function projectText(x: u32, rows: u32): u32 {
  const width = config.textHidden;
  scope("talker.text_projection.linear_fc1.");
  const inner = projectBiased(x, rows, width, width);
  release(x);
  siluInPlace(inner, rows, width);
  scope("talker.text_projection.linear_fc2.");
  const y = projectBiased(inner, rows, width, talkerConfig.width);
  release(inner);
  return y;
}

export function textTable(): u32 {
  scope("talker.model.text_embedding.");
  return tensor("weight", config.textVocab, config.textHidden);
}

/** The frame's codes and text row become the talker's next input; the codes are published. */
export function frameInput(lanes: u32, valid: u32): u32 {
  const text = projectText(textRow(lanes), lanes);
  emit(
    encodeFrameEmbed(
      here(),
      rowState(),
      codesField(),
      valid,
      codecTable(),
      groupTables(),
      text,
      text,
      lanes,
      talkerConfig.width,
      config.talkerVocab,
      config.predictorVocab,
      config.groups,
      config.groups - 1,
      config.framesMax,
    ),
  );
  probe(ProbeKind.FrameInput, 0, text);
  emit(encodePublishCodes(here(), valid, rowState(), lanes));
  return text;
}

/** One position: layers, final norm, and the rows move on. Releases x. */
export function talkerStep(level: u32, lanes: u32, valid: u32, x: u32): void {
  beginTalker(level, lanes, 1, valid);
  closeStep(runStack(talkerRun, x), false);
}

/** The same for a chunk of the prompt, `tokens` positions long. */
export function prefillStep(level: u32, lanes: u32, tokens: u32, valid: u32, x: u32): void {
  beginTalker(level, lanes, tokens, valid);
  talkerRun.isPrompt = true;
  closeStep(runStack(talkerRun, x), true);
}

/** Keeps each lane's last valid row of h as its hidden. Releases h. */
function closeStep(h: u32, isPrefill: bool): void {
  probe(ProbeKind.Hidden, 0, h);
  emit(
    encodeAdvance(
      here(),
      h,
      talkerRun.valid,
      rowState(),
      hiddenField(),
      talkerRun.lanes,
      talkerRun.tokens,
      talkerConfig.width,
      isPrefill ? 1 : 0,
    ),
  );
  release(h);
}

function textRow(lanes: u32): u32 {
  const y = acquire(<u64>lanes * config.textHidden, act());
  emit(
    encodeTextRow(
      here(),
      rowState(),
      textField(),
      textTable(),
      y,
      lanes,
      config.textHidden,
      config.textVocab,
      config.textMax,
      config.ttsPad,
    ),
  );
  return y;
}
