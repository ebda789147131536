// One frame: as one program with picks on the device, from given codes, or cut into the segments
// between which the host picks.
import { Dtype, encodeExportLogits, encodePick } from "../../shared/gen/protocol.as";
import { EngineLayout } from "../../shared/gen/protocol.as";
import { LAYOUT_AT } from "../arenas";
import { config } from "../config";
import { acquire, release } from "../plan/buffers";
import { emit, here } from "../plan/writer";
import { passLogits, predictorPasses } from "./code-predictor";
import { codesField, logitsField, rowState, seenField } from "./places";
import { frameBegin, frameInput, headLogits, talkerStep } from "./talker";

/** Head and pick of group 0, the predictor with its picks, the talker's step. */
export function buildDecode(level: u32, lanes: u32): void {
  const valid = frameBegin(lanes, false);
  emitPick(headLogits(lanes), lanes, config.talkerVocab, 0, valid);
  for (let pass: u32 = 0; pass < predictorPasses(); pass++) {
    const logits = passLogits(level, lanes, pass, valid);
    emitPick(logits, lanes, config.predictorVocab, pass + 1, valid);
  }
  talkerStep(level, lanes, valid, frameInput(lanes, valid));
  release(valid);
}

/** The talker's step on a frame whose codes the host gave: replay, and the end of host picking. */
export function buildForced(level: u32, lanes: u32): void {
  const valid = frameBegin(lanes, true);
  talkerStep(level, lanes, valid, frameInput(lanes, valid));
  release(valid);
}

/** Group-0 logits for the host. */
export function buildHead(lanes: u32): void {
  const valid = frameBegin(lanes, false);
  emitExport(headLogits(lanes), lanes, config.talkerVocab);
  release(valid);
}

/** Logits of group `pass` + 1 for the host, which gave the codes before it. */
export function buildPredictor(level: u32, lanes: u32, pass: u32): void {
  const valid = frameBegin(lanes, false);
  emitExport(passLogits(level, lanes, pass, valid), lanes, config.predictorVocab);
  release(valid);
}

function emitPick(logits: u32, lanes: u32, vocab: u32, group: u32, valid: u32): void {
  const scratch = acquire(<u64>lanes * 2 * vocab, Dtype.U32);
  emit(
    encodePick(
      here(),
      logits,
      valid,
      rowState(),
      codesField(),
      seenField(),
      scratch,
      lanes,
      vocab,
      group,
      config.groups,
      config.framesMax,
      EngineLayout.seenWords(LAYOUT_AT),
      config.codebookSize,
      config.codecEos,
    ),
  );
  release(scratch);
  release(logits);
}

function emitExport(logits: u32, lanes: u32, vocab: u32): void {
  const logitsMax = EngineLayout.logitsMax(LAYOUT_AT);
  emit(encodeExportLogits(here(), logits, logitsField(), lanes, vocab, logitsMax));
  release(logits);
}
