// Generated from shared/protocol.json by `npm run gen`; do not edit.

export const LAYOUT_HASH: u32 = 0x00ac8e93;
/** First word of a program: 'VXPG'. */
export const PROGRAM_MAGIC: u32 = 1196447830;
/** First word of a submission: 'VXSB'. */
export const SUBMISSION_MAGIC: u32 = 1112758358;
/** First word of the shared region: 'VXRG'; written last. */
export const REGION_MAGIC: u32 = 1196578902;
/** No buffer, no id, no row. */
export const ABSENT: u32 = 4294967295;
/** Offsets of buffers and row fields are counted in this. */
export const ALIGNMENT: u32 = 256;
/** Talker positions in one KV page. */
export const PAGE_POSITIONS: u32 = 64;
/** Frames held by a row's output ring. */
export const OUTPUT_FRAMES: u32 = 64;
/** Lanes of the largest program bucket. */
export const LANES_MAX: u32 = 32;
/** No op record is longer. */
export const OP_WORDS_MAX: u32 = 40;
/** Text id, codec id, extra row: 0 is the voice's vector, 1 + t the codes of frame t of its recording; none where absent. */
export const PROMPT_ENTRY_WORDS: u32 = 3;

/** What a completion, a reply or a kernel answers. Zero is success. */
export const enum ErrorCode {
  Ok = 0,
  BadHeader = 1,
  BadRecord = 2,
  BadProgram = 3,
  BadOp = 4,
  BadHandle = 5,
  BadExtent = 6,
  BadAlias = 7,
  BadShape = 8,
  BadDtype = 9,
  BadRow = 10,
  BadGeneration = 11,
  BadPage = 12,
  BadIndex = 13,
  BadLimit = 14,
  BadSampling = 15,
  BadControl = 16,
  BadMemory = 17,
  LayoutMismatch = 18,
  WeightMissing = 19,
  BadWeight = 20,
  NoMemory = 21,
  NotLoaded = 22,
  Unsupported = 23,
  Cancelled = 24,
  Internal = 25,
  DeviceFailed = 26,
}

/** Element type of a buffer. */
export const enum Dtype {
  F32 = 0,
  Bf16 = 1,
  U32 = 2,
  Stored = 3,
  I8 = 4,
}

/** Where a buffer lives. */
export const enum Region {
  Weight = 0,
  Arena = 1,
  Row = 2,
  Kv = 3,
}

/** What a program computes. */
export const enum ProgramKind {
  Prefill = 0,
  Decode = 1,
  Forced = 2,
  Head = 3,
  Predictor = 4,
  Talker = 5,
  Vocode = 6,
  Prime = 7,
  EncodeSpeaker = 8,
  EncodeCodes = 9,
}

/** Which ops a program fuses; each level includes the ones before it. */
export const enum FusionLevel {
  Sequential = 0,
  Norm = 1,
  Swiglu = 2,
  Rope = 3,
  Full = 4,
}

/** Runs of one class keep their order; classes overlap. */
export const enum LaneClass {
  Decode = 0,
  Vocode = 1,
  Encode = 2,
}

/** Records of a submission. */
export const enum RecordKind {
  Define = 1,
  Admit = 2,
  Extend = 3,
  Run = 4,
  Cancel = 5,
  Release = 6,
}

/** Why a row is done. */
export const enum FinishReason {
  None = 0,
  Stop = 1,
  Length = 2,
  BadLogits = 3,
  Cancelled = 4,
}

/** Where an op takes its lane's first position from. */
export const enum PositionSource {
  Zero = 0,
  Talker = 1,
  Vocoder = 2,
}

/** How a weight is made from tensors of the checkpoint. Shapes are rows × cols. */
export const enum WeightKind {
  Tensor = 0,
  ConcatRows = 1,
  InterleaveRows = 2,
  Codebooks = 3,
  Exp = 4,
  ExpInverse = 5,
  ConvTaps = 6,
  TransposedTaps = 7,
  RopeFrequencies = 8,
  DftBasis = 9,
  MelFilters = 10,
}

/** What a labelled buffer holds, so that programs of different fusion can be compared. */
export const enum ProbeKind {
  PrefillInput = 0,
  LayerOutput = 1,
  Hidden = 2,
  Logits = 3,
  FrameInput = 4,
  VocoderStage = 5,
  Pcm = 6,
  EncoderStage = 7,
}

/** Why the planner refuses a configuration or a program. Zero is success. */
export const enum PlanError {
  Ok = 0,
  BadTalker = 1,
  BadPredictor = 2,
  BadCodec = 3,
  BadLimits = 4,
  BadLevel = 5,
  BadDtype = 6,
  TooLarge = 7,
  BadKey = 8,
  ProgramFull = 9,
  WeightsFull = 10,
  ProgramsFull = 11,
  BadEncoder = 12,
}

/** What a convolution sees beyond the ends of its input. */
export const enum Padding {
  Zeros = 0,
  Reflect = 1,
  Replicate = 2,
}

/** A function of single elements. */
export const enum Activation {
  None = 0,
  Relu = 1,
  Elu = 2,
  Tanh = 3,
}

/** Ops of a program. */
export const enum OpCode {
  Matmul = 1,
  MatmulResidual = 2,
  NormMatmul = 3,
  NormSwigluMatmul = 4,
  RmsNorm = 10,
  AddRmsNorm = 11,
  ResidualAdd = 12,
  LayerNorm = 13,
  Silu = 14,
  Mul = 15,
  SiluMul = 16,
  Gelu = 17,
  LayerScaleAdd = 18,
  Snake = 19,
  RopeCosine = 30,
  RopeRotateAdd = 31,
  RopeQk = 32,
  KvAppend = 33,
  QkNormRopeAppend = 34,
  AttentionScores = 35,
  AttentionSoftmax = 36,
  AttentionValues = 37,
  Attention = 38,
  QkvAttention = 39,
  VocodeBegin = 50,
  CodebookSum = 51,
  CausalConv1d = 52,
  DepthwiseConv1d = 53,
  TransposedConv1d = 54,
  PublishPcm = 55,
  PrefillBegin = 70,
  PromptText = 71,
  PromptEmbed = 72,
  Advance = 73,
  FrameBegin = 74,
  HiddenLoad = 75,
  CodeEmbed = 76,
  TextRow = 77,
  FrameEmbed = 78,
  Pick = 79,
  PublishCodes = 80,
  ExportLogits = 81,
  Conv1d = 100,
  Activation = 101,
  LogMel = 102,
  Columns = 103,
  ChannelStatistics = 104,
  GateAdd = 105,
  SelfAttention = 106,
  NearestCode = 107,
  VoiceEmbed = 110,
  ReferenceBegin = 111,
  ReferenceAdvance = 112,
}

export const PROGRAM_HEADER_BYTES: u32 = 64;
/** Opens a program: header, buffer table, probe table, op words, in this order without gaps. */
export class ProgramHeader {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 64);
  }
  /** program_magic; written last. */
  static magic(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setMagic(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** LAYOUT_HASH of the writer. */
  static layoutHash(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setLayoutHash(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Header to last op. */
  static programBytes(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setProgramBytes(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** program_kind. */
  static kind(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setKind(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** fusion_level. */
  static level(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setLevel(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Lanes of a run, 1 to lanes_max. */
  static lanes(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setLanes(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** Prompt rows (prefill) or frames (vocode) a lane; else 1. */
  static tokens(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setTokens(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** Predictor segments: the pass; else 0. */
  static pass(at: usize): u32 {
    return load<u32>(at, 28);
  }
  static setPass(at: usize, value: u32): void {
    store<u32>(at, value, 28);
  }
  /** Entries of the buffer table. */
  static bufferCount(at: usize): u32 {
    return load<u32>(at, 32);
  }
  static setBufferCount(at: usize, value: u32): void {
    store<u32>(at, value, 32);
  }
  /** Entries of the probe table. */
  static probeCount(at: usize): u32 {
    return load<u32>(at, 36);
  }
  static setProbeCount(at: usize, value: u32): void {
    store<u32>(at, value, 36);
  }
  /** Op records. */
  static opCount(at: usize): u32 {
    return load<u32>(at, 40);
  }
  static setOpCount(at: usize, value: u32): void {
    store<u32>(at, value, 40);
  }
  /** Words of all op records. */
  static opWords(at: usize): u32 {
    return load<u32>(at, 44);
  }
  static setOpWords(at: usize, value: u32): void {
    store<u32>(at, value, 44);
  }
  /** Arena a run needs. */
  static arenaUnits(at: usize): u32 {
    return load<u32>(at, 48);
  }
  static setArenaUnits(at: usize, value: u32): void {
    store<u32>(at, value, 48);
  }
  /** dtype of activations: f32 or bf16. */
  static actDtype(at: usize): u32 {
    return load<u32>(at, 52);
  }
  static setActDtype(at: usize, value: u32): void {
    store<u32>(at, value, 52);
  }
  /** Ops of decoder stacks, their norms included: the ledger of fusion levels. */
  static layerOpCount(at: usize): u32 {
    return load<u32>(at, 56);
  }
  static setLayerOpCount(at: usize, value: u32): void {
    store<u32>(at, value, 56);
  }
}

export const BUFFER_ENTRY_BYTES: u32 = 16;
/** One buffer that ops name by its index in the table. */
export class BufferEntry {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 16);
  }
  /** region. */
  static region(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setRegion(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** From the region's start; a weight id in the weight region. */
  static offset(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setOffset(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Elements of the buffer. */
  static elements(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setElements(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** dtype. */
  static dtype(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setDtype(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
}

export const PROBE_ENTRY_BYTES: u32 = 16;
/** A buffer worth comparing, right after one op. */
export class ProbeEntry {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 16);
  }
  /** probe_kind. */
  static kind(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setKind(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Layer, group or stage. */
  static index(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setIndex(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Index of the op after which the buffer holds it. */
  static op(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setOp(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Buffer handle. */
  static buffer(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setBuffer(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
}

export const ROW_STATE_BYTES: u32 = 256;
/** Head of a row; everything a run may change of it. Field groups of other sizes follow at EngineLayout offsets. */
export class RowState {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 256);
  }
  /** Of the admit that took the row; 0 while free. */
  static generation(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setGeneration(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Talker positions in the KV cache. */
  static position(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setPosition(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Frames begun and not ended: index of the next group-0 pick. */
  static frame(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setFrame(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Published code frames. */
  static codesCount(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setCodesCount(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** Frames turned into PCM. */
  static vocoded(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setVocoded(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Prompt rows of the request. */
  static promptCount(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setPromptCount(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** Prompt rows in the KV cache. */
  static promptDone(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setPromptDone(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** Trailing text ids given so far. */
  static textCount(at: usize): u32 {
    return load<u32>(at, 28);
  }
  static setTextCount(at: usize, value: u32): void {
    store<u32>(at, value, 28);
  }
  /** 1 when no more text ids will come. */
  static textClosed(at: usize): u32 {
    return load<u32>(at, 32);
  }
  static setTextClosed(at: usize, value: u32): void {
    store<u32>(at, value, 32);
  }
  /** Group-0 picks at most; one frame fewer without end of speech. */
  static maxNewTokens(at: usize): u32 {
    return load<u32>(at, 36);
  }
  static setMaxNewTokens(at: usize, value: u32): void {
    store<u32>(at, value, 36);
  }
  /** End of speech is barred for so many picks. */
  static minNewTokens(at: usize): u32 {
    return load<u32>(at, 40);
  }
  static setMinNewTokens(at: usize, value: u32): void {
    store<u32>(at, value, 40);
  }
  /** 1 when no frame will follow. */
  static done(at: usize): u32 {
    return load<u32>(at, 44);
  }
  static setDone(at: usize, value: u32): void {
    store<u32>(at, value, 44);
  }
  /** finish_reason. */
  static finishReason(at: usize): u32 {
    return load<u32>(at, 48);
  }
  static setFinishReason(at: usize, value: u32): void {
    store<u32>(at, value, 48);
  }
  /** Frames whose codes the host gave in full. */
  static codesGiven(at: usize): u32 {
    return load<u32>(at, 52);
  }
  static setCodesGiven(at: usize, value: u32): void {
    store<u32>(at, value, 52);
  }
  /** Valid entries of the page table. */
  static pageCount(at: usize): u32 {
    return load<u32>(at, 56);
  }
  static setPageCount(at: usize, value: u32): void {
    store<u32>(at, value, 56);
  }
  /** Third word of the random counter. */
  static segment(at: usize): u32 {
    return load<u32>(at, 60);
  }
  static setSegment(at: usize, value: u32): void {
    store<u32>(at, value, 60);
  }
  /** Low word of the seed. */
  static seedLo(at: usize): u32 {
    return load<u32>(at, 64);
  }
  static setSeedLo(at: usize, value: u32): void {
    store<u32>(at, value, 64);
  }
  /** High word of the seed. */
  static seedHi(at: usize): u32 {
    return load<u32>(at, 68);
  }
  static setSeedHi(at: usize, value: u32): void {
    store<u32>(at, value, 68);
  }
  /** 0 takes the argmax of group 0. */
  static talkerDoSample(at: usize): u32 {
    return load<u32>(at, 72);
  }
  static setTalkerDoSample(at: usize, value: u32): void {
    store<u32>(at, value, 72);
  }
  /** Positive. */
  static talkerTemperature(at: usize): f32 {
    return load<f32>(at, 76);
  }
  static setTalkerTemperature(at: usize, value: f32): void {
    store<f32>(at, value, 76);
  }
  /** 0 keeps all. */
  static talkerTopK(at: usize): u32 {
    return load<u32>(at, 80);
  }
  static setTalkerTopK(at: usize, value: u32): void {
    store<u32>(at, value, 80);
  }
  /** Kept probability; 2^20 keeps all. */
  static talkerTopP(at: usize): u32 {
    return load<u32>(at, 84);
  }
  static setTalkerTopP(at: usize, value: u32): void {
    store<u32>(at, value, 84);
  }
  /** Positive; 1 is none. */
  static talkerRepetitionPenalty(at: usize): f32 {
    return load<f32>(at, 88);
  }
  static setTalkerRepetitionPenalty(at: usize, value: f32): void {
    store<f32>(at, value, 88);
  }
  /** 0 takes the argmax of the other groups. */
  static predictorDoSample(at: usize): u32 {
    return load<u32>(at, 92);
  }
  static setPredictorDoSample(at: usize, value: u32): void {
    store<u32>(at, value, 92);
  }
  /** Positive. */
  static predictorTemperature(at: usize): f32 {
    return load<f32>(at, 96);
  }
  static setPredictorTemperature(at: usize, value: f32): void {
    store<f32>(at, value, 96);
  }
  /** 0 keeps all. */
  static predictorTopK(at: usize): u32 {
    return load<u32>(at, 100);
  }
  static setPredictorTopK(at: usize, value: u32): void {
    store<u32>(at, value, 100);
  }
  /** Kept probability; 2^20 keeps all. */
  static predictorTopP(at: usize): u32 {
    return load<u32>(at, 104);
  }
  static setPredictorTopP(at: usize, value: u32): void {
    store<u32>(at, value, 104);
  }
  /** Of the recording that the voice comes from, kept in the row. */
  static referenceCount(at: usize): u32 {
    return load<u32>(at, 108);
  }
  static setReferenceCount(at: usize, value: u32): void {
    store<u32>(at, value, 108);
  }
  /** Of those, gone through the vocoder. */
  static referenceDone(at: usize): u32 {
    return load<u32>(at, 112);
  }
  static setReferenceDone(at: usize, value: u32): void {
    store<u32>(at, value, 112);
  }
}

export const SUBMISSION_HEADER_BYTES: u32 = 32;
/** Opens a payload slot; records follow without gaps. */
export class SubmissionHeader {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 32);
  }
  /** submission_magic. */
  static magic(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setMagic(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** LAYOUT_HASH of the writer. */
  static layoutHash(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setLayoutHash(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Header to last record. */
  static submissionBytes(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setSubmissionBytes(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Records that follow. */
  static recordCount(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setRecordCount(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** Echoed by the completion. */
  static token(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setToken(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
}

export const DEFINE_RECORD_BYTES: u32 = 32;
/** Followed by chunk_bytes of a program, a multiple of 4. */
export class DefineRecord {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 32);
  }
  /** record_kind.define. */
  static kind(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setKind(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Record with what follows it. */
  static recordBytes(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setRecordBytes(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Below 1024; a program is defined once. */
  static programId(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setProgramId(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Whole program. */
  static totalBytes(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setTotalBytes(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** Of this chunk; chunks come in order. */
  static offset(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setOffset(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** In this record. */
  static chunkBytes(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setChunkBytes(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
}

export const ADMIT_RECORD_BYTES: u32 = 96;
/** Followed by prompt_count × prompt_entry_words words, text_count text ids, page_count page ids, voice_count f32, reference_count × groups codes. */
export class AdmitRecord {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 96);
  }
  /** record_kind.admit. */
  static kind(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setKind(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Record with what follows it. */
  static recordBytes(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setRecordBytes(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** A free row. */
  static row(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setRow(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Not 0, and not the row's last one. */
  static generation(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setGeneration(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** Prompt rows; 0 for a vocode-only row. */
  static promptCount(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setPromptCount(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Trailing text ids. */
  static textCount(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setTextCount(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** 1: no more text will come. */
  static textClosed(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setTextClosed(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** At least 1, at most frames_max + 1. */
  static maxNewTokens(at: usize): u32 {
    return load<u32>(at, 28);
  }
  static setMaxNewTokens(at: usize, value: u32): void {
    store<u32>(at, value, 28);
  }
  /** Picks without end of speech. */
  static minNewTokens(at: usize): u32 {
    return load<u32>(at, 32);
  }
  static setMinNewTokens(at: usize, value: u32): void {
    store<u32>(at, value, 32);
  }
  /** Third word of the random counter. */
  static segment(at: usize): u32 {
    return load<u32>(at, 36);
  }
  static setSegment(at: usize, value: u32): void {
    store<u32>(at, value, 36);
  }
  /** Low word of the seed. */
  static seedLo(at: usize): u32 {
    return load<u32>(at, 40);
  }
  static setSeedLo(at: usize, value: u32): void {
    store<u32>(at, value, 40);
  }
  /** High word of the seed. */
  static seedHi(at: usize): u32 {
    return load<u32>(at, 44);
  }
  static setSeedHi(at: usize, value: u32): void {
    store<u32>(at, value, 44);
  }
  /** 0 or 1. */
  static talkerDoSample(at: usize): u32 {
    return load<u32>(at, 48);
  }
  static setTalkerDoSample(at: usize, value: u32): void {
    store<u32>(at, value, 48);
  }
  /** Positive and finite. */
  static talkerTemperature(at: usize): f32 {
    return load<f32>(at, 52);
  }
  static setTalkerTemperature(at: usize, value: f32): void {
    store<f32>(at, value, 52);
  }
  /** 0 keeps all. */
  static talkerTopK(at: usize): u32 {
    return load<u32>(at, 56);
  }
  static setTalkerTopK(at: usize, value: u32): void {
    store<u32>(at, value, 56);
  }
  /** 1 to 2^20. */
  static talkerTopP(at: usize): u32 {
    return load<u32>(at, 60);
  }
  static setTalkerTopP(at: usize, value: u32): void {
    store<u32>(at, value, 60);
  }
  /** Positive and finite. */
  static talkerRepetitionPenalty(at: usize): f32 {
    return load<f32>(at, 64);
  }
  static setTalkerRepetitionPenalty(at: usize, value: f32): void {
    store<f32>(at, value, 64);
  }
  /** 0 or 1. */
  static predictorDoSample(at: usize): u32 {
    return load<u32>(at, 68);
  }
  static setPredictorDoSample(at: usize, value: u32): void {
    store<u32>(at, value, 68);
  }
  /** Positive and finite. */
  static predictorTemperature(at: usize): f32 {
    return load<f32>(at, 72);
  }
  static setPredictorTemperature(at: usize, value: f32): void {
    store<f32>(at, value, 72);
  }
  /** 0 keeps all. */
  static predictorTopK(at: usize): u32 {
    return load<u32>(at, 76);
  }
  static setPredictorTopK(at: usize, value: u32): void {
    store<u32>(at, value, 76);
  }
  /** 1 to 2^20. */
  static predictorTopP(at: usize): u32 {
    return load<u32>(at, 80);
  }
  static setPredictorTopP(at: usize, value: u32): void {
    store<u32>(at, value, 80);
  }
  /** KV pages reserved now. */
  static pageCount(at: usize): u32 {
    return load<u32>(at, 84);
  }
  static setPageCount(at: usize, value: u32): void {
    store<u32>(at, value, 84);
  }
  /** Words of the voice's vector: 0, or EngineLayout.hidden. */
  static voiceCount(at: usize): u32 {
    return load<u32>(at, 88);
  }
  static setVoiceCount(at: usize, value: u32): void {
    store<u32>(at, value, 88);
  }
  /** Of the voice's recording. */
  static referenceCount(at: usize): u32 {
    return load<u32>(at, 92);
  }
  static setReferenceCount(at: usize, value: u32): void {
    store<u32>(at, value, 92);
  }
}

export const EXTEND_RECORD_BYTES: u32 = 48;
/** Followed by page_count page ids, text_count text ids, code_count codes. */
export class ExtendRecord {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 48);
  }
  /** record_kind.extend. */
  static kind(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setKind(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Record with what follows it. */
  static recordBytes(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setRecordBytes(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** An admitted row. */
  static row(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setRow(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Of its admit. */
  static generation(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setGeneration(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** KV pages appended to the page table. */
  static pageCount(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setPageCount(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Text ids appended. */
  static textCount(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setTextCount(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** 1 closes the text; it stays closed. */
  static textClosed(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setTextClosed(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** Index of the first code given: frame · groups + group. */
  static codeFirst(at: usize): u32 {
    return load<u32>(at, 28);
  }
  static setCodeFirst(at: usize, value: u32): void {
    store<u32>(at, value, 28);
  }
  /** Codes given. */
  static codeCount(at: usize): u32 {
    return load<u32>(at, 32);
  }
  static setCodeCount(at: usize, value: u32): void {
    store<u32>(at, value, 32);
  }
  /** RowState.codes_given from now on; never smaller. */
  static codesGiven(at: usize): u32 {
    return load<u32>(at, 36);
  }
  static setCodesGiven(at: usize, value: u32): void {
    store<u32>(at, value, 36);
  }
  /** 1 raises codes_count to codes_given: a vocode-only row. */
  static publish(at: usize): u32 {
    return load<u32>(at, 40);
  }
  static setPublish(at: usize, value: u32): void {
    store<u32>(at, value, 40);
  }
}

export const RUN_RECORD_BYTES: u32 = 32;
/** Followed by lane_count LaneEntry records. Lanes beyond them run on the scratch row. */
export class RunRecord {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 32);
  }
  /** record_kind.run. */
  static kind(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setKind(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Record with what follows it. */
  static recordBytes(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setRecordBytes(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** A defined program. */
  static programId(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setProgramId(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Runs in a row without host work, at least 1. */
  static repeat(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setRepeat(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** lane_class. */
  static laneClass(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setLaneClass(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Vocode: begin when every lane has published so many in all, or is done. */
  static waitFrames(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setWaitFrames(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** 1 to the program's lanes. */
  static laneCount(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setLaneCount(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
}

export const LANE_ENTRY_BYTES: u32 = 8;
/** One lane of a run. */
export class LaneEntry {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 8);
  }
  /** An admitted row; a row once a run. */
  static row(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setRow(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Of its admit. */
  static generation(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setGeneration(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
}

export const ROW_RECORD_BYTES: u32 = 16;
/** A cancel or a release. */
export class RowRecord {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 16);
  }
  /** record_kind.cancel or .release. */
  static kind(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setKind(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** 16. */
  static recordBytes(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setRecordBytes(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** An admitted row. */
  static row(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setRow(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Of its admit. */
  static generation(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setGeneration(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
}

export const COMPLETION_HEADER_BYTES: u32 = 64;
/** Opens a completion slot; lane_count LaneResult records follow, one for each row its runs touched. */
export class CompletionHeader {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 64);
  }
  /** Of the submission. */
  static token(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setToken(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** error: the first one met; later records did not run. */
  static status(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setStatus(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Record that failed; none otherwise. */
  static recordIndex(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setRecordIndex(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Op that failed; none otherwise. */
  static opIndex(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setOpIndex(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** Lane results that follow. */
  static laneCount(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setLaneCount(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Repeats of decode-class runs executed. */
  static framesRun(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setFramesRun(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** Kernel launches. */
  static opCount(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setOpCount(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** Time in decode-class runs. */
  static decodeNs(at: usize): u64 {
    return load<u64>(at, 32);
  }
  static setDecodeNs(at: usize, value: u64): void {
    store<u64>(at, value, 32);
  }
  /** Time in vocode-class runs. */
  static vocodeNs(at: usize): u64 {
    return load<u64>(at, 40);
  }
  static setVocodeNs(at: usize, value: u64): void {
    store<u64>(at, value, 40);
  }
}

export const LANE_RESULT_BYTES: u32 = 32;
/** Where a row stands when a submission completes. */
export class LaneResult {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 32);
  }
  /** Row index. */
  static row(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setRow(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Of its admit. */
  static generation(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setGeneration(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** RowState.position. */
  static position(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setPosition(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** RowState.prompt_done. */
  static promptDone(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setPromptDone(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** RowState.codes_count. */
  static codesCount(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setCodesCount(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** RowState.vocoded. */
  static vocoded(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setVocoded(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** RowState.done. */
  static done(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setDone(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** RowState.finish_reason. */
  static finishReason(at: usize): u32 {
    return load<u32>(at, 28);
  }
  static setFinishReason(at: usize, value: u32): void {
    store<u32>(at, value, 28);
  }
}

export const REGION_HEADER_BYTES: u32 = 4096;
/** First page of the shared region. One writer per index word; words that two sides poll are 128 bytes apart. */
export class RegionHeader {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 4096);
  }
  /** region_magic; the host writes it last. */
  static magic(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setMagic(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** LAYOUT_HASH of the host. */
  static layoutHash(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setLayoutHash(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Whole region, as sealed. */
  static regionBytes(at: usize): u64 {
    return load<u64>(at, 8);
  }
  static setRegionBytes(at: usize, value: u64): void {
    store<u64>(at, value, 8);
  }
  /** A power of two. */
  static submissionSlots(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setSubmissionSlots(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** A multiple of 4096. */
  static submissionSlotBytes(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setSubmissionSlotBytes(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** A power of two, at least submission_slots. */
  static completionSlots(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setCompletionSlots(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** A multiple of 64; header and one LaneResult for every row fit. */
  static completionSlotBytes(at: usize): u32 {
    return load<u32>(at, 28);
  }
  static setCompletionSlotBytes(at: usize, value: u32): void {
    store<u32>(at, value, 28);
  }
  /** Rows with an output area. */
  static outputRows(at: usize): u32 {
    return load<u32>(at, 32);
  }
  static setOutputRows(at: usize, value: u32): void {
    store<u32>(at, value, 32);
  }
  /** From one row's output area to the next; a multiple of 4096. */
  static outputStride(at: usize): u32 {
    return load<u32>(at, 36);
  }
  static setOutputStride(at: usize, value: u32): void {
    store<u32>(at, value, 36);
  }
  /** Codes of a frame. */
  static groups(at: usize): u32 {
    return load<u32>(at, 40);
  }
  static setGroups(at: usize, value: u32): void {
    store<u32>(at, value, 40);
  }
  /** PCM samples of a frame. */
  static frameSamples(at: usize): u32 {
    return load<u32>(at, 44);
  }
  static setFrameSamples(at: usize, value: u32): void {
    store<u32>(at, value, 44);
  }
  /** Logits an output area holds. */
  static logitsMax(at: usize): u32 {
    return load<u32>(at, 48);
  }
  static setLogitsMax(at: usize, value: u32): void {
    store<u32>(at, value, 48);
  }
  /** For people who read a dump. */
  static hostPid(at: usize): u32 {
    return load<u32>(at, 52);
  }
  static setHostPid(at: usize, value: u32): void {
    store<u32>(at, value, 52);
  }
  /** First submission slot. */
  static submissionOffset(at: usize): u64 {
    return load<u64>(at, 56);
  }
  static setSubmissionOffset(at: usize, value: u64): void {
    store<u64>(at, value, 56);
  }
  /** First completion slot. */
  static completionOffset(at: usize): u64 {
    return load<u64>(at, 64);
  }
  static setCompletionOffset(at: usize, value: u64): void {
    store<u64>(at, value, 64);
  }
  /** Output area of row 0. */
  static outputOffset(at: usize): u64 {
    return load<u64>(at, 72);
  }
  static setOutputOffset(at: usize, value: u64): void {
    store<u64>(at, value, 72);
  }
  /** Host writes. Submissions ever published; wraps. */
  static submissionTail(at: usize): u32 {
    return load<u32>(at, 128);
  }
  static setSubmissionTail(at: usize, value: u32): void {
    store<u32>(at, value, 128);
  }
  /** Sidecar writes. Submissions ever taken; wraps. */
  static submissionHead(at: usize): u32 {
    return load<u32>(at, 256);
  }
  static setSubmissionHead(at: usize, value: u32): void {
    store<u32>(at, value, 256);
  }
  /** Sidecar writes. Completions ever published; wraps. */
  static completionTail(at: usize): u32 {
    return load<u32>(at, 384);
  }
  static setCompletionTail(at: usize, value: u32): void {
    store<u32>(at, value, 384);
  }
  /** Host writes. Completions ever taken; wraps. */
  static completionHead(at: usize): u32 {
    return load<u32>(at, 512);
  }
  static setCompletionHead(at: usize, value: u32): void {
    store<u32>(at, value, 512);
  }
  /** Sidecar sets before it blocks; the host rings only then. */
  static sidecarAsleep(at: usize): u32 {
    return load<u32>(at, 640);
  }
  static setSidecarAsleep(at: usize, value: u32): void {
    store<u32>(at, value, 640);
  }
  /** Host sets before it blocks; the sidecar rings only then. */
  static hostAsleep(at: usize): u32 {
    return load<u32>(at, 768);
  }
  static setHostAsleep(at: usize, value: u32): void {
    store<u32>(at, value, 768);
  }
}

export const OUTPUT_HEADER_BYTES: u32 = 256;
/** Opens a row's output area: output_frames × groups codes (u32), output_frames × frame_samples PCM samples (f32), logits_max logits (f32) follow, each at the next multiple of 256 bytes. Frame i lies at i mod output_frames. The sidecar writes all of it; counts are released after what they count. */
export class OutputHeader {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 256);
  }
  /** Of the admit these counts belong to; stored after they were zeroed. */
  static generation(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setGeneration(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Code frames published. */
  static codesCount(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setCodesCount(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** PCM frames published. */
  static pcmCount(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setPcmCount(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Logit vectors published; only the last is held. */
  static logitsCount(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setLogitsCount(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** RowState.done, stored after the last codes_count. */
  static done(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setDone(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** RowState.finish_reason, stored before done. */
  static finishReason(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setFinishReason(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
}

export const ENGINE_LAYOUT_BYTES: u32 = 128;
/** Sizes and places of rows and caches: reckoned by the planner, sent with load, checked by the sidecar. */
export class EngineLayout {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 128);
  }
  /** Rows, the scratch row (the last one) included. */
  static rows(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setRows(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** From one row to the next. */
  static rowUnits(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setRowUnits(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Talker KV pages, the scratch page (the last one) included. */
  static pages(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setPages(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** All caches: talker pages, predictor, vocoder. */
  static kvUnits(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setKvUnits(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** Prompt entries in a row. */
  static promptAt(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setPromptAt(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Trailing text ids. */
  static textAt(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setTextAt(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** Codes (frames_max, groups). */
  static codesAt(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setCodesAt(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** Bit set of group-0 codes picked. */
  static seenAt(at: usize): u32 {
    return load<u32>(at, 28);
  }
  static setSeenAt(at: usize, value: u32): void {
    store<u32>(at, value, 28);
  }
  /** Page ids of the talker cache. */
  static pageTableAt(at: usize): u32 {
    return load<u32>(at, 32);
  }
  static setPageTableAt(at: usize, value: u32): void {
    store<u32>(at, value, 32);
  }
  /** Talker output of the last position, after the final norm. */
  static hiddenAt(at: usize): u32 {
    return load<u32>(at, 36);
  }
  static setHiddenAt(at: usize, value: u32): void {
    store<u32>(at, value, 36);
  }
  /** Logits for host sampling. */
  static logitsAt(at: usize): u32 {
    return load<u32>(at, 40);
  }
  static setLogitsAt(at: usize, value: u32): void {
    store<u32>(at, value, 40);
  }
  /** PCM of the last vocode run. */
  static pcmAt(at: usize): u32 {
    return load<u32>(at, 44);
  }
  static setPcmAt(at: usize, value: u32): void {
    store<u32>(at, value, 44);
  }
  /** First vocoder history; all until row_units. */
  static stateAt(at: usize): u32 {
    return load<u32>(at, 48);
  }
  static setStateAt(at: usize, value: u32): void {
    store<u32>(at, value, 48);
  }
  /** Prompt rows a row holds. */
  static promptMax(at: usize): u32 {
    return load<u32>(at, 52);
  }
  static setPromptMax(at: usize, value: u32): void {
    store<u32>(at, value, 52);
  }
  /** Trailing text ids a row holds. */
  static textMax(at: usize): u32 {
    return load<u32>(at, 56);
  }
  static setTextMax(at: usize, value: u32): void {
    store<u32>(at, value, 56);
  }
  /** Code frames a row holds. */
  static framesMax(at: usize): u32 {
    return load<u32>(at, 60);
  }
  static setFramesMax(at: usize, value: u32): void {
    store<u32>(at, value, 60);
  }
  /** Page-table entries of a row. */
  static pagesMax(at: usize): u32 {
    return load<u32>(at, 64);
  }
  static setPagesMax(at: usize, value: u32): void {
    store<u32>(at, value, 64);
  }
  /** Codes of a frame. */
  static groups(at: usize): u32 {
    return load<u32>(at, 68);
  }
  static setGroups(at: usize, value: u32): void {
    store<u32>(at, value, 68);
  }
  /** PCM samples of a frame. */
  static frameSamples(at: usize): u32 {
    return load<u32>(at, 72);
  }
  static setFrameSamples(at: usize, value: u32): void {
    store<u32>(at, value, 72);
  }
  /** Frames of the largest vocode program. */
  static vocodeFramesMax(at: usize): u32 {
    return load<u32>(at, 76);
  }
  static setVocodeFramesMax(at: usize, value: u32): void {
    store<u32>(at, value, 76);
  }
  /** Logits a row holds. */
  static logitsMax(at: usize): u32 {
    return load<u32>(at, 80);
  }
  static setLogitsMax(at: usize, value: u32): void {
    store<u32>(at, value, 80);
  }
  /** Words of the bit set. */
  static seenWords(at: usize): u32 {
    return load<u32>(at, 84);
  }
  static setSeenWords(at: usize, value: u32): void {
    store<u32>(at, value, 84);
  }
  /** Text ids are below this. */
  static textVocab(at: usize): u32 {
    return load<u32>(at, 88);
  }
  static setTextVocab(at: usize, value: u32): void {
    store<u32>(at, value, 88);
  }
  /** Codec ids of prompt rows are below this. */
  static codecVocab(at: usize): u32 {
    return load<u32>(at, 92);
  }
  static setCodecVocab(at: usize, value: u32): void {
    store<u32>(at, value, 92);
  }
  /** Codes are below this. */
  static codebookSize(at: usize): u32 {
    return load<u32>(at, 96);
  }
  static setCodebookSize(at: usize, value: u32): void {
    store<u32>(at, value, 96);
  }
  /** Talker width. */
  static hidden(at: usize): u32 {
    return load<u32>(at, 100);
  }
  static setHidden(at: usize, value: u32): void {
    store<u32>(at, value, 100);
  }
  /** Vector of the row's voice, f32, hidden of them. */
  static voiceAt(at: usize): u32 {
    return load<u32>(at, 104);
  }
  static setVoiceAt(at: usize, value: u32): void {
    store<u32>(at, value, 104);
  }
  /** Codes of the voice's recording, (reference_max, groups). */
  static referenceAt(at: usize): u32 {
    return load<u32>(at, 108);
  }
  static setReferenceAt(at: usize, value: u32): void {
    store<u32>(at, value, 108);
  }
  /** Frames of a recording that a row holds; 0 in a model that clones none. */
  static referenceMax(at: usize): u32 {
    return load<u32>(at, 112);
  }
  static setReferenceMax(at: usize, value: u32): void {
    store<u32>(at, value, 112);
  }
}

export const PLANNER_CONFIG_BYTES: u32 = 512;
/** What the planner must know of a checkpoint and of the engine's limits; the host writes it into Wasm memory. */
export class PlannerConfig {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 512);
  }
  /** Talker layers. */
  static talkerLayers(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setTalkerLayers(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** Talker width. */
  static talkerHidden(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setTalkerHidden(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Talker MLP width. */
  static talkerIntermediate(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setTalkerIntermediate(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Query heads. */
  static talkerHeads(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setTalkerHeads(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** Key and value heads. */
  static talkerKvHeads(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setTalkerKvHeads(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Head width. */
  static talkerHeadDim(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setTalkerHeadDim(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** Codec embedding and head rows. */
  static talkerVocab(at: usize): u32 {
    return load<u32>(at, 24);
  }
  static setTalkerVocab(at: usize, value: u32): void {
    store<u32>(at, value, 24);
  }
  /** RMSNorm epsilon. */
  static talkerRmsEps(at: usize): f32 {
    return load<f32>(at, 28);
  }
  static setTalkerRmsEps(at: usize, value: f32): void {
    store<f32>(at, value, 28);
  }
  /** Rotary base. */
  static talkerRopeTheta(at: usize): f32 {
    return load<f32>(at, 32);
  }
  static setTalkerRopeTheta(at: usize, value: f32): void {
    store<f32>(at, value, 32);
  }
  /** Text embedding rows. */
  static textVocab(at: usize): u32 {
    return load<u32>(at, 36);
  }
  static setTextVocab(at: usize, value: u32): void {
    store<u32>(at, value, 36);
  }
  /** Text embedding width. */
  static textHidden(at: usize): u32 {
    return load<u32>(at, 40);
  }
  static setTextHidden(at: usize, value: u32): void {
    store<u32>(at, value, 40);
  }
  /** Codes of a frame. */
  static groups(at: usize): u32 {
    return load<u32>(at, 44);
  }
  static setGroups(at: usize, value: u32): void {
    store<u32>(at, value, 44);
  }
  /** Codec id that ends speech. */
  static codecEos(at: usize): u32 {
    return load<u32>(at, 48);
  }
  static setCodecEos(at: usize, value: u32): void {
    store<u32>(at, value, 48);
  }
  /** Text id that follows the text. */
  static ttsPad(at: usize): u32 {
    return load<u32>(at, 52);
  }
  static setTtsPad(at: usize, value: u32): void {
    store<u32>(at, value, 52);
  }
  /** Predictor layers. */
  static predictorLayers(at: usize): u32 {
    return load<u32>(at, 56);
  }
  static setPredictorLayers(at: usize, value: u32): void {
    store<u32>(at, value, 56);
  }
  /** Predictor width. */
  static predictorHidden(at: usize): u32 {
    return load<u32>(at, 60);
  }
  static setPredictorHidden(at: usize, value: u32): void {
    store<u32>(at, value, 60);
  }
  /** Predictor MLP width. */
  static predictorIntermediate(at: usize): u32 {
    return load<u32>(at, 64);
  }
  static setPredictorIntermediate(at: usize, value: u32): void {
    store<u32>(at, value, 64);
  }
  /** Query heads. */
  static predictorHeads(at: usize): u32 {
    return load<u32>(at, 68);
  }
  static setPredictorHeads(at: usize, value: u32): void {
    store<u32>(at, value, 68);
  }
  /** Key and value heads. */
  static predictorKvHeads(at: usize): u32 {
    return load<u32>(at, 72);
  }
  static setPredictorKvHeads(at: usize, value: u32): void {
    store<u32>(at, value, 72);
  }
  /** Head width. */
  static predictorHeadDim(at: usize): u32 {
    return load<u32>(at, 76);
  }
  static setPredictorHeadDim(at: usize, value: u32): void {
    store<u32>(at, value, 76);
  }
  /** Rows of each table and head. */
  static predictorVocab(at: usize): u32 {
    return load<u32>(at, 80);
  }
  static setPredictorVocab(at: usize, value: u32): void {
    store<u32>(at, value, 80);
  }
  /** RMSNorm epsilon. */
  static predictorRmsEps(at: usize): f32 {
    return load<f32>(at, 84);
  }
  static setPredictorRmsEps(at: usize, value: f32): void {
    store<f32>(at, value, 84);
  }
  /** Rotary base. */
  static predictorRopeTheta(at: usize): f32 {
    return load<f32>(at, 88);
  }
  static setPredictorRopeTheta(at: usize, value: f32): void {
    store<f32>(at, value, 88);
  }
  /** 1 when small_to_mtp_projection exists. */
  static hasProjection(at: usize): u32 {
    return load<u32>(at, 92);
  }
  static setHasProjection(at: usize, value: u32): void {
    store<u32>(at, value, 92);
  }
  /** Entries of a codebook. */
  static codecCodebookSize(at: usize): u32 {
    return load<u32>(at, 96);
  }
  static setCodecCodebookSize(at: usize, value: u32): void {
    store<u32>(at, value, 96);
  }
  /** Width of a codebook entry. */
  static codecCodebookDim(at: usize): u32 {
    return load<u32>(at, 100);
  }
  static setCodecCodebookDim(at: usize, value: u32): void {
    store<u32>(at, value, 100);
  }
  /** Width after the output projections. */
  static codecQuantizedDim(at: usize): u32 {
    return load<u32>(at, 104);
  }
  static setCodecQuantizedDim(at: usize, value: u32): void {
    store<u32>(at, value, 104);
  }
  /** Width of pre_conv's output. */
  static codecLatentDim(at: usize): u32 {
    return load<u32>(at, 108);
  }
  static setCodecLatentDim(at: usize, value: u32): void {
    store<u32>(at, value, 108);
  }
  /** Transformer width. */
  static codecHidden(at: usize): u32 {
    return load<u32>(at, 112);
  }
  static setCodecHidden(at: usize, value: u32): void {
    store<u32>(at, value, 112);
  }
  /** Transformer MLP width. */
  static codecIntermediate(at: usize): u32 {
    return load<u32>(at, 116);
  }
  static setCodecIntermediate(at: usize, value: u32): void {
    store<u32>(at, value, 116);
  }
  /** Transformer layers. */
  static codecLayers(at: usize): u32 {
    return load<u32>(at, 120);
  }
  static setCodecLayers(at: usize, value: u32): void {
    store<u32>(at, value, 120);
  }
  /** Query heads. */
  static codecHeads(at: usize): u32 {
    return load<u32>(at, 124);
  }
  static setCodecHeads(at: usize, value: u32): void {
    store<u32>(at, value, 124);
  }
  /** Key and value heads. */
  static codecKvHeads(at: usize): u32 {
    return load<u32>(at, 128);
  }
  static setCodecKvHeads(at: usize, value: u32): void {
    store<u32>(at, value, 128);
  }
  /** Head width. */
  static codecHeadDim(at: usize): u32 {
    return load<u32>(at, 132);
  }
  static setCodecHeadDim(at: usize, value: u32): void {
    store<u32>(at, value, 132);
  }
  /** Attention window, the frame itself included. */
  static codecWindow(at: usize): u32 {
    return load<u32>(at, 136);
  }
  static setCodecWindow(at: usize, value: u32): void {
    store<u32>(at, value, 136);
  }
  /** RMSNorm epsilon. */
  static codecRmsEps(at: usize): f32 {
    return load<f32>(at, 140);
  }
  static setCodecRmsEps(at: usize, value: f32): void {
    store<f32>(at, value, 140);
  }
  /** Rotary base. */
  static codecRopeTheta(at: usize): f32 {
    return load<f32>(at, 144);
  }
  static setCodecRopeTheta(at: usize, value: f32): void {
    store<f32>(at, value, 144);
  }
  /** Width of the first waveform stage; halves in each block. */
  static codecDecoderDim(at: usize): u32 {
    return load<u32>(at, 148);
  }
  static setCodecDecoderDim(at: usize, value: u32): void {
    store<u32>(at, value, 148);
  }
  /** Leading groups of the semantic quantiser. */
  static codecSemanticGroups(at: usize): u32 {
    return load<u32>(at, 152);
  }
  static setCodecSemanticGroups(at: usize, value: u32): void {
    store<u32>(at, value, 152);
  }
  /** Latent upsampling stages. */
  static codecRatioCount(at: usize): u32 {
    return load<u32>(at, 156);
  }
  static setCodecRatioCount(at: usize, value: u32): void {
    store<u32>(at, value, 156);
  }
  /** Their factors, in order. */
  static codecRatios(at: usize, index: u32): u32 {
    return load<u32>(at + <usize>index * 4, 160);
  }
  static setCodecRatios(at: usize, index: u32, value: u32): void {
    store<u32>(at + <usize>index * 4, value, 160);
  }
  /** Waveform blocks. */
  static codecRateCount(at: usize): u32 {
    return load<u32>(at, 192);
  }
  static setCodecRateCount(at: usize, value: u32): void {
    store<u32>(at, value, 192);
  }
  /** Their strides, in order. */
  static codecRates(at: usize, index: u32): u32 {
    return load<u32>(at + <usize>index * 4, 196);
  }
  static setCodecRates(at: usize, index: u32, value: u32): void {
    store<u32>(at + <usize>index * 4, value, 196);
  }
  /** Requests served at once, the scratch row not counted. */
  static rows(at: usize): u32 {
    return load<u32>(at, 228);
  }
  static setRows(at: usize, value: u32): void {
    store<u32>(at, value, 228);
  }
  /** Talker KV pages, the scratch page not counted. */
  static pages(at: usize): u32 {
    return load<u32>(at, 232);
  }
  static setPages(at: usize, value: u32): void {
    store<u32>(at, value, 232);
  }
  /** Prompt rows of a request at most. */
  static promptMax(at: usize): u32 {
    return load<u32>(at, 236);
  }
  static setPromptMax(at: usize, value: u32): void {
    store<u32>(at, value, 236);
  }
  /** Trailing text ids of a request at most. */
  static textMax(at: usize): u32 {
    return load<u32>(at, 240);
  }
  static setTextMax(at: usize, value: u32): void {
    store<u32>(at, value, 240);
  }
  /** Frames of a request at most. */
  static framesMax(at: usize): u32 {
    return load<u32>(at, 244);
  }
  static setFramesMax(at: usize, value: u32): void {
    store<u32>(at, value, 244);
  }
  /** fusion_level of prefill programs. */
  static prefillLevel(at: usize): u32 {
    return load<u32>(at, 248);
  }
  static setPrefillLevel(at: usize, value: u32): void {
    store<u32>(at, value, 248);
  }
  /** fusion_level of all others. */
  static decodeLevel(at: usize): u32 {
    return load<u32>(at, 252);
  }
  static setDecodeLevel(at: usize, value: u32): void {
    store<u32>(at, value, 252);
  }
  /** dtype of activations. */
  static actDtype(at: usize): u32 {
    return load<u32>(at, 256);
  }
  static setActDtype(at: usize, value: u32): void {
    store<u32>(at, value, 256);
  }
  /** 1: logits come back and the planner picks. */
  static hostSampling(at: usize): u32 {
    return load<u32>(at, 260);
  }
  static setHostSampling(at: usize, value: u32): void {
    store<u32>(at, value, 260);
  }
  /** Frames of one decode run at most. */
  static repeatMax(at: usize): u32 {
    return load<u32>(at, 264);
  }
  static setRepeatMax(at: usize, value: u32): void {
    store<u32>(at, value, 264);
  }
  /** Requests that may wait for a row. */
  static queueMax(at: usize): u32 {
    return load<u32>(at, 268);
  }
  static setQueueMax(at: usize, value: u32): void {
    store<u32>(at, value, 268);
  }
  /** Frames of a vocode run once speech flows: 1, 2, 4 or 8. */
  static vocodeSteady(at: usize): u32 {
    return load<u32>(at, 272);
  }
  static setVocodeSteady(at: usize, value: u32): void {
    store<u32>(at, value, 272);
  }
  /** dtype of the vocoder's activations, and of its weights where they are bf16. */
  static codecActDtype(at: usize): u32 {
    return load<u32>(at, 276);
  }
  static setCodecActDtype(at: usize, value: u32): void {
    store<u32>(at, value, 276);
  }
  /** Frames of a recording; 0 in a model that clones no voice. */
  static referenceMax(at: usize): u32 {
    return load<u32>(at, 280);
  }
  static setReferenceMax(at: usize, value: u32): void {
    store<u32>(at, value, 280);
  }
  /** Of the speaker encoder's result: the talker's. */
  static speakerWidth(at: usize): u32 {
    return load<u32>(at, 284);
  }
  static setSpeakerWidth(at: usize, value: u32): void {
    store<u32>(at, value, 284);
  }
  /** Mel bands. */
  static speakerBands(at: usize): u32 {
    return load<u32>(at, 288);
  }
  static setSpeakerBands(at: usize, value: u32): void {
    store<u32>(at, value, 288);
  }
  /** Of recordings. */
  static speakerSampleRate(at: usize): u32 {
    return load<u32>(at, 292);
  }
  static setSpeakerSampleRate(at: usize, value: u32): void {
    store<u32>(at, value, 292);
  }
  /** Blocks in use: a plain one, squeeze-and-excitation ones, the one that joins them. */
  static speakerBlockCount(at: usize): u32 {
    return load<u32>(at, 296);
  }
  static setSpeakerBlockCount(at: usize, value: u32): void {
    store<u32>(at, value, 296);
  }
  /** Outputs of each block. */
  static speakerChannels(at: usize, index: u32): u32 {
    return load<u32>(at + <usize>index * 4, 300);
  }
  static setSpeakerChannels(at: usize, index: u32, value: u32): void {
    store<u32>(at + <usize>index * 4, value, 300);
  }
  /** Taps of each block's convolution. */
  static speakerTaps(at: usize, index: u32): u32 {
    return load<u32>(at + <usize>index * 4, 332);
  }
  static setSpeakerTaps(at: usize, index: u32, value: u32): void {
    store<u32>(at + <usize>index * 4, value, 332);
  }
  /** Of each block's convolution. */
  static speakerDilations(at: usize, index: u32): u32 {
    return load<u32>(at + <usize>index * 4, 364);
  }
  static setSpeakerDilations(at: usize, index: u32, value: u32): void {
    store<u32>(at + <usize>index * 4, value, 364);
  }
  /** Parts of a block's width that build on one another. */
  static speakerScale(at: usize): u32 {
    return load<u32>(at, 396);
  }
  static setSpeakerScale(at: usize, value: u32): void {
    store<u32>(at, value, 396);
  }
  /** Width between the two layers of a block's gate. */
  static speakerSqueeze(at: usize): u32 {
    return load<u32>(at, 400);
  }
  static setSpeakerSqueeze(at: usize, value: u32): void {
    store<u32>(at, value, 400);
  }
  /** Width of the layer in front of the pooling's scores. */
  static speakerAttention(at: usize): u32 {
    return load<u32>(at, 404);
  }
  static setSpeakerAttention(at: usize, value: u32): void {
    store<u32>(at, value, 404);
  }
  /** Of the codec encoder's transformer. */
  static encoderHidden(at: usize): u32 {
    return load<u32>(at, 408);
  }
  static setEncoderHidden(at: usize, value: u32): void {
    store<u32>(at, value, 408);
  }
  /** MLP width. */
  static encoderIntermediate(at: usize): u32 {
    return load<u32>(at, 412);
  }
  static setEncoderIntermediate(at: usize, value: u32): void {
    store<u32>(at, value, 412);
  }
  /** Transformer layers. */
  static encoderLayers(at: usize): u32 {
    return load<u32>(at, 416);
  }
  static setEncoderLayers(at: usize, value: u32): void {
    store<u32>(at, value, 416);
  }
  /** Query heads. */
  static encoderHeads(at: usize): u32 {
    return load<u32>(at, 420);
  }
  static setEncoderHeads(at: usize, value: u32): void {
    store<u32>(at, value, 420);
  }
  /** Key and value heads. */
  static encoderKvHeads(at: usize): u32 {
    return load<u32>(at, 424);
  }
  static setEncoderKvHeads(at: usize, value: u32): void {
    store<u32>(at, value, 424);
  }
  /** Head width. */
  static encoderHeadDim(at: usize): u32 {
    return load<u32>(at, 428);
  }
  static setEncoderHeadDim(at: usize, value: u32): void {
    store<u32>(at, value, 428);
  }
  /** Of its layer norms. */
  static encoderNormEps(at: usize): f32 {
    return load<f32>(at, 432);
  }
  static setEncoderNormEps(at: usize, value: f32): void {
    store<f32>(at, value, 432);
  }
  /** Base of its rotary frequencies. */
  static encoderRopeTheta(at: usize): f32 {
    return load<f32>(at, 436);
  }
  static setEncoderRopeTheta(at: usize, value: f32): void {
    store<f32>(at, value, 436);
  }
  /** Channels in front of its first stage; each stage doubles them. */
  static encoderFilters(at: usize): u32 {
    return load<u32>(at, 440);
  }
  static setEncoderFilters(at: usize, value: u32): void {
    store<u32>(at, value, 440);
  }
  /** Width of a stage over that within its residual unit. */
  static encoderCompress(at: usize): u32 {
    return load<u32>(at, 444);
  }
  static setEncoderCompress(at: usize, value: u32): void {
    store<u32>(at, value, 444);
  }
  /** Of its first convolution. */
  static encoderTaps(at: usize): u32 {
    return load<u32>(at, 448);
  }
  static setEncoderTaps(at: usize, value: u32): void {
    store<u32>(at, value, 448);
  }
  /** Of the last one in front of the transformer. */
  static encoderLastTaps(at: usize): u32 {
    return load<u32>(at, 452);
  }
  static setEncoderLastTaps(at: usize, value: u32): void {
    store<u32>(at, value, 452);
  }
  /** Of a residual unit's first convolution. */
  static encoderResidualTaps(at: usize): u32 {
    return load<u32>(at, 456);
  }
  static setEncoderResidualTaps(at: usize, value: u32): void {
    store<u32>(at, value, 456);
  }
  /** Stages in use. */
  static encoderRatioCount(at: usize): u32 {
    return load<u32>(at, 460);
  }
  static setEncoderRatioCount(at: usize, value: u32): void {
    store<u32>(at, value, 460);
  }
  /** Stride of each stage, in order. */
  static encoderRatios(at: usize, index: u32): u32 {
    return load<u32>(at + <usize>index * 4, 464);
  }
  static setEncoderRatios(at: usize, index: u32, value: u32): void {
    store<u32>(at + <usize>index * 4, value, 464);
  }
  /** Of the convolution behind the transformer. */
  static encoderStride(at: usize): u32 {
    return load<u32>(at, 496);
  }
  static setEncoderStride(at: usize, value: u32): void {
    store<u32>(at, value, 496);
  }
  /** Width of a codebook entry. */
  static encoderCodebookDim(at: usize): u32 {
    return load<u32>(at, 500);
  }
  static setEncoderCodebookDim(at: usize, value: u32): void {
    store<u32>(at, value, 500);
  }
  /** dtype to keep the matrices of talker and predictor in: stored, or i8. */
  static matrixDtype(at: usize): u32 {
    return load<u32>(at, 504);
  }
  static setMatrixDtype(at: usize, value: u32): void {
    store<u32>(at, value, 504);
  }
}

export const WEIGHT_ENTRY_BYTES: u32 = 32;
/** A weight that programs name by id; name_bytes of tensor names follow, each ended by a zero byte, padded to 4. */
export class WeightEntry {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, 32);
  }
  /** Counts from 0. */
  static id(at: usize): u32 {
    return load<u32>(at, 0);
  }
  static setId(at: usize, value: u32): void {
    store<u32>(at, value, 0);
  }
  /** weight_kind. */
  static kind(at: usize): u32 {
    return load<u32>(at, 4);
  }
  static setKind(at: usize, value: u32): void {
    store<u32>(at, value, 4);
  }
  /** Rows of the result. */
  static rows(at: usize): u32 {
    return load<u32>(at, 8);
  }
  static setRows(at: usize, value: u32): void {
    store<u32>(at, value, 8);
  }
  /** Columns of the result. */
  static cols(at: usize): u32 {
    return load<u32>(at, 12);
  }
  static setCols(at: usize, value: u32): void {
    store<u32>(at, value, 12);
  }
  /** Tensor names that follow. */
  static partCount(at: usize): u32 {
    return load<u32>(at, 16);
  }
  static setPartCount(at: usize, value: u32): void {
    store<u32>(at, value, 16);
  }
  /** Of all names, padding included. */
  static nameBytes(at: usize): u32 {
    return load<u32>(at, 20);
  }
  static setNameBytes(at: usize, value: u32): void {
    store<u32>(at, value, 20);
  }
  /** rope_frequencies: the base. transposed_taps: the stride. Else 0. */
  static scalar(at: usize): f32 {
    return load<f32>(at, 24);
  }
  static setScalar(at: usize, value: f32): void {
    store<f32>(at, value, 24);
  }
  /** Dtype to keep the weight in: stored for that of its tensors, bf16, or i8, which rows of tensors alone can be. Kinds that compute are f32 always. */
  static dtype(at: usize): u32 {
    return load<u32>(at, 28);
  }
  static setDtype(at: usize, value: u32): void {
    store<u32>(at, value, 28);
  }
}

/** y = x · wᵀ (+ bias): one dot product of length inputs for every row and output. Returns the words written. */
export function encodeMatmul(
  at: usize,
  x: u32,
  w: u32,
  bias: u32,
  y: u32,
  rows: u32,
  inputs: u32,
  outputs: u32,
  xStride: u32,
  xOffset: u32,
): u32 {
  store<u32>(at, 1 | (10 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, w, 8);
  store<u32>(at, bias, 12);
  store<u32>(at, y, 16);
  store<u32>(at, rows, 20);
  store<u32>(at, inputs, 24);
  store<u32>(at, outputs, 28);
  store<u32>(at, xStride, 32);
  store<u32>(at, xOffset, 36);
  return 10;
}

/** y += x · wᵀ (+ bias): the product is formed first, then added to what y holds. Returns the words written. */
export function encodeMatmulResidual(
  at: usize,
  x: u32,
  w: u32,
  bias: u32,
  y: u32,
  rows: u32,
  inputs: u32,
  outputs: u32,
  xStride: u32,
  xOffset: u32,
): u32 {
  store<u32>(at, 2 | (10 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, w, 8);
  store<u32>(at, bias, 12);
  store<u32>(at, y, 16);
  store<u32>(at, rows, 20);
  store<u32>(at, inputs, 24);
  store<u32>(at, outputs, 28);
  store<u32>(at, xStride, 32);
  store<u32>(at, xOffset, 36);
  return 10;
}

/** y = rms_norm(x; gain) · wᵀ. Returns the words written. */
export function encodeNormMatmul(
  at: usize,
  x: u32,
  gain: u32,
  w: u32,
  y: u32,
  rows: u32,
  inputs: u32,
  outputs: u32,
  eps: f32,
): u32 {
  store<u32>(at, 3 | (9 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, gain, 8);
  store<u32>(at, w, 12);
  store<u32>(at, y, 16);
  store<u32>(at, rows, 20);
  store<u32>(at, inputs, 24);
  store<u32>(at, outputs, 28);
  store<f32>(at, eps, 32);
  return 9;
}

/** y = silu(n · gateᵀ) * (n · upᵀ) with n = rms_norm(x; gain); rows of w are gate and up in turn. Returns the words written. */
export function encodeNormSwigluMatmul(
  at: usize,
  x: u32,
  gain: u32,
  w: u32,
  y: u32,
  rows: u32,
  inputs: u32,
  outputs: u32,
  eps: f32,
): u32 {
  store<u32>(at, 4 | (9 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, gain, 8);
  store<u32>(at, w, 12);
  store<u32>(at, y, 16);
  store<u32>(at, rows, 20);
  store<u32>(at, inputs, 24);
  store<u32>(at, outputs, 28);
  store<f32>(at, eps, 32);
  return 9;
}

/** y = x * rsqrt(mean(x²) + eps) * gain over the last axis. Returns the words written. */
export function encodeRmsNorm(
  at: usize,
  x: u32,
  gain: u32,
  y: u32,
  rows: u32,
  width: u32,
  eps: f32,
): u32 {
  store<u32>(at, 10 | (7 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, gain, 8);
  store<u32>(at, y, 12);
  store<u32>(at, rows, 16);
  store<u32>(at, width, 20);
  store<f32>(at, eps, 24);
  return 7;
}

/** x += d, then y = rms_norm(x; gain). Returns the words written. */
export function encodeAddRmsNorm(
  at: usize,
  d: u32,
  gain: u32,
  x: u32,
  y: u32,
  rows: u32,
  width: u32,
  eps: f32,
): u32 {
  store<u32>(at, 11 | (8 << 16));
  store<u32>(at, d, 4);
  store<u32>(at, gain, 8);
  store<u32>(at, x, 12);
  store<u32>(at, y, 16);
  store<u32>(at, rows, 20);
  store<u32>(at, width, 24);
  store<f32>(at, eps, 28);
  return 8;
}

/** x += d. Returns the words written. */
export function encodeResidualAdd(
  at: usize,
  d: u32,
  x: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 12 | (5 << 16));
  store<u32>(at, d, 4);
  store<u32>(at, x, 8);
  store<u32>(at, rows, 12);
  store<u32>(at, width, 16);
  return 5;
}

/** y = (x - mean) * rsqrt(variance + eps) * gain + bias over the last axis. Returns the words written. */
export function encodeLayerNorm(
  at: usize,
  x: u32,
  gain: u32,
  bias: u32,
  y: u32,
  rows: u32,
  width: u32,
  eps: f32,
): u32 {
  store<u32>(at, 13 | (8 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, gain, 8);
  store<u32>(at, bias, 12);
  store<u32>(at, y, 16);
  store<u32>(at, rows, 20);
  store<u32>(at, width, 24);
  store<f32>(at, eps, 28);
  return 8;
}

/** y = x * sigmoid(x). Returns the words written. */
export function encodeSilu(
  at: usize,
  x: u32,
  y: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 14 | (5 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, y, 8);
  store<u32>(at, rows, 12);
  store<u32>(at, width, 16);
  return 5;
}

/** y = a * b. Returns the words written. */
export function encodeMul(
  at: usize,
  a: u32,
  b: u32,
  y: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 15 | (6 << 16));
  store<u32>(at, a, 4);
  store<u32>(at, b, 8);
  store<u32>(at, y, 12);
  store<u32>(at, rows, 16);
  store<u32>(at, width, 20);
  return 6;
}

/** y = silu(gate) * up. Returns the words written. */
export function encodeSiluMul(
  at: usize,
  gate: u32,
  up: u32,
  y: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 16 | (6 << 16));
  store<u32>(at, gate, 4);
  store<u32>(at, up, 8);
  store<u32>(at, y, 12);
  store<u32>(at, rows, 16);
  store<u32>(at, width, 20);
  return 6;
}

/** y = x * Φ(x), with the exact error function. Returns the words written. */
export function encodeGelu(
  at: usize,
  x: u32,
  y: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 17 | (5 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, y, 8);
  store<u32>(at, rows, 12);
  store<u32>(at, width, 16);
  return 5;
}

/** x += scale * d. Returns the words written. */
export function encodeLayerScaleAdd(
  at: usize,
  d: u32,
  scale: u32,
  x: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 18 | (6 << 16));
  store<u32>(at, d, 4);
  store<u32>(at, scale, 8);
  store<u32>(at, x, 12);
  store<u32>(at, rows, 16);
  store<u32>(at, width, 20);
  return 6;
}

/** y = x + sin²(x * frequency) * magnitude, a pair for each channel. Returns the words written. */
export function encodeSnake(
  at: usize,
  x: u32,
  frequency: u32,
  magnitude: u32,
  y: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 19 | (7 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, frequency, 8);
  store<u32>(at, magnitude, 12);
  store<u32>(at, y, 16);
  store<u32>(at, rows, 20);
  store<u32>(at, width, 24);
  return 7;
}

/** y = x * cos(position * frequency), the first factor of the rotation. Returns the words written. */
export function encodeRopeCosine(
  at: usize,
  x: u32,
  frequencies: u32,
  row: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  headDim: u32,
  positionSource: u32,
  positionOffset: u32,
): u32 {
  store<u32>(at, 30 | (11 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, frequencies, 8);
  store<u32>(at, row, 12);
  store<u32>(at, y, 16);
  store<u32>(at, lanes, 20);
  store<u32>(at, tokens, 24);
  store<u32>(at, heads, 28);
  store<u32>(at, headDim, 32);
  store<u32>(at, positionSource, 36);
  store<u32>(at, positionOffset, 40);
  return 11;
}

/** y += rotate_half(x) * sin(position * frequency); rotate_half(x) = (-second half, first half). Returns the words written. */
export function encodeRopeRotateAdd(
  at: usize,
  x: u32,
  frequencies: u32,
  row: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  headDim: u32,
  positionSource: u32,
  positionOffset: u32,
): u32 {
  store<u32>(at, 31 | (11 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, frequencies, 8);
  store<u32>(at, row, 12);
  store<u32>(at, y, 16);
  store<u32>(at, lanes, 20);
  store<u32>(at, tokens, 24);
  store<u32>(at, heads, 28);
  store<u32>(at, headDim, 32);
  store<u32>(at, positionSource, 36);
  store<u32>(at, positionOffset, 40);
  return 11;
}

/** q and k rotated in place. Returns the words written. */
export function encodeRopeQk(
  at: usize,
  frequencies: u32,
  row: u32,
  q: u32,
  k: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32,
  positionSource: u32,
  positionOffset: u32,
): u32 {
  store<u32>(at, 32 | (12 << 16));
  store<u32>(at, frequencies, 4);
  store<u32>(at, row, 8);
  store<u32>(at, q, 12);
  store<u32>(at, k, 16);
  store<u32>(at, lanes, 20);
  store<u32>(at, tokens, 24);
  store<u32>(at, heads, 28);
  store<u32>(at, kvHeads, 32);
  store<u32>(at, headDim, 36);
  store<u32>(at, positionSource, 40);
  store<u32>(at, positionOffset, 44);
  return 12;
}

/** Valid tokens of x go into the cache at their positions. Returns the words written. */
export function encodeKvAppend(
  at: usize,
  x: u32,
  row: u32,
  pageTable: u32,
  valid: u32,
  cache: u32,
  lanes: u32,
  tokens: u32,
  kvHeads: u32,
  headDim: u32,
  pages: u32,
  pagePositions: u32,
  pagesMax: u32,
  positionSource: u32,
  positionOffset: u32,
  rate: u32,
): u32 {
  store<u32>(at, 33 | (16 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, row, 8);
  store<u32>(at, pageTable, 12);
  store<u32>(at, valid, 16);
  store<u32>(at, cache, 20);
  store<u32>(at, lanes, 24);
  store<u32>(at, tokens, 28);
  store<u32>(at, kvHeads, 32);
  store<u32>(at, headDim, 36);
  store<u32>(at, pages, 40);
  store<u32>(at, pagePositions, 44);
  store<u32>(at, pagesMax, 48);
  store<u32>(at, positionSource, 52);
  store<u32>(at, positionOffset, 56);
  store<u32>(at, rate, 60);
  return 16;
}

/** q and k of the joint rows are normalised by head and rotated, in place; k and v of valid tokens go into the caches. Returns the words written. */
export function encodeQkNormRopeAppend(
  at: usize,
  qGain: u32,
  kGain: u32,
  frequencies: u32,
  row: u32,
  pageTable: u32,
  valid: u32,
  qkv: u32,
  kCache: u32,
  vCache: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32,
  pages: u32,
  pagePositions: u32,
  pagesMax: u32,
  positionSource: u32,
  positionOffset: u32,
  rate: u32,
  eps: f32,
): u32 {
  store<u32>(at, 34 | (22 << 16));
  store<u32>(at, qGain, 4);
  store<u32>(at, kGain, 8);
  store<u32>(at, frequencies, 12);
  store<u32>(at, row, 16);
  store<u32>(at, pageTable, 20);
  store<u32>(at, valid, 24);
  store<u32>(at, qkv, 28);
  store<u32>(at, kCache, 32);
  store<u32>(at, vCache, 36);
  store<u32>(at, lanes, 40);
  store<u32>(at, tokens, 44);
  store<u32>(at, heads, 48);
  store<u32>(at, kvHeads, 52);
  store<u32>(at, headDim, 56);
  store<u32>(at, pages, 60);
  store<u32>(at, pagePositions, 64);
  store<u32>(at, pagesMax, 68);
  store<u32>(at, positionSource, 72);
  store<u32>(at, positionOffset, 76);
  store<u32>(at, rate, 80);
  store<f32>(at, eps, 84);
  return 22;
}

/** scores[j] = scale * q · k_j for the keys a query sees, oldest first; a token that is not valid writes none. Returns the words written. */
export function encodeAttentionScores(
  at: usize,
  q: u32,
  kCache: u32,
  row: u32,
  pageTable: u32,
  valid: u32,
  scores: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32,
  pages: u32,
  pagePositions: u32,
  pagesMax: u32,
  positionSource: u32,
  positionOffset: u32,
  rate: u32,
  window: u32,
  contextMax: u32,
  scale: f32,
): u32 {
  store<u32>(at, 35 | (21 << 16));
  store<u32>(at, q, 4);
  store<u32>(at, kCache, 8);
  store<u32>(at, row, 12);
  store<u32>(at, pageTable, 16);
  store<u32>(at, valid, 20);
  store<u32>(at, scores, 24);
  store<u32>(at, lanes, 28);
  store<u32>(at, tokens, 32);
  store<u32>(at, heads, 36);
  store<u32>(at, kvHeads, 40);
  store<u32>(at, headDim, 44);
  store<u32>(at, pages, 48);
  store<u32>(at, pagePositions, 52);
  store<u32>(at, pagesMax, 56);
  store<u32>(at, positionSource, 60);
  store<u32>(at, positionOffset, 64);
  store<u32>(at, rate, 68);
  store<u32>(at, window, 72);
  store<u32>(at, contextMax, 76);
  store<f32>(at, scale, 80);
  return 21;
}

/** Softmax over the scores a query has, in place. Returns the words written. */
export function encodeAttentionSoftmax(
  at: usize,
  row: u32,
  valid: u32,
  scores: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  positionSource: u32,
  positionOffset: u32,
  rate: u32,
  window: u32,
  contextMax: u32,
): u32 {
  store<u32>(at, 36 | (12 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, valid, 8);
  store<u32>(at, scores, 12);
  store<u32>(at, lanes, 16);
  store<u32>(at, tokens, 20);
  store<u32>(at, heads, 24);
  store<u32>(at, positionSource, 28);
  store<u32>(at, positionOffset, 32);
  store<u32>(at, rate, 36);
  store<u32>(at, window, 40);
  store<u32>(at, contextMax, 44);
  return 12;
}

/** y = Σ_j scores[j] * v_j, oldest first; zeros for a token that is not valid. Returns the words written. */
export function encodeAttentionValues(
  at: usize,
  scores: u32,
  vCache: u32,
  row: u32,
  pageTable: u32,
  valid: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32,
  pages: u32,
  pagePositions: u32,
  pagesMax: u32,
  positionSource: u32,
  positionOffset: u32,
  rate: u32,
  window: u32,
  contextMax: u32,
): u32 {
  store<u32>(at, 37 | (20 << 16));
  store<u32>(at, scores, 4);
  store<u32>(at, vCache, 8);
  store<u32>(at, row, 12);
  store<u32>(at, pageTable, 16);
  store<u32>(at, valid, 20);
  store<u32>(at, y, 24);
  store<u32>(at, lanes, 28);
  store<u32>(at, tokens, 32);
  store<u32>(at, heads, 36);
  store<u32>(at, kvHeads, 40);
  store<u32>(at, headDim, 44);
  store<u32>(at, pages, 48);
  store<u32>(at, pagePositions, 52);
  store<u32>(at, pagesMax, 56);
  store<u32>(at, positionSource, 60);
  store<u32>(at, positionOffset, 64);
  store<u32>(at, rate, 68);
  store<u32>(at, window, 72);
  store<u32>(at, contextMax, 76);
  return 20;
}

/** y = softmax(scale * q · K) · V over the keys a query sees; zeros for a token that is not valid. Returns the words written. */
export function encodeAttention(
  at: usize,
  q: u32,
  kCache: u32,
  vCache: u32,
  row: u32,
  pageTable: u32,
  valid: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32,
  pages: u32,
  pagePositions: u32,
  pagesMax: u32,
  positionSource: u32,
  positionOffset: u32,
  rate: u32,
  window: u32,
  scale: f32,
  qStride: u32,
): u32 {
  store<u32>(at, 38 | (22 << 16));
  store<u32>(at, q, 4);
  store<u32>(at, kCache, 8);
  store<u32>(at, vCache, 12);
  store<u32>(at, row, 16);
  store<u32>(at, pageTable, 20);
  store<u32>(at, valid, 24);
  store<u32>(at, y, 28);
  store<u32>(at, lanes, 32);
  store<u32>(at, tokens, 36);
  store<u32>(at, heads, 40);
  store<u32>(at, kvHeads, 44);
  store<u32>(at, headDim, 48);
  store<u32>(at, pages, 52);
  store<u32>(at, pagePositions, 56);
  store<u32>(at, pagesMax, 60);
  store<u32>(at, positionSource, 64);
  store<u32>(at, positionOffset, 68);
  store<u32>(at, rate, 72);
  store<u32>(at, window, 76);
  store<f32>(at, scale, 80);
  store<u32>(at, qStride, 84);
  return 22;
}

/** q and k of the joint rows are normalised by head and rotated, k and v of valid tokens go into the caches, then y = softmax(scale * q · K) · V; qkv stays as it was. Returns the words written. */
export function encodeQkvAttention(
  at: usize,
  qGain: u32,
  kGain: u32,
  frequencies: u32,
  row: u32,
  pageTable: u32,
  valid: u32,
  qkv: u32,
  kCache: u32,
  vCache: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32,
  pages: u32,
  pagePositions: u32,
  pagesMax: u32,
  positionSource: u32,
  positionOffset: u32,
  rate: u32,
  window: u32,
  eps: f32,
  scale: f32,
): u32 {
  store<u32>(at, 39 | (25 << 16));
  store<u32>(at, qGain, 4);
  store<u32>(at, kGain, 8);
  store<u32>(at, frequencies, 12);
  store<u32>(at, row, 16);
  store<u32>(at, pageTable, 20);
  store<u32>(at, valid, 24);
  store<u32>(at, qkv, 28);
  store<u32>(at, kCache, 32);
  store<u32>(at, vCache, 36);
  store<u32>(at, y, 40);
  store<u32>(at, lanes, 44);
  store<u32>(at, tokens, 48);
  store<u32>(at, heads, 52);
  store<u32>(at, kvHeads, 56);
  store<u32>(at, headDim, 60);
  store<u32>(at, pages, 64);
  store<u32>(at, pagePositions, 68);
  store<u32>(at, pagesMax, 72);
  store<u32>(at, positionSource, 76);
  store<u32>(at, positionOffset, 80);
  store<u32>(at, rate, 84);
  store<u32>(at, window, 88);
  store<f32>(at, eps, 92);
  store<f32>(at, scale, 96);
  return 25;
}

/** valid = min(frames, codes_count - vocoded) for each lane; 0 for the scratch row. Returns the words written. */
export function encodeVocodeBegin(
  at: usize,
  row: u32,
  valid: u32,
  lanes: u32,
  frames: u32,
): u32 {
  store<u32>(at, 50 | (5 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, valid, 8);
  store<u32>(at, lanes, 12);
  store<u32>(at, frames, 16);
  return 5;
}

/** semantic = Σ of the semantic groups' codebook entries, acoustic = Σ of the others', in group order; zeros beyond valid. Returns the words written. */
export function encodeCodebookSum(
  at: usize,
  row: u32,
  codes: u32,
  valid: u32,
  codebooks: u32,
  semantic: u32,
  acoustic: u32,
  lanes: u32,
  frames: u32,
  groups: u32,
  semanticGroups: u32,
  size: u32,
  dim: u32,
  framesMax: u32,
  ofReference: u32,
): u32 {
  store<u32>(at, 51 | (15 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, codes, 8);
  store<u32>(at, valid, 12);
  store<u32>(at, codebooks, 16);
  store<u32>(at, semantic, 20);
  store<u32>(at, acoustic, 24);
  store<u32>(at, lanes, 28);
  store<u32>(at, frames, 32);
  store<u32>(at, groups, 36);
  store<u32>(at, semanticGroups, 40);
  store<u32>(at, size, 44);
  store<u32>(at, dim, 48);
  store<u32>(at, framesMax, 52);
  store<u32>(at, ofReference, 56);
  return 15;
}

/** Causal convolution: y[t] = bias + Σ_tap w[:, tap] · x[t - (taps - 1 - tap) * dilation], inputs before the packet from the history. Returns the words written. */
export function encodeCausalConv1d(
  at: usize,
  x: u32,
  w: u32,
  bias: u32,
  valid: u32,
  history: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  inputs: u32,
  outputs: u32,
  taps: u32,
  dilation: u32,
  historyTokens: u32,
  rate: u32,
): u32 {
  store<u32>(at, 52 | (15 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, w, 8);
  store<u32>(at, bias, 12);
  store<u32>(at, valid, 16);
  store<u32>(at, history, 20);
  store<u32>(at, y, 24);
  store<u32>(at, lanes, 28);
  store<u32>(at, tokens, 32);
  store<u32>(at, inputs, 36);
  store<u32>(at, outputs, 40);
  store<u32>(at, taps, 44);
  store<u32>(at, dilation, 48);
  store<u32>(at, historyTokens, 52);
  store<u32>(at, rate, 56);
  return 15;
}

/** Causal convolution of each channel by itself. Returns the words written. */
export function encodeDepthwiseConv1d(
  at: usize,
  x: u32,
  w: u32,
  bias: u32,
  valid: u32,
  history: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  width: u32,
  taps: u32,
  historyTokens: u32,
  rate: u32,
): u32 {
  store<u32>(at, 53 | (13 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, w, 8);
  store<u32>(at, bias, 12);
  store<u32>(at, valid, 16);
  store<u32>(at, history, 20);
  store<u32>(at, y, 24);
  store<u32>(at, lanes, 28);
  store<u32>(at, tokens, 32);
  store<u32>(at, width, 36);
  store<u32>(at, taps, 40);
  store<u32>(at, historyTokens, 44);
  store<u32>(at, rate, 48);
  return 13;
}

/** y[t * stride + phase] = bias + w[phase] · (x[t], x[t - 1]): a gather, so that packets of any size add up in one order. Returns the words written. */
export function encodeTransposedConv1d(
  at: usize,
  x: u32,
  w: u32,
  bias: u32,
  valid: u32,
  history: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  inputs: u32,
  outputs: u32,
  stride: u32,
  spans: u32,
  rate: u32,
): u32 {
  store<u32>(at, 54 | (14 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, w, 8);
  store<u32>(at, bias, 12);
  store<u32>(at, valid, 16);
  store<u32>(at, history, 20);
  store<u32>(at, y, 24);
  store<u32>(at, lanes, 28);
  store<u32>(at, tokens, 32);
  store<u32>(at, inputs, 36);
  store<u32>(at, outputs, 40);
  store<u32>(at, stride, 44);
  store<u32>(at, spans, 48);
  store<u32>(at, rate, 52);
  return 14;
}

/** Valid frames of x, clamped to [-1, 1], become the row's PCM; vocoded grows by valid. Returns the words written. */
export function encodePublishPcm(
  at: usize,
  x: u32,
  valid: u32,
  row: u32,
  pcm: u32,
  lanes: u32,
  frames: u32,
  frameSamples: u32,
  framesMax: u32,
): u32 {
  store<u32>(at, 55 | (9 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, valid, 8);
  store<u32>(at, row, 12);
  store<u32>(at, pcm, 16);
  store<u32>(at, lanes, 20);
  store<u32>(at, frames, 24);
  store<u32>(at, frameSamples, 28);
  store<u32>(at, framesMax, 32);
  return 9;
}

/** valid = min(tokens, prompt_count - prompt_done); 0 for a row that is done. Returns the words written. */
export function encodePrefillBegin(
  at: usize,
  row: u32,
  valid: u32,
  lanes: u32,
  tokens: u32,
): u32 {
  store<u32>(at, 70 | (5 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, valid, 8);
  store<u32>(at, lanes, 12);
  store<u32>(at, tokens, 16);
  return 5;
}

/** Text embedding of the next prompt rows; zeros for a row without text and beyond valid. Returns the words written. */
export function encodePromptText(
  at: usize,
  row: u32,
  prompt: u32,
  valid: u32,
  table: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  width: u32,
  tableRows: u32,
  promptMax: u32,
): u32 {
  store<u32>(at, 71 | (11 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, prompt, 8);
  store<u32>(at, valid, 12);
  store<u32>(at, table, 16);
  store<u32>(at, y, 20);
  store<u32>(at, lanes, 24);
  store<u32>(at, tokens, 28);
  store<u32>(at, width, 32);
  store<u32>(at, tableRows, 36);
  store<u32>(at, promptMax, 40);
  return 11;
}

/** y = text row (where the prompt row has text) + codec embedding (where it has a codec id); zeros beyond valid. Returns the words written. */
export function encodePromptEmbed(
  at: usize,
  row: u32,
  prompt: u32,
  valid: u32,
  text: u32,
  table: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  width: u32,
  tableRows: u32,
  promptMax: u32,
): u32 {
  store<u32>(at, 72 | (12 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, prompt, 8);
  store<u32>(at, valid, 12);
  store<u32>(at, text, 16);
  store<u32>(at, table, 20);
  store<u32>(at, y, 24);
  store<u32>(at, lanes, 28);
  store<u32>(at, tokens, 32);
  store<u32>(at, width, 36);
  store<u32>(at, tableRows, 40);
  store<u32>(at, promptMax, 44);
  return 12;
}

/** hidden = x at the last valid token, position += valid; in prefill prompt_done += valid. Nothing where valid is 0. Returns the words written. */
export function encodeAdvance(
  at: usize,
  x: u32,
  valid: u32,
  row: u32,
  hidden: u32,
  lanes: u32,
  tokens: u32,
  width: u32,
  prefill: u32,
): u32 {
  store<u32>(at, 73 | (9 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, valid, 8);
  store<u32>(at, row, 12);
  store<u32>(at, hidden, 16);
  store<u32>(at, lanes, 20);
  store<u32>(at, tokens, 24);
  store<u32>(at, width, 28);
  store<u32>(at, prefill, 32);
  return 9;
}

/** valid = 1 where the lane's row has a frame to run: not done, prompt in the cache, and its next text row (or the end of the text) known; forced: the frame's codes given. Returns the words written. */
export function encodeFrameBegin(
  at: usize,
  row: u32,
  valid: u32,
  lanes: u32,
  forced: u32,
): u32 {
  store<u32>(at, 74 | (5 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, valid, 8);
  store<u32>(at, lanes, 12);
  store<u32>(at, forced, 16);
  return 5;
}

/** y at one token of a lane = the row's hidden. Returns the words written. */
export function encodeHiddenLoad(
  at: usize,
  hidden: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  token: u32,
  width: u32,
): u32 {
  store<u32>(at, 75 | (7 << 16));
  store<u32>(at, hidden, 4);
  store<u32>(at, y, 8);
  store<u32>(at, lanes, 12);
  store<u32>(at, tokens, 16);
  store<u32>(at, token, 20);
  store<u32>(at, width, 24);
  return 7;
}

/** y at one token of a lane = table row of the frame's code of one group; row 0 of the group's part where valid is 0. Returns the words written. */
export function encodeCodeEmbed(
  at: usize,
  row: u32,
  codes: u32,
  valid: u32,
  table: u32,
  y: u32,
  lanes: u32,
  tokens: u32,
  token: u32,
  width: u32,
  tableRows: u32,
  firstRow: u32,
  group: u32,
  groups: u32,
  framesMax: u32,
): u32 {
  store<u32>(at, 76 | (15 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, codes, 8);
  store<u32>(at, valid, 12);
  store<u32>(at, table, 16);
  store<u32>(at, y, 20);
  store<u32>(at, lanes, 24);
  store<u32>(at, tokens, 28);
  store<u32>(at, token, 32);
  store<u32>(at, width, 36);
  store<u32>(at, tableRows, 40);
  store<u32>(at, firstRow, 44);
  store<u32>(at, group, 48);
  store<u32>(at, groups, 52);
  store<u32>(at, framesMax, 56);
  return 15;
}

/** y = text embedding of trailing text id `frame`, or of the pad id beyond the text. Returns the words written. */
export function encodeTextRow(
  at: usize,
  row: u32,
  textIds: u32,
  table: u32,
  y: u32,
  lanes: u32,
  width: u32,
  tableRows: u32,
  textMax: u32,
  padId: u32,
): u32 {
  store<u32>(at, 77 | (10 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, textIds, 8);
  store<u32>(at, table, 12);
  store<u32>(at, y, 16);
  store<u32>(at, lanes, 20);
  store<u32>(at, width, 24);
  store<u32>(at, tableRows, 28);
  store<u32>(at, textMax, 32);
  store<u32>(at, padId, 36);
  return 10;
}

/** y = (codec embedding of code 0 + Σ of the other groups' embeddings, in group order) + text; text alone where valid is 0. Returns the words written. */
export function encodeFrameEmbed(
  at: usize,
  row: u32,
  codes: u32,
  valid: u32,
  codecTable: u32,
  groupTables: u32,
  text: u32,
  y: u32,
  lanes: u32,
  width: u32,
  codecRows: u32,
  groupRows: u32,
  groups: u32,
  groupsRest: u32,
  framesMax: u32,
): u32 {
  store<u32>(at, 78 | (15 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, codes, 8);
  store<u32>(at, valid, 12);
  store<u32>(at, codecTable, 16);
  store<u32>(at, groupTables, 20);
  store<u32>(at, text, 24);
  store<u32>(at, y, 28);
  store<u32>(at, lanes, 32);
  store<u32>(at, width, 36);
  store<u32>(at, codecRows, 40);
  store<u32>(at, groupRows, 44);
  store<u32>(at, groups, 48);
  store<u32>(at, groupsRest, 52);
  store<u32>(at, framesMax, 56);
  return 15;
}

/** The one definition of picking: penalty, suppression, temperature, top-k, top-p, draw. Group 0 may end the row. Returns the words written. */
export function encodePick(
  at: usize,
  logits: u32,
  valid: u32,
  row: u32,
  codes: u32,
  seen: u32,
  scratch: u32,
  lanes: u32,
  vocab: u32,
  group: u32,
  groups: u32,
  framesMax: u32,
  seenWords: u32,
  audioCodes: u32,
  endId: u32,
): u32 {
  store<u32>(at, 79 | (15 << 16));
  store<u32>(at, logits, 4);
  store<u32>(at, valid, 8);
  store<u32>(at, row, 12);
  store<u32>(at, codes, 16);
  store<u32>(at, seen, 20);
  store<u32>(at, scratch, 24);
  store<u32>(at, lanes, 28);
  store<u32>(at, vocab, 32);
  store<u32>(at, group, 36);
  store<u32>(at, groups, 40);
  store<u32>(at, framesMax, 44);
  store<u32>(at, seenWords, 48);
  store<u32>(at, audioCodes, 52);
  store<u32>(at, endId, 56);
  return 15;
}

/** frame += 1 and codes_count = frame where valid is 1; forced frames that were already published stay so. Returns the words written. */
export function encodePublishCodes(
  at: usize,
  valid: u32,
  row: u32,
  lanes: u32,
): u32 {
  store<u32>(at, 80 | (4 << 16));
  store<u32>(at, valid, 4);
  store<u32>(at, row, 8);
  store<u32>(at, lanes, 12);
  return 4;
}

/** The lane's logits go to its row, for host sampling. Returns the words written. */
export function encodeExportLogits(
  at: usize,
  logits: u32,
  exported: u32,
  lanes: u32,
  vocab: u32,
  logitsMax: u32,
): u32 {
  store<u32>(at, 81 | (6 << 16));
  store<u32>(at, logits, 4);
  store<u32>(at, exported, 8);
  store<u32>(at, lanes, 12);
  store<u32>(at, vocab, 16);
  store<u32>(at, logitsMax, 20);
  return 6;
}

/** y[s] = after(bias + Σ w[:, tap] · before(x[s·stride + tap·dilation - pad_left])) over a whole recording, padded beyond its ends; or that onto y. Returns the words written. */
export function encodeConv1d(
  at: usize,
  x: u32,
  w: u32,
  bias: u32,
  y: u32,
  tokens: u32,
  inputs: u32,
  steps: u32,
  outputs: u32,
  taps: u32,
  stride: u32,
  dilation: u32,
  padLeft: u32,
  padding: u32,
  before: u32,
  after: u32,
  adds: u32,
): u32 {
  store<u32>(at, 100 | (17 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, w, 8);
  store<u32>(at, bias, 12);
  store<u32>(at, y, 16);
  store<u32>(at, tokens, 20);
  store<u32>(at, inputs, 24);
  store<u32>(at, steps, 28);
  store<u32>(at, outputs, 32);
  store<u32>(at, taps, 36);
  store<u32>(at, stride, 40);
  store<u32>(at, dilation, 44);
  store<u32>(at, padLeft, 48);
  store<u32>(at, padding, 52);
  store<u32>(at, before, 56);
  store<u32>(at, after, 60);
  store<u32>(at, adds, 64);
  return 17;
}

/** y = f(x). Returns the words written. */
export function encodeActivation(
  at: usize,
  x: u32,
  y: u32,
  rows: u32,
  width: u32,
  kind: u32,
): u32 {
  store<u32>(at, 101 | (6 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, y, 8);
  store<u32>(at, rows, 12);
  store<u32>(at, width, 16);
  store<u32>(at, kind, 20);
  return 6;
}

/** y = log(max(Σ filters · |x|, 1e-5)), with |x| = sqrt(re² + im² + 1e-9). Returns the words written. */
export function encodeLogMel(
  at: usize,
  x: u32,
  filters: u32,
  y: u32,
  frames: u32,
  bins: u32,
  bands: u32,
): u32 {
  store<u32>(at, 102 | (7 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, filters, 8);
  store<u32>(at, y, 12);
  store<u32>(at, frames, 16);
  store<u32>(at, bins, 20);
  store<u32>(at, bands, 24);
  return 7;
}

/** y[m, y_at + i] = x[m, x_at + i], i < width; or of x's only row, over and over. Returns the words written. */
export function encodeColumns(
  at: usize,
  x: u32,
  y: u32,
  rows: u32,
  width: u32,
  xRows: u32,
  xStride: u32,
  xAt: u32,
  yStride: u32,
  yAt: u32,
): u32 {
  store<u32>(at, 103 | (10 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, y, 8);
  store<u32>(at, rows, 12);
  store<u32>(at, width, 16);
  store<u32>(at, xRows, 20);
  store<u32>(at, xStride, 24);
  store<u32>(at, xAt, 28);
  store<u32>(at, yStride, 32);
  store<u32>(at, yAt, 36);
  return 10;
}

/** y = weighted mean of each column, then weighted deviation; weights are the softmax of the scores over the rows, or all alike. Returns the words written. */
export function encodeChannelStatistics(
  at: usize,
  x: u32,
  scores: u32,
  y: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 104 | (6 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, scores, 8);
  store<u32>(at, y, 12);
  store<u32>(at, rows, 16);
  store<u32>(at, width, 20);
  return 6;
}

/** x += sigmoid(gate) · d, one gate for each column. Returns the words written. */
export function encodeGateAdd(
  at: usize,
  d: u32,
  gate: u32,
  x: u32,
  rows: u32,
  width: u32,
): u32 {
  store<u32>(at, 105 | (6 << 16));
  store<u32>(at, d, 4);
  store<u32>(at, gate, 8);
  store<u32>(at, x, 12);
  store<u32>(at, rows, 16);
  store<u32>(at, width, 20);
  return 6;
}

/** Causal attention of a whole recording, without a cache. Returns the words written. */
export function encodeSelfAttention(
  at: usize,
  q: u32,
  k: u32,
  v: u32,
  y: u32,
  tokens: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32,
  scale: f32,
): u32 {
  store<u32>(at, 106 | (10 << 16));
  store<u32>(at, q, 4);
  store<u32>(at, k, 8);
  store<u32>(at, v, 12);
  store<u32>(at, y, 16);
  store<u32>(at, tokens, 20);
  store<u32>(at, heads, 24);
  store<u32>(at, kvHeads, 28);
  store<u32>(at, headDim, 32);
  store<f32>(at, scale, 36);
  return 10;
}

/** codes[t, group] = entry nearest to x[t]; then x[t] -= that entry. Returns the words written. */
export function encodeNearestCode(
  at: usize,
  x: u32,
  codebook: u32,
  codes: u32,
  tokens: u32,
  dim: u32,
  size: u32,
  groups: u32,
  group: u32,
): u32 {
  store<u32>(at, 107 | (9 << 16));
  store<u32>(at, x, 4);
  store<u32>(at, codebook, 8);
  store<u32>(at, codes, 12);
  store<u32>(at, tokens, 16);
  store<u32>(at, dim, 20);
  store<u32>(at, size, 24);
  store<u32>(at, groups, 28);
  store<u32>(at, group, 32);
  return 9;
}

/** x += what the prompt row's third word names: the voice's vector, or the summed code embeddings of a frame of its recording. Returns the words written. */
export function encodeVoiceEmbed(
  at: usize,
  row: u32,
  prompt: u32,
  valid: u32,
  voice: u32,
  reference: u32,
  codecTable: u32,
  groupTables: u32,
  x: u32,
  lanes: u32,
  tokens: u32,
  width: u32,
  codecRows: u32,
  groupRows: u32,
  groups: u32,
  groupsRest: u32,
  promptMax: u32,
  referenceMax: u32,
): u32 {
  store<u32>(at, 110 | (18 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, prompt, 8);
  store<u32>(at, valid, 12);
  store<u32>(at, voice, 16);
  store<u32>(at, reference, 20);
  store<u32>(at, codecTable, 24);
  store<u32>(at, groupTables, 28);
  store<u32>(at, x, 32);
  store<u32>(at, lanes, 36);
  store<u32>(at, tokens, 40);
  store<u32>(at, width, 44);
  store<u32>(at, codecRows, 48);
  store<u32>(at, groupRows, 52);
  store<u32>(at, groups, 56);
  store<u32>(at, groupsRest, 60);
  store<u32>(at, promptMax, 64);
  store<u32>(at, referenceMax, 68);
  return 18;
}

/** valid = min(frames, reference_count - reference_done) for each lane. Returns the words written. */
export function encodeReferenceBegin(
  at: usize,
  row: u32,
  valid: u32,
  lanes: u32,
  frames: u32,
): u32 {
  store<u32>(at, 111 | (5 << 16));
  store<u32>(at, row, 4);
  store<u32>(at, valid, 8);
  store<u32>(at, lanes, 12);
  store<u32>(at, frames, 16);
  return 5;
}

/** reference_done += valid for each lane. Returns the words written. */
export function encodeReferenceAdvance(
  at: usize,
  valid: u32,
  row: u32,
  lanes: u32,
): u32 {
  store<u32>(at, 112 | (4 << 16));
  store<u32>(at, valid, 4);
  store<u32>(at, row, 8);
  store<u32>(at, lanes, 12);
  return 4;
}
