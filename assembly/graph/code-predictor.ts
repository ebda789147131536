// The code predictor: pass k of a frame predicts the code of group k + 1.
import { Dtype, ProbeKind, WeightKind, encodeCodeEmbed } from "../../shared/gen/protocol.as";
import { encodeHiddenLoad } from "../../shared/gen/protocol.as";
import { config, predictorConfig, talkerConfig } from "../config";
import { acquire, release } from "../plan/buffers";
import { emit, here, probe } from "../plan/writer";
import { runStack } from "./layer";
import { act, codesField, hiddenField, rowState } from "./places";
import { beginPredictor, predictorRun } from "./stack";
import { projectBiased, projectLogits, sized } from "./steps";
import { beginWeight, endWeight, matrix, part, scope, scopeIndex } from "./weights";
import { scopeText, tensor } from "./weights";

/** Passes of a frame. */
export function predictorPasses(): u32 {
  return config.groups - 1;
}

/** Logits of group `pass` + 1. Released by the caller. */
export function passLogits(level: u32, lanes: u32, pass: u32, valid: u32): u32 {
  // The first pass sees the talker's hidden as well; later ones one row, behind it.
  const tokens: u32 = pass == 0 ? 2 : 1;
  const position = pass == 0 ? 0 : pass + 1;
  const x = predictorInput(lanes, tokens, pass, valid);
  beginPredictor(level, lanes, tokens, position, valid);
  const h = runStack(predictorRun, x);
  const logits = passHead(h, lanes, tokens, pass);
  release(h);
  probe(ProbeKind.Logits, pass + 1, logits);
  return logits;
}

/** The talker's table: group 0 and the prompt's control ids. */
export function codecTable(): u32 {
  scope("talker.model.codec_embedding.");
  return tensor("weight", config.talkerVocab, talkerConfig.width);
}

/** The tables of groups 1 to groups - 1, one below the other. */
export function groupTables(): u32 {
  const tables = config.groups - 1;
  beginWeight(WeightKind.ConcatRows, tables * config.predictorVocab, talkerConfig.width, 0);
  for (let table: u32 = 0; table < tables; table++) {
    scope("talker.code_predictor.model.codec_embedding.");
    scopeIndex(table);
    part(".weight");
  }
  return endWeight(Dtype.Stored);
}

/** Rows of the talker's width, brought to the predictor's where the two differ. */
function predictorInput(lanes: u32, tokens: u32, pass: u32, valid: u32): u32 {
  const width = talkerConfig.width;
  const rows = lanes * tokens;
  const x = acquire(<u64>rows * width, act());
  if (pass == 0) emit(encodeHiddenLoad(here(), hiddenField(), x, lanes, tokens, 0, width));
  emitCodeEmbed(x, lanes, tokens, pass, valid);
  if (!config.hasProjection) return x;
  scope("talker.code_predictor.small_to_mtp_projection.");
  const projected = projectBiased(x, rows, width, predictorConfig.width);
  release(x);
  return projected;
}

/** The code of group `pass` goes into the last token, from its group's table. */
function emitCodeEmbed(x: u32, lanes: u32, tokens: u32, pass: u32, valid: u32): void {
  const isFirst = pass == 0;
  const table = isFirst ? codecTable() : groupTables();
  const tables: u32 = config.groups - 1;
  const rows = isFirst ? config.talkerVocab : tables * config.predictorVocab;
  const firstRow = isFirst ? 0 : (pass - 1) * config.predictorVocab;
  emit(
    encodeCodeEmbed(
      here(),
      rowState(),
      codesField(),
      valid,
      table,
      x,
      lanes,
      tokens,
      tokens - 1,
      talkerConfig.width,
      rows,
      firstRow,
      pass,
      config.groups,
      config.framesMax,
    ),
  );
}

/** Head `pass` on each lane's last token. */
function passHead(h: u32, lanes: u32, tokens: u32, pass: u32): u32 {
  const inputs = predictorConfig.width;
  const outputs = config.predictorVocab;
  scope("talker.code_predictor.lm_head.");
  scopeIndex(pass);
  scopeText(".");
  const w = matrix("weight", outputs, inputs);
  return projectLogits(h, w, sized(lanes, inputs, outputs), tokens * inputs);
}
