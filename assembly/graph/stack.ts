// One decoder stack as the program under construction runs it: dimensions, cache, positions.
import { ABSENT, Dtype, FusionLevel, PAGE_POSITIONS } from "../../shared/gen/protocol.as";
import { EngineLayout, PositionSource, WeightKind } from "../../shared/gen/protocol.as";
import { LAYOUT_AT } from "../arenas";
import { StackConfig, codecConfig, config, predictorConfig, talkerConfig } from "../config";
import { CachePlace, predictorCache, talkerCache, vocoderCache } from "../layout";
import { acquire } from "../plan/buffers";
import { act, pageTableField, rowState } from "./places";
import { beginWeight, endWeight, scope, scopeIndex, scopeText } from "./weights";

export class StackRun {
  level: u32 = 0;
  lanes: u32 = 0;
  tokens: u32 = 0;
  /** Added to the position that `source` names. */
  offset: u32 = 0;
  /** Valid tokens of a lane are valid · rate. */
  rate: u32 = 0;
  /** Keys a query sees; 0 for all before it. */
  window: u32 = 0;
  /** Table of the talker's pages; 0 entries where a row has one page of its own. */
  pagesMax: u32 = 0;
  valid: u32 = ABSENT;
  row: u32 = ABSENT;
  pageTable: u32 = ABSENT;
  frequencies: u32 = ABSENT;
  hasProbes: bool = false;
  /** Rows are a prompt's: many, so that products are the time, and stay as plain as they can be. */
  isPrompt: bool = false;

  constructor(
    readonly shape: StackConfig,
    readonly cache: CachePlace,
    readonly source: PositionSource,
    readonly names: string,
  ) {}

  /** Rows of an activation. */
  get rows(): u32 {
    return this.lanes * this.tokens;
  }

  get isFull(): bool {
    return this.level == FusionLevel.Full;
  }

  /** Scores of a head at most. */
  get contextMax(): u32 {
    return this.pagesMax > 0 ? this.pagesMax * PAGE_POSITIONS : this.cache.pagePositions;
  }

  /** A temporary of `width` for every row. */
  temporary(width: u32): u32 {
    return acquire(<u64>this.rows * width, act());
  }

  /** Sets the run's size; every operand but the positions' offset follows. */
  begin(level: u32, lanes: u32, tokens: u32, valid: u32): void {
    this.level = level;
    this.lanes = lanes;
    this.tokens = tokens;
    this.valid = valid;
    this.offset = 0;
    this.rate = 1;
    this.row = this.source == PositionSource.Zero ? ABSENT : rowState();
    beginWeight(WeightKind.RopeFrequencies, 1, this.shape.headDim / 2, this.shape.ropeTheta);
    this.frequencies = endWeight(Dtype.F32);
  }

  /** Weight names that follow are of layer `layer`. */
  enterLayer(layer: u32): void {
    scope(this.names);
    scopeText("layers.");
    scopeIndex(layer);
    scopeText(".");
  }
}

export const talkerRun: StackRun = new StackRun(
  talkerConfig,
  talkerCache,
  PositionSource.Talker,
  "talker.model.",
);
export const predictorRun: StackRun = new StackRun(
  predictorConfig,
  predictorCache,
  PositionSource.Zero,
  "talker.code_predictor.model.",
);
export const codecRun: StackRun = new StackRun(
  codecConfig,
  vocoderCache,
  PositionSource.Vocoder,
  "speech_tokenizer.decoder.pre_transformer.",
);

/** The talker, `tokens` positions on from RowState.position. */
export function beginTalker(level: u32, lanes: u32, tokens: u32, valid: u32): void {
  talkerRun.begin(level, lanes, tokens, valid);
  talkerRun.pageTable = pageTableField();
  talkerRun.pagesMax = EngineLayout.pagesMax(LAYOUT_AT);
  talkerRun.hasProbes = true;
  talkerRun.isPrompt = false;
}

/** A predictor pass: `tokens` positions from `position` on. Lanes without a frame append none. */
export function beginPredictor(
  level: u32,
  lanes: u32,
  tokens: u32,
  position: u32,
  valid: u32,
): void {
  predictorRun.begin(level, lanes, tokens, valid);
  predictorRun.offset = position;
  predictorRun.rate = tokens;
}

/** The codec decoder's transformer, `frames` positions on from RowState.vocoded. */
export function beginCodec(level: u32, lanes: u32, frames: u32, valid: u32): void {
  codecRun.begin(level, lanes, frames, valid);
  codecRun.window = config.window;
}
