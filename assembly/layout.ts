// Where everything of a row and of the caches lies, in units of ALIGNMENT bytes.
import { Dtype, EngineLayout, PAGE_POSITIONS, PlanError } from "../shared/gen/protocol.as";
import { PROMPT_ENTRY_WORDS, ROW_STATE_BYTES } from "../shared/gen/protocol.as";
import { LAYOUT_AT } from "./arenas";
import { VOCODE_FRAMES_MAX, codecConfig, config } from "./config";
import { StackConfig, predictorConfig, talkerConfig } from "./config";
import { referenceMax } from "./encoder-config";
import { unitsOf } from "./plan/buffers";

// Kernel widths of the codec decoder: properties of the architecture, not of a checkpoint.
export const PRE_CONV_TAPS: u32 = 3;
export const CONV_TAPS: u32 = 7;
/** Residual units of a waveform block; unit i has dilation 3^i. */
export const RESIDUAL_UNITS: u32 = 3;

/** A cache of one stack: k then v of each layer, each (page, kv_head, position, head_dim). */
export class CachePlace {
  /** First unit in the KV region. */
  at: u32 = 0;
  /** Units of one layer's k, or v. */
  units: u32 = 0;
  pages: u32 = 0;
  pagePositions: u32 = 0;
  /** Elements of one layer's k, or v. */
  elements: u32 = 0;
  /** That of the activations of the programs that use it. */
  dtype: Dtype = Dtype.F32;
}

export const talkerCache: CachePlace = new CachePlace();
/** One page a row: a frame's passes are positions 0 to groups - 1. */
export const predictorCache: CachePlace = new CachePlace();
/** One ring page a row: the window and the frames of one run. */
export const vocoderCache: CachePlace = new CachePlace();

let cursor: u64 = 0;

/** Dilation of residual unit `index`: 1, 3, 9. */
export function unitDilation(index: u32): u32 {
  let dilation: u32 = 1;
  for (let i: u32 = 0; i < index; i++) dilation *= 3;
  return dilation;
}

/** Writes EngineLayout at LAYOUT_AT from the configuration read last. */
export function computeLayout(): PlanError {
  EngineLayout.clear(LAYOUT_AT);
  EngineLayout.setRows(LAYOUT_AT, config.rows + 1);
  EngineLayout.setPages(LAYOUT_AT, config.pages + 1);
  writeLimits();
  if (!placeRow()) return PlanError.TooLarge;
  return placeCaches() ? PlanError.Ok : PlanError.TooLarge;
}

function writeLimits(): void {
  const at = LAYOUT_AT;
  const positions = config.promptMax + config.framesMax;
  EngineLayout.setPromptMax(at, config.promptMax);
  EngineLayout.setTextMax(at, config.textMax);
  EngineLayout.setFramesMax(at, config.framesMax);
  EngineLayout.setPagesMax(at, (positions + PAGE_POSITIONS - 1) / PAGE_POSITIONS);
  EngineLayout.setGroups(at, config.groups);
  EngineLayout.setFrameSamples(at, config.frameSamples);
  EngineLayout.setVocodeFramesMax(at, VOCODE_FRAMES_MAX);
  EngineLayout.setLogitsMax(at, max(config.talkerVocab, config.predictorVocab));
  EngineLayout.setSeenWords(at, (config.codebookSize + 31) / 32);
  EngineLayout.setTextVocab(at, config.textVocab);
  EngineLayout.setCodecVocab(at, config.talkerVocab);
  EngineLayout.setCodebookSize(at, config.codebookSize);
  EngineLayout.setHidden(at, talkerConfig.width);
}

/** Fields in order of EngineLayout, RowState first. Answers whether a row fits its units. */
function placeRow(): bool {
  const at = LAYOUT_AT;
  cursor = unitsOf(ROW_STATE_BYTES / 4, Dtype.U32);
  EngineLayout.setPromptAt(at, take(<u64>PROMPT_ENTRY_WORDS * config.promptMax, Dtype.U32));
  EngineLayout.setTextAt(at, take(config.textMax, Dtype.U32));
  EngineLayout.setCodesAt(at, take(<u64>config.framesMax * config.groups, Dtype.U32));
  EngineLayout.setSeenAt(at, take(EngineLayout.seenWords(at), Dtype.U32));
  EngineLayout.setPageTableAt(at, take(EngineLayout.pagesMax(at), Dtype.U32));
  EngineLayout.setHiddenAt(at, take(talkerConfig.width, Dtype.F32)); // room for either dtype
  EngineLayout.setLogitsAt(at, take(EngineLayout.logitsMax(at), Dtype.F32));
  EngineLayout.setPcmAt(at, take(<u64>VOCODE_FRAMES_MAX * config.frameSamples, Dtype.F32));
  if (referenceMax > 0) {
    EngineLayout.setReferenceMax(at, referenceMax);
    EngineLayout.setVoiceAt(at, take(talkerConfig.width, Dtype.F32));
    EngineLayout.setReferenceAt(at, take(<u64>referenceMax * config.groups, Dtype.U32));
  }
  EngineLayout.setStateAt(at, <u32>cursor);
  takeHistories();
  EngineLayout.setRowUnits(at, <u32>cursor);
  return fitsUnits(cursor * (config.rows + 1));
}

/** Vocoder histories, in the order in which the codec decoder runs its convolutions. */
function takeHistories(): void {
  takeHistory(PRE_CONV_TAPS - 1, config.quantizedDim);
  for (let i: u32 = 0; i < config.ratioCount; i++) takeHistory(CONV_TAPS - 1, config.latentDim);
  takeHistory(CONV_TAPS - 1, config.latentDim);
  let width = config.decoderDim;
  for (let block: u32 = 0; block < config.rateCount; block++) {
    takeHistory(1, width);
    width /= 2;
    for (let unit: u32 = 0; unit < RESIDUAL_UNITS; unit++) {
      takeHistory((CONV_TAPS - 1) * unitDilation(unit), width);
    }
  }
  takeHistory(CONV_TAPS - 1, width);
}

function takeHistory(tokens: u32, width: u32): void {
  take(<u64>tokens * width, config.codecActDtype);
}

function take(elements: u64, dtype: Dtype): u32 {
  const at = <u32>cursor;
  cursor += unitsOf(elements, dtype);
  return at;
}

function placeCaches(): bool {
  const rows = config.rows + 1;
  const ring = config.window + VOCODE_FRAMES_MAX;
  cursor = 0;
  talkerCache.dtype = config.actDtype;
  predictorCache.dtype = config.actDtype;
  vocoderCache.dtype = config.codecActDtype;
  if (!placeCache(talkerCache, talkerConfig, config.pages + 1, PAGE_POSITIONS)) return false;
  if (!placeCache(predictorCache, predictorConfig, rows, config.groups)) return false;
  if (!placeCache(vocoderCache, codecConfig, rows, ring)) return false;
  EngineLayout.setKvUnits(LAYOUT_AT, <u32>cursor);
  return true;
}

function placeCache(place: CachePlace, stack: StackConfig, pages: u32, positions: u32): bool {
  // Below 2^22 pages, 2^21 positions and 2^20 of width: the product needs care.
  const pageElements = <u64>positions * stack.kvWidth;
  if (pageElements > u32.MAX_VALUE) return false;
  const elements = pageElements * pages;
  if (elements > u32.MAX_VALUE) return false;
  place.at = <u32>cursor;
  place.pages = pages;
  place.pagePositions = positions;
  place.elements = <u32>elements;
  place.units = <u32>unitsOf(elements, place.dtype);
  cursor += <u64>place.units * 2 * stack.layers;
  return fitsUnits(cursor);
}

function fitsUnits(units: u64): bool {
  return units <= u32.MAX_VALUE;
}
