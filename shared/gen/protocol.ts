// Generated from shared/protocol.json by `npm run gen`; do not edit.

export const LAYOUT_HASH = 0x00ac8e93;
/** First word of a program: 'VXPG'. */
export const PROGRAM_MAGIC = 1196447830;
/** First word of a submission: 'VXSB'. */
export const SUBMISSION_MAGIC = 1112758358;
/** First word of the shared region: 'VXRG'; written last. */
export const REGION_MAGIC = 1196578902;
/** No buffer, no id, no row. */
export const ABSENT = 4294967295;
/** Offsets of buffers and row fields are counted in this. */
export const ALIGNMENT = 256;
/** Talker positions in one KV page. */
export const PAGE_POSITIONS = 64;
/** Frames held by a row's output ring. */
export const OUTPUT_FRAMES = 64;
/** Lanes of the largest program bucket. */
export const LANES_MAX = 32;
/** No op record is longer. */
export const OP_WORDS_MAX = 40;
/** Text id, codec id, extra row: 0 is the voice's vector, 1 + t the codes of frame t of its recording; none where absent. */
export const PROMPT_ENTRY_WORDS = 3;

/** What a completion, a reply or a kernel answers. Zero is success. */
export const ErrorCode = {
  /** It worked. */
  Ok: 0,
  /** Magic, layout hash, byte count or reserved word of a header is wrong. */
  BadHeader: 1,
  /** A submission record is unknown, cut short or overlong. */
  BadRecord: 2,
  /** A program is unknown, incomplete, or its tables do not fit its bytes. */
  BadProgram: 3,
  /** An op code or its word count is not in the protocol. */
  BadOp: 4,
  /** An operand names no buffer, or a buffer of the wrong region. */
  BadHandle: 5,
  /** A buffer is smaller than its op needs, or leaves its region. */
  BadExtent: 6,
  /** Two operands overlap where the contract forbids it. */
  BadAlias: 7,
  /** A size is outside the limits of the op's contract. */
  BadShape: 8,
  /** A buffer's dtype is not one the op or the backend takes. */
  BadDtype: 9,
  /** A row index is out of range, or the row is not admitted. */
  BadRow: 10,
  /** The row was released and admitted again since. */
  BadGeneration: 11,
  /** A KV page is out of range, or too few pages are reserved for the run. */
  BadPage: 12,
  /** A text id, codec id or code is outside its table. */
  BadIndex: 13,
  /** A count exceeds what the row layout holds. */
  BadLimit: 14,
  /** A sampling parameter is outside its range. */
  BadSampling: 15,
  /** A control message is not of its form. */
  BadControl: 16,
  /** The shared memory is unsealed, too small or not what its header says. */
  BadMemory: 17,
  /** The peer was built from another protocol. */
  LayoutMismatch: 18,
  /** A program names a weight that was not loaded. */
  WeightMissing: 19,
  /** A tensor's file, range, dtype or shape is not what the manifest says. */
  BadWeight: 20,
  /** The backend could not allocate. */
  NoMemory: 21,
  /** No model is loaded yet. */
  NotLoaded: 22,
  /** This build or backend does not offer what was asked. */
  Unsupported: 23,
  /** Ended by a cancel before its work was done. */
  Cancelled: 24,
  /** An invariant of the sidecar did not hold. */
  Internal: 25,
  /** The GPU or its driver refused work, or died. */
  DeviceFailed: 26,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Element type of a buffer. */
export const Dtype = {
  /** IEEE single. */
  F32: 0,
  /** Upper half of an f32, round to nearest even. */
  Bf16: 1,
  /** Unsigned 32-bit integer. */
  U32: 2,
  /** Weights only: whatever the weight table says. */
  Stored: 3,
  /** Matrices of products only: integers of -127 to 127, each row with a f32 scale; an element is their product. */
  I8: 4,
} as const;
export type Dtype = (typeof Dtype)[keyof typeof Dtype];

/** Where a buffer lives. */
export const Region = {
  /** Weight table; the offset is the weight id. */
  Weight: 0,
  /** Activations of one program run; undefined between runs. */
  Arena: 1,
  /** State of one row; the op sees its lane's row. */
  Row: 2,
  /** Key and value caches of every row. */
  Kv: 3,
} as const;
export type Region = (typeof Region)[keyof typeof Region];

/** What a program computes. */
export const ProgramKind = {
  /** One chunk of one request's prompt. */
  Prefill: 0,
  /** One frame: head, picks, predictor, embedding sum, talker step. */
  Decode: 1,
  /** One talker step on codes that the host gave. */
  Forced: 2,
  /** Group-0 logits, for host sampling. */
  Head: 3,
  /** One predictor pass up to its logits, for host sampling. */
  Predictor: 4,
  /** Embedding sum and talker step, for host sampling. */
  Talker: 5,
  /** Published codes to PCM. */
  Vocode: 6,
  /** A reference's codes through the vocoder, whose state they leave; no PCM. */
  Prime: 7,
  /** A recording to the vector of its speaker. */
  EncodeSpeaker: 8,
  /** A recording to its codes. */
  EncodeCodes: 9,
} as const;
export type ProgramKind = (typeof ProgramKind)[keyof typeof ProgramKind];

/** Which ops a program fuses; each level includes the ones before it. */
export const FusionLevel = {
  /** One op per mathematical step. */
  Sequential: 0,
  /** Residual add with the following RMSNorm. */
  Norm: 1,
  /** SiLU with the product. */
  Swiglu: 2,
  /** Rotation of q and k in one op. */
  Rope: 3,
  /** Six ops a layer. */
  Full: 4,
} as const;
export type FusionLevel = (typeof FusionLevel)[keyof typeof FusionLevel];

/** Runs of one class keep their order; classes overlap. */
export const LaneClass = {
  /** Prefill and talker work. */
  Decode: 0,
  /** Codes to PCM. */
  Vocode: 1,
  /** Recordings to vectors and codes: no runs, one program at a time. */
  Encode: 2,
} as const;
export type LaneClass = (typeof LaneClass)[keyof typeof LaneClass];

/** Records of a submission. */
export const RecordKind = {
  /** A chunk of a program's bytes. */
  Define: 1,
  /** A request takes a row. */
  Admit: 2,
  /** More pages, text or codes for a row. */
  Extend: 3,
  /** Repeats of a program over lanes. */
  Run: 4,
  /** A row stops at the next frame boundary. */
  Cancel: 5,
  /** A row is free again. */
  Release: 6,
} as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/** Why a row is done. */
export const FinishReason = {
  /** It is not. */
  None: 0,
  /** End of speech was picked. */
  Stop: 1,
  /** max_new_tokens was reached. */
  Length: 2,
  /** A logit was NaN or plus infinity. */
  BadLogits: 3,
  /** The host cancelled it. */
  Cancelled: 4,
} as const;
export type FinishReason = (typeof FinishReason)[keyof typeof FinishReason];

/** Where an op takes its lane's first position from. */
export const PositionSource = {
  /** Zero: the predictor starts afresh every frame. */
  Zero: 0,
  /** RowState.position. */
  Talker: 1,
  /** RowState.vocoded behind RowState.reference_done. */
  Vocoder: 2,
} as const;
export type PositionSource = (typeof PositionSource)[keyof typeof PositionSource];

/** How a weight is made from tensors of the checkpoint. Shapes are rows × cols. */
export const WeightKind = {
  /** One tensor as stored: its first axis are the rows. */
  Tensor: 0,
  /** Tensors of equal cols, one below the other. */
  ConcatRows: 1,
  /** Two tensors of equal shape, rows in turn: a0 b0 a1 b1 … */
  InterleaveRows: 2,
  /** Pairs (embedding_sum, cluster_usage): sum / max(usage, 1e-5), stacked, f32. */
  Codebooks: 3,
  /** exp of a vector, f32: Snake's frequency. */
  Exp: 4,
  /** 1 / (exp + 1e-9) of a vector, f32: Snake's magnitude. */
  ExpInverse: 5,
  /** Conv1d [out, in, taps] as out × (tap, in); stored dtype. */
  ConvTaps: 6,
  /** ConvTranspose1d [in, out, taps], stride s: (phase, out) × (span, in), tap = phase + span·s; stored dtype. */
  TransposedTaps: 7,
  /** No tensor: scalar^(-2j/(2·cols)), j < cols, f32. */
  RopeFrequencies: 8,
  /** No tensor: a periodic Hann window times cosine (even rows) and negative sine (odd rows) of frequency row/2 over cols PCM samples, f32. */
  DftBasis: 9,
  /** No tensor: Slaney's triangular filters with area 1 on Slaney's mel scale from 0 to scalar/2 Hz, rows bands of cols frequencies, f32. */
  MelFilters: 10,
} as const;
export type WeightKind = (typeof WeightKind)[keyof typeof WeightKind];

/** What a labelled buffer holds, so that programs of different fusion can be compared. */
export const ProbeKind = {
  /** Assembled prompt rows (lanes, tokens, hidden). */
  PrefillInput: 0,
  /** Residual stream after talker layer `index`. */
  LayerOutput: 1,
  /** Talker output after the final norm. */
  Hidden: 2,
  /** Logits of group `index`, before any processor. */
  Logits: 3,
  /** Sum of a frame's code embeddings and its text row. */
  FrameInput: 4,
  /** Output of vocoder stage `index`: 0 quantised, 1 pre_conv, 2 pre_transformer, then every upsample and decoder stage in order. */
  VocoderStage: 5,
  /** PCM before clamping (lanes, samples). */
  Pcm: 6,
  /** Of the speaker encoder 0 the mel spectrogram, 1 the result; of the codec encoder every stage, the transformer, the frames. */
  EncoderStage: 7,
} as const;
export type ProbeKind = (typeof ProbeKind)[keyof typeof ProbeKind];

/** Why the planner refuses a configuration or a program. Zero is success. */
export const PlanError = {
  /** It worked. */
  Ok: 0,
  /** A talker dimension is zero, too large, odd, or does not divide. */
  BadTalker: 1,
  /** A predictor dimension is zero, too large, odd, or does not divide. */
  BadPredictor: 2,
  /** A codec dimension, ratio or rate is zero, too large, odd, or does not divide. */
  BadCodec: 3,
  /** Rows, pages, prompt, text, frames, repeat, queue or vocode_steady are out of range. */
  BadLimits: 4,
  /** A fusion level is unknown. */
  BadLevel: 5,
  /** Activations are of a dtype that programs cannot carry yet. */
  BadDtype: 6,
  /** Rows, caches or a program's buffers do not fit 32-bit units. */
  TooLarge: 7,
  /** No program has such kind, lanes, tokens or pass. */
  BadKey: 8,
  /** A program does not fit the planner's memory. */
  ProgramFull: 9,
  /** The weight table is full. */
  WeightsFull: 10,
  /** The program table is full. */
  ProgramsFull: 11,
  /** An encoder dimension is zero, too large, odd, or does not divide; or a recording is too short or too long. */
  BadEncoder: 12,
} as const;
export type PlanError = (typeof PlanError)[keyof typeof PlanError];

/** What a convolution sees beyond the ends of its input. */
export const Padding = {
  /** Zeros. */
  Zeros: 0,
  /** The input mirrored at its first and last element. */
  Reflect: 1,
  /** The first and the last element. */
  Replicate: 2,
} as const;
export type Padding = (typeof Padding)[keyof typeof Padding];

/** A function of single elements. */
export const Activation = {
  /** x. */
  None: 0,
  /** max(x, 0). */
  Relu: 1,
  /** x above 0, exp(x) - 1 below. */
  Elu: 2,
  /** Hyperbolic tangent. */
  Tanh: 3,
} as const;
export type Activation = (typeof Activation)[keyof typeof Activation];

/** Ops of a program. */
export const OpCode = {
  /** y = x · wᵀ (+ bias): one dot product of length inputs for every row and output. */
  Matmul: 1,
  /** y += x · wᵀ (+ bias): the product is formed first, then added to what y holds. */
  MatmulResidual: 2,
  /** y = rms_norm(x; gain) · wᵀ. */
  NormMatmul: 3,
  /** y = silu(n · gateᵀ) * (n · upᵀ) with n = rms_norm(x; gain); rows of w are gate and up in turn. */
  NormSwigluMatmul: 4,
  /** y = x * rsqrt(mean(x²) + eps) * gain over the last axis. */
  RmsNorm: 10,
  /** x += d, then y = rms_norm(x; gain). */
  AddRmsNorm: 11,
  /** x += d. */
  ResidualAdd: 12,
  /** y = (x - mean) * rsqrt(variance + eps) * gain + bias over the last axis. */
  LayerNorm: 13,
  /** y = x * sigmoid(x). */
  Silu: 14,
  /** y = a * b. */
  Mul: 15,
  /** y = silu(gate) * up. */
  SiluMul: 16,
  /** y = x * Φ(x), with the exact error function. */
  Gelu: 17,
  /** x += scale * d. */
  LayerScaleAdd: 18,
  /** y = x + sin²(x * frequency) * magnitude, a pair for each channel. */
  Snake: 19,
  /** y = x * cos(position * frequency), the first factor of the rotation. */
  RopeCosine: 30,
  /** y += rotate_half(x) * sin(position * frequency); rotate_half(x) = (-second half, first half). */
  RopeRotateAdd: 31,
  /** q and k rotated in place. */
  RopeQk: 32,
  /** Valid tokens of x go into the cache at their positions. */
  KvAppend: 33,
  /** q and k of the joint rows are normalised by head and rotated, in place; k and v of valid tokens go into the caches. */
  QkNormRopeAppend: 34,
  /** scores[j] = scale * q · k_j for the keys a query sees, oldest first; a token that is not valid writes none. */
  AttentionScores: 35,
  /** Softmax over the scores a query has, in place. */
  AttentionSoftmax: 36,
  /** y = Σ_j scores[j] * v_j, oldest first; zeros for a token that is not valid. */
  AttentionValues: 37,
  /** y = softmax(scale * q · K) · V over the keys a query sees; zeros for a token that is not valid. */
  Attention: 38,
  /** q and k of the joint rows are normalised by head and rotated, k and v of valid tokens go into the caches, then y = softmax(scale * q · K) · V; qkv stays as it was. */
  QkvAttention: 39,
  /** valid = min(frames, codes_count - vocoded) for each lane; 0 for the scratch row. */
  VocodeBegin: 50,
  /** semantic = Σ of the semantic groups' codebook entries, acoustic = Σ of the others', in group order; zeros beyond valid. */
  CodebookSum: 51,
  /** Causal convolution: y[t] = bias + Σ_tap w[:, tap] · x[t - (taps - 1 - tap) * dilation], inputs before the packet from the history. */
  CausalConv1d: 52,
  /** Causal convolution of each channel by itself. */
  DepthwiseConv1d: 53,
  /** y[t * stride + phase] = bias + w[phase] · (x[t], x[t - 1]): a gather, so that packets of any size add up in one order. */
  TransposedConv1d: 54,
  /** Valid frames of x, clamped to [-1, 1], become the row's PCM; vocoded grows by valid. */
  PublishPcm: 55,
  /** valid = min(tokens, prompt_count - prompt_done); 0 for a row that is done. */
  PrefillBegin: 70,
  /** Text embedding of the next prompt rows; zeros for a row without text and beyond valid. */
  PromptText: 71,
  /** y = text row (where the prompt row has text) + codec embedding (where it has a codec id); zeros beyond valid. */
  PromptEmbed: 72,
  /** hidden = x at the last valid token, position += valid; in prefill prompt_done += valid. Nothing where valid is 0. */
  Advance: 73,
  /** valid = 1 where the lane's row has a frame to run: not done, prompt in the cache, and its next text row (or the end of the text) known; forced: the frame's codes given. */
  FrameBegin: 74,
  /** y at one token of a lane = the row's hidden. */
  HiddenLoad: 75,
  /** y at one token of a lane = table row of the frame's code of one group; row 0 of the group's part where valid is 0. */
  CodeEmbed: 76,
  /** y = text embedding of trailing text id `frame`, or of the pad id beyond the text. */
  TextRow: 77,
  /** y = (codec embedding of code 0 + Σ of the other groups' embeddings, in group order) + text; text alone where valid is 0. */
  FrameEmbed: 78,
  /** The one definition of picking: penalty, suppression, temperature, top-k, top-p, draw. Group 0 may end the row. */
  Pick: 79,
  /** frame += 1 and codes_count = frame where valid is 1; forced frames that were already published stay so. */
  PublishCodes: 80,
  /** The lane's logits go to its row, for host sampling. */
  ExportLogits: 81,
  /** y[s] = after(bias + Σ w[:, tap] · before(x[s·stride + tap·dilation - pad_left])) over a whole recording, padded beyond its ends; or that onto y. */
  Conv1d: 100,
  /** y = f(x). */
  Activation: 101,
  /** y = log(max(Σ filters · |x|, 1e-5)), with |x| = sqrt(re² + im² + 1e-9). */
  LogMel: 102,
  /** y[m, y_at + i] = x[m, x_at + i], i < width; or of x's only row, over and over. */
  Columns: 103,
  /** y = weighted mean of each column, then weighted deviation; weights are the softmax of the scores over the rows, or all alike. */
  ChannelStatistics: 104,
  /** x += sigmoid(gate) · d, one gate for each column. */
  GateAdd: 105,
  /** Causal attention of a whole recording, without a cache. */
  SelfAttention: 106,
  /** codes[t, group] = entry nearest to x[t]; then x[t] -= that entry. */
  NearestCode: 107,
  /** x += what the prompt row's third word names: the voice's vector, or the summed code embeddings of a frame of its recording. */
  VoiceEmbed: 110,
  /** valid = min(frames, reference_count - reference_done) for each lane. */
  ReferenceBegin: 111,
  /** reference_done += valid for each lane. */
  ReferenceAdvance: 112,
} as const;
export type OpCode = (typeof OpCode)[keyof typeof OpCode];

/** Name of each error value. */
export const ERROR_NAMES: readonly string[] = ["ok", "bad_header", "bad_record", "bad_program", "bad_op", "bad_handle", "bad_extent", "bad_alias", "bad_shape", "bad_dtype", "bad_row", "bad_generation", "bad_page", "bad_index", "bad_limit", "bad_sampling", "bad_control", "bad_memory", "layout_mismatch", "weight_missing", "bad_weight", "no_memory", "not_loaded", "unsupported", "cancelled", "internal", "device_failed"];

export interface OpInfo {
  readonly name: string;
  readonly operands: readonly { name: string; access: string; shape: string }[];
  readonly params: readonly { name: string; type: string }[];
}
/** By op code: an op's words are its code and word count, operand handles, parameters. */
export const OPS: ReadonlyMap<number, OpInfo> = new Map<number, OpInfo>([
  [1, { name: "matmul", operands: [{ name: "x", access: "read", shape: "rows,x_stride" }, { name: "w", access: "read", shape: "outputs,inputs" }, { name: "bias", access: "read", shape: "outputs" }, { name: "y", access: "write", shape: "rows,outputs" }], params: [{ name: "rows", type: "u32" }, { name: "inputs", type: "u32" }, { name: "outputs", type: "u32" }, { name: "x_stride", type: "u32" }, { name: "x_offset", type: "u32" }] }],
  [2, { name: "matmul_residual", operands: [{ name: "x", access: "read", shape: "rows,x_stride" }, { name: "w", access: "read", shape: "outputs,inputs" }, { name: "bias", access: "read", shape: "outputs" }, { name: "y", access: "read_write", shape: "rows,outputs" }], params: [{ name: "rows", type: "u32" }, { name: "inputs", type: "u32" }, { name: "outputs", type: "u32" }, { name: "x_stride", type: "u32" }, { name: "x_offset", type: "u32" }] }],
  [3, { name: "norm_matmul", operands: [{ name: "x", access: "read", shape: "rows,inputs" }, { name: "gain", access: "read", shape: "inputs" }, { name: "w", access: "read", shape: "outputs,inputs" }, { name: "y", access: "write", shape: "rows,outputs" }], params: [{ name: "rows", type: "u32" }, { name: "inputs", type: "u32" }, { name: "outputs", type: "u32" }, { name: "eps", type: "f32" }] }],
  [4, { name: "norm_swiglu_matmul", operands: [{ name: "x", access: "read", shape: "rows,inputs" }, { name: "gain", access: "read", shape: "inputs" }, { name: "w", access: "read", shape: "2*outputs,inputs" }, { name: "y", access: "write", shape: "rows,outputs" }], params: [{ name: "rows", type: "u32" }, { name: "inputs", type: "u32" }, { name: "outputs", type: "u32" }, { name: "eps", type: "f32" }] }],
  [10, { name: "rms_norm", operands: [{ name: "x", access: "read", shape: "rows,width" }, { name: "gain", access: "read", shape: "width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }, { name: "eps", type: "f32" }] }],
  [11, { name: "add_rms_norm", operands: [{ name: "d", access: "read", shape: "rows,width" }, { name: "gain", access: "read", shape: "width" }, { name: "x", access: "read_write", shape: "rows,width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }, { name: "eps", type: "f32" }] }],
  [12, { name: "residual_add", operands: [{ name: "d", access: "read", shape: "rows,width" }, { name: "x", access: "read_write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [13, { name: "layer_norm", operands: [{ name: "x", access: "read", shape: "rows,width" }, { name: "gain", access: "read", shape: "width" }, { name: "bias", access: "read", shape: "width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }, { name: "eps", type: "f32" }] }],
  [14, { name: "silu", operands: [{ name: "x", access: "read", shape: "rows,width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [15, { name: "mul", operands: [{ name: "a", access: "read", shape: "rows,width" }, { name: "b", access: "read", shape: "rows,width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [16, { name: "silu_mul", operands: [{ name: "gate", access: "read", shape: "rows,width" }, { name: "up", access: "read", shape: "rows,width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [17, { name: "gelu", operands: [{ name: "x", access: "read", shape: "rows,width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [18, { name: "layer_scale_add", operands: [{ name: "d", access: "read", shape: "rows,width" }, { name: "scale", access: "read", shape: "width" }, { name: "x", access: "read_write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [19, { name: "snake", operands: [{ name: "x", access: "read", shape: "rows,width" }, { name: "frequency", access: "read", shape: "width" }, { name: "magnitude", access: "read", shape: "width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [30, { name: "rope_cosine", operands: [{ name: "x", access: "read", shape: "lanes,tokens,heads,head_dim" }, { name: "frequencies", access: "read", shape: "head_dim/2" }, { name: "row", access: "read", shape: "1" }, { name: "y", access: "write", shape: "lanes,tokens,heads,head_dim" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }] }],
  [31, { name: "rope_rotate_add", operands: [{ name: "x", access: "read", shape: "lanes,tokens,heads,head_dim" }, { name: "frequencies", access: "read", shape: "head_dim/2" }, { name: "row", access: "read", shape: "1" }, { name: "y", access: "read_write", shape: "lanes,tokens,heads,head_dim" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }] }],
  [32, { name: "rope_qk", operands: [{ name: "frequencies", access: "read", shape: "head_dim/2" }, { name: "row", access: "read", shape: "1" }, { name: "q", access: "read_write", shape: "lanes,tokens,heads,head_dim" }, { name: "k", access: "read_write", shape: "lanes,tokens,kv_heads,head_dim" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "kv_heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }] }],
  [33, { name: "kv_append", operands: [{ name: "x", access: "read", shape: "lanes,tokens,kv_heads,head_dim" }, { name: "row", access: "read", shape: "1" }, { name: "page_table", access: "read", shape: "pages_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "cache", access: "read_write", shape: "pages,kv_heads,page_positions,head_dim" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "kv_heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "pages", type: "u32" }, { name: "page_positions", type: "u32" }, { name: "pages_max", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }, { name: "rate", type: "u32" }] }],
  [34, { name: "qk_norm_rope_append", operands: [{ name: "q_gain", access: "read", shape: "head_dim" }, { name: "k_gain", access: "read", shape: "head_dim" }, { name: "frequencies", access: "read", shape: "head_dim/2" }, { name: "row", access: "read", shape: "1" }, { name: "page_table", access: "read", shape: "pages_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "qkv", access: "read_write", shape: "lanes,tokens,(heads+2*kv_heads)*head_dim" }, { name: "k_cache", access: "read_write", shape: "pages,kv_heads,page_positions,head_dim" }, { name: "v_cache", access: "read_write", shape: "pages,kv_heads,page_positions,head_dim" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "kv_heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "pages", type: "u32" }, { name: "page_positions", type: "u32" }, { name: "pages_max", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }, { name: "rate", type: "u32" }, { name: "eps", type: "f32" }] }],
  [35, { name: "attention_scores", operands: [{ name: "q", access: "read", shape: "lanes,tokens,heads,head_dim" }, { name: "k_cache", access: "read", shape: "pages,kv_heads,page_positions,head_dim" }, { name: "row", access: "read", shape: "1" }, { name: "page_table", access: "read", shape: "pages_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "scores", access: "write", shape: "lanes,tokens,heads,context_max" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "kv_heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "pages", type: "u32" }, { name: "page_positions", type: "u32" }, { name: "pages_max", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }, { name: "rate", type: "u32" }, { name: "window", type: "u32" }, { name: "context_max", type: "u32" }, { name: "scale", type: "f32" }] }],
  [36, { name: "attention_softmax", operands: [{ name: "row", access: "read", shape: "1" }, { name: "valid", access: "read", shape: "lanes" }, { name: "scores", access: "read_write", shape: "lanes,tokens,heads,context_max" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }, { name: "rate", type: "u32" }, { name: "window", type: "u32" }, { name: "context_max", type: "u32" }] }],
  [37, { name: "attention_values", operands: [{ name: "scores", access: "read", shape: "lanes,tokens,heads,context_max" }, { name: "v_cache", access: "read", shape: "pages,kv_heads,page_positions,head_dim" }, { name: "row", access: "read", shape: "1" }, { name: "page_table", access: "read", shape: "pages_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "y", access: "write", shape: "lanes,tokens,heads,head_dim" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "kv_heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "pages", type: "u32" }, { name: "page_positions", type: "u32" }, { name: "pages_max", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }, { name: "rate", type: "u32" }, { name: "window", type: "u32" }, { name: "context_max", type: "u32" }] }],
  [38, { name: "attention", operands: [{ name: "q", access: "read", shape: "lanes,tokens,q_stride" }, { name: "k_cache", access: "read", shape: "pages,kv_heads,page_positions,head_dim" }, { name: "v_cache", access: "read", shape: "pages,kv_heads,page_positions,head_dim" }, { name: "row", access: "read", shape: "1" }, { name: "page_table", access: "read", shape: "pages_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "y", access: "write", shape: "lanes,tokens,heads,head_dim" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "kv_heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "pages", type: "u32" }, { name: "page_positions", type: "u32" }, { name: "pages_max", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }, { name: "rate", type: "u32" }, { name: "window", type: "u32" }, { name: "scale", type: "f32" }, { name: "q_stride", type: "u32" }] }],
  [39, { name: "qkv_attention", operands: [{ name: "q_gain", access: "read", shape: "head_dim" }, { name: "k_gain", access: "read", shape: "head_dim" }, { name: "frequencies", access: "read", shape: "head_dim/2" }, { name: "row", access: "read", shape: "1" }, { name: "page_table", access: "read", shape: "pages_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "qkv", access: "read", shape: "lanes,tokens,(heads+2*kv_heads)*head_dim" }, { name: "k_cache", access: "read_write", shape: "pages,kv_heads,page_positions,head_dim" }, { name: "v_cache", access: "read_write", shape: "pages,kv_heads,page_positions,head_dim" }, { name: "y", access: "write", shape: "lanes,tokens,heads,head_dim" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "kv_heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "pages", type: "u32" }, { name: "page_positions", type: "u32" }, { name: "pages_max", type: "u32" }, { name: "position_source", type: "u32" }, { name: "position_offset", type: "u32" }, { name: "rate", type: "u32" }, { name: "window", type: "u32" }, { name: "eps", type: "f32" }, { name: "scale", type: "f32" }] }],
  [50, { name: "vocode_begin", operands: [{ name: "row", access: "read", shape: "1" }, { name: "valid", access: "write", shape: "lanes" }], params: [{ name: "lanes", type: "u32" }, { name: "frames", type: "u32" }] }],
  [51, { name: "codebook_sum", operands: [{ name: "row", access: "read", shape: "1" }, { name: "codes", access: "read", shape: "frames_max*groups" }, { name: "valid", access: "read", shape: "lanes" }, { name: "codebooks", access: "read", shape: "groups*size,dim" }, { name: "semantic", access: "write", shape: "lanes,frames,dim" }, { name: "acoustic", access: "write", shape: "lanes,frames,dim" }], params: [{ name: "lanes", type: "u32" }, { name: "frames", type: "u32" }, { name: "groups", type: "u32" }, { name: "semantic_groups", type: "u32" }, { name: "size", type: "u32" }, { name: "dim", type: "u32" }, { name: "frames_max", type: "u32" }, { name: "of_reference", type: "u32" }] }],
  [52, { name: "causal_conv1d", operands: [{ name: "x", access: "read", shape: "lanes,tokens,inputs" }, { name: "w", access: "read", shape: "outputs,taps*inputs" }, { name: "bias", access: "read", shape: "outputs" }, { name: "valid", access: "read", shape: "lanes" }, { name: "history", access: "read_write", shape: "history_tokens,inputs" }, { name: "y", access: "write", shape: "lanes,tokens,outputs" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "inputs", type: "u32" }, { name: "outputs", type: "u32" }, { name: "taps", type: "u32" }, { name: "dilation", type: "u32" }, { name: "history_tokens", type: "u32" }, { name: "rate", type: "u32" }] }],
  [53, { name: "depthwise_conv1d", operands: [{ name: "x", access: "read", shape: "lanes,tokens,width" }, { name: "w", access: "read", shape: "width,taps" }, { name: "bias", access: "read", shape: "width" }, { name: "valid", access: "read", shape: "lanes" }, { name: "history", access: "read_write", shape: "history_tokens,width" }, { name: "y", access: "write", shape: "lanes,tokens,width" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "width", type: "u32" }, { name: "taps", type: "u32" }, { name: "history_tokens", type: "u32" }, { name: "rate", type: "u32" }] }],
  [54, { name: "transposed_conv1d", operands: [{ name: "x", access: "read", shape: "lanes,tokens,inputs" }, { name: "w", access: "read", shape: "stride*outputs,spans*inputs" }, { name: "bias", access: "read", shape: "outputs" }, { name: "valid", access: "read", shape: "lanes" }, { name: "history", access: "read_write", shape: "inputs" }, { name: "y", access: "write", shape: "lanes,tokens*stride,outputs" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "inputs", type: "u32" }, { name: "outputs", type: "u32" }, { name: "stride", type: "u32" }, { name: "spans", type: "u32" }, { name: "rate", type: "u32" }] }],
  [55, { name: "publish_pcm", operands: [{ name: "x", access: "read", shape: "lanes,frames*frame_samples" }, { name: "valid", access: "read", shape: "lanes" }, { name: "row", access: "read_write", shape: "1" }, { name: "pcm", access: "write", shape: "frames_max*frame_samples" }], params: [{ name: "lanes", type: "u32" }, { name: "frames", type: "u32" }, { name: "frame_samples", type: "u32" }, { name: "frames_max", type: "u32" }] }],
  [70, { name: "prefill_begin", operands: [{ name: "row", access: "read", shape: "1" }, { name: "valid", access: "write", shape: "lanes" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }] }],
  [71, { name: "prompt_text", operands: [{ name: "row", access: "read", shape: "1" }, { name: "prompt", access: "read", shape: "3*prompt_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "table", access: "read", shape: "table_rows,width" }, { name: "y", access: "write", shape: "lanes,tokens,width" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "width", type: "u32" }, { name: "table_rows", type: "u32" }, { name: "prompt_max", type: "u32" }] }],
  [72, { name: "prompt_embed", operands: [{ name: "row", access: "read", shape: "1" }, { name: "prompt", access: "read", shape: "3*prompt_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "text", access: "read", shape: "lanes,tokens,width" }, { name: "table", access: "read", shape: "table_rows,width" }, { name: "y", access: "write", shape: "lanes,tokens,width" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "width", type: "u32" }, { name: "table_rows", type: "u32" }, { name: "prompt_max", type: "u32" }] }],
  [73, { name: "advance", operands: [{ name: "x", access: "read", shape: "lanes,tokens,width" }, { name: "valid", access: "read", shape: "lanes" }, { name: "row", access: "read_write", shape: "1" }, { name: "hidden", access: "write", shape: "width" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "width", type: "u32" }, { name: "prefill", type: "u32" }] }],
  [74, { name: "frame_begin", operands: [{ name: "row", access: "read", shape: "1" }, { name: "valid", access: "write", shape: "lanes" }], params: [{ name: "lanes", type: "u32" }, { name: "forced", type: "u32" }] }],
  [75, { name: "hidden_load", operands: [{ name: "hidden", access: "read", shape: "width" }, { name: "y", access: "read_write", shape: "lanes,tokens,width" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "token", type: "u32" }, { name: "width", type: "u32" }] }],
  [76, { name: "code_embed", operands: [{ name: "row", access: "read", shape: "1" }, { name: "codes", access: "read", shape: "frames_max*groups" }, { name: "valid", access: "read", shape: "lanes" }, { name: "table", access: "read", shape: "table_rows,width" }, { name: "y", access: "read_write", shape: "lanes,tokens,width" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "token", type: "u32" }, { name: "width", type: "u32" }, { name: "table_rows", type: "u32" }, { name: "first_row", type: "u32" }, { name: "group", type: "u32" }, { name: "groups", type: "u32" }, { name: "frames_max", type: "u32" }] }],
  [77, { name: "text_row", operands: [{ name: "row", access: "read", shape: "1" }, { name: "text_ids", access: "read", shape: "text_max" }, { name: "table", access: "read", shape: "table_rows,width" }, { name: "y", access: "write", shape: "lanes,width" }], params: [{ name: "lanes", type: "u32" }, { name: "width", type: "u32" }, { name: "table_rows", type: "u32" }, { name: "text_max", type: "u32" }, { name: "pad_id", type: "u32" }] }],
  [78, { name: "frame_embed", operands: [{ name: "row", access: "read", shape: "1" }, { name: "codes", access: "read", shape: "frames_max*groups" }, { name: "valid", access: "read", shape: "lanes" }, { name: "codec_table", access: "read", shape: "codec_rows,width" }, { name: "group_tables", access: "read", shape: "groups_rest*group_rows,width" }, { name: "text", access: "read", shape: "lanes,width" }, { name: "y", access: "write", shape: "lanes,width" }], params: [{ name: "lanes", type: "u32" }, { name: "width", type: "u32" }, { name: "codec_rows", type: "u32" }, { name: "group_rows", type: "u32" }, { name: "groups", type: "u32" }, { name: "groups_rest", type: "u32" }, { name: "frames_max", type: "u32" }] }],
  [79, { name: "pick", operands: [{ name: "logits", access: "read", shape: "lanes,vocab" }, { name: "valid", access: "read_write", shape: "lanes" }, { name: "row", access: "read_write", shape: "1" }, { name: "codes", access: "read_write", shape: "frames_max*groups" }, { name: "seen", access: "read_write", shape: "seen_words" }, { name: "scratch", access: "write", shape: "lanes,2*vocab" }], params: [{ name: "lanes", type: "u32" }, { name: "vocab", type: "u32" }, { name: "group", type: "u32" }, { name: "groups", type: "u32" }, { name: "frames_max", type: "u32" }, { name: "seen_words", type: "u32" }, { name: "audio_codes", type: "u32" }, { name: "end_id", type: "u32" }] }],
  [80, { name: "publish_codes", operands: [{ name: "valid", access: "read", shape: "lanes" }, { name: "row", access: "read_write", shape: "1" }], params: [{ name: "lanes", type: "u32" }] }],
  [81, { name: "export_logits", operands: [{ name: "logits", access: "read", shape: "lanes,vocab" }, { name: "exported", access: "write", shape: "logits_max" }], params: [{ name: "lanes", type: "u32" }, { name: "vocab", type: "u32" }, { name: "logits_max", type: "u32" }] }],
  [100, { name: "conv1d", operands: [{ name: "x", access: "read", shape: "tokens,inputs" }, { name: "w", access: "read", shape: "outputs,taps*inputs" }, { name: "bias", access: "read", shape: "outputs" }, { name: "y", access: "read_write", shape: "steps,outputs" }], params: [{ name: "tokens", type: "u32" }, { name: "inputs", type: "u32" }, { name: "steps", type: "u32" }, { name: "outputs", type: "u32" }, { name: "taps", type: "u32" }, { name: "stride", type: "u32" }, { name: "dilation", type: "u32" }, { name: "pad_left", type: "u32" }, { name: "padding", type: "u32" }, { name: "before", type: "u32" }, { name: "after", type: "u32" }, { name: "adds", type: "u32" }] }],
  [101, { name: "activation", operands: [{ name: "x", access: "read", shape: "rows,width" }, { name: "y", access: "write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }, { name: "kind", type: "u32" }] }],
  [102, { name: "log_mel", operands: [{ name: "x", access: "read", shape: "frames,2*bins" }, { name: "filters", access: "read", shape: "bands,bins" }, { name: "y", access: "write", shape: "frames,bands" }], params: [{ name: "frames", type: "u32" }, { name: "bins", type: "u32" }, { name: "bands", type: "u32" }] }],
  [103, { name: "columns", operands: [{ name: "x", access: "read", shape: "x_rows,x_stride" }, { name: "y", access: "write", shape: "rows,y_stride" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }, { name: "x_rows", type: "u32" }, { name: "x_stride", type: "u32" }, { name: "x_at", type: "u32" }, { name: "y_stride", type: "u32" }, { name: "y_at", type: "u32" }] }],
  [104, { name: "channel_statistics", operands: [{ name: "x", access: "read", shape: "rows,width" }, { name: "scores", access: "read", shape: "rows,width" }, { name: "y", access: "write", shape: "2*width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [105, { name: "gate_add", operands: [{ name: "d", access: "read", shape: "rows,width" }, { name: "gate", access: "read", shape: "width" }, { name: "x", access: "read_write", shape: "rows,width" }], params: [{ name: "rows", type: "u32" }, { name: "width", type: "u32" }] }],
  [106, { name: "self_attention", operands: [{ name: "q", access: "read", shape: "tokens,heads*head_dim" }, { name: "k", access: "read", shape: "tokens,kv_heads*head_dim" }, { name: "v", access: "read", shape: "tokens,kv_heads*head_dim" }, { name: "y", access: "write", shape: "tokens,heads*head_dim" }], params: [{ name: "tokens", type: "u32" }, { name: "heads", type: "u32" }, { name: "kv_heads", type: "u32" }, { name: "head_dim", type: "u32" }, { name: "scale", type: "f32" }] }],
  [107, { name: "nearest_code", operands: [{ name: "x", access: "read_write", shape: "tokens,dim" }, { name: "codebook", access: "read", shape: "size,dim" }, { name: "codes", access: "write", shape: "tokens,groups" }], params: [{ name: "tokens", type: "u32" }, { name: "dim", type: "u32" }, { name: "size", type: "u32" }, { name: "groups", type: "u32" }, { name: "group", type: "u32" }] }],
  [110, { name: "voice_embed", operands: [{ name: "row", access: "read", shape: "1" }, { name: "prompt", access: "read", shape: "3*prompt_max" }, { name: "valid", access: "read", shape: "lanes" }, { name: "voice", access: "read", shape: "width" }, { name: "reference", access: "read", shape: "reference_max*groups" }, { name: "codec_table", access: "read", shape: "codec_rows,width" }, { name: "group_tables", access: "read", shape: "groups_rest*group_rows,width" }, { name: "x", access: "read_write", shape: "lanes,tokens,width" }], params: [{ name: "lanes", type: "u32" }, { name: "tokens", type: "u32" }, { name: "width", type: "u32" }, { name: "codec_rows", type: "u32" }, { name: "group_rows", type: "u32" }, { name: "groups", type: "u32" }, { name: "groups_rest", type: "u32" }, { name: "prompt_max", type: "u32" }, { name: "reference_max", type: "u32" }] }],
  [111, { name: "reference_begin", operands: [{ name: "row", access: "read", shape: "1" }, { name: "valid", access: "write", shape: "lanes" }], params: [{ name: "lanes", type: "u32" }, { name: "frames", type: "u32" }] }],
  [112, { name: "reference_advance", operands: [{ name: "valid", access: "read", shape: "lanes" }, { name: "row", access: "read_write", shape: "1" }], params: [{ name: "lanes", type: "u32" }] }],
]);

/** Opens a program: header, buffer table, probe table, op words, in this order without gaps. */
export interface ProgramHeader {
  /** program_magic; written last. */
  magic: number;
  /** LAYOUT_HASH of the writer. */
  layoutHash: number;
  /** Header to last op. [bytes] */
  programBytes: number;
  /** program_kind. */
  kind: number;
  /** fusion_level. */
  level: number;
  /** Lanes of a run, 1 to lanes_max. */
  lanes: number;
  /** Prompt rows (prefill) or frames (vocode) a lane; else 1. */
  tokens: number;
  /** Predictor segments: the pass; else 0. */
  pass: number;
  /** Entries of the buffer table. */
  bufferCount: number;
  /** Entries of the probe table. */
  probeCount: number;
  /** Op records. */
  opCount: number;
  /** Words of all op records. [words] */
  opWords: number;
  /** Arena a run needs. [256 bytes] */
  arenaUnits: number;
  /** dtype of activations: f32 or bf16. */
  actDtype: number;
  /** Ops of decoder stacks, their norms included: the ledger of fusion levels. */
  layerOpCount: number;
}
export const PROGRAM_HEADER_BYTES = 64;
/** Byte offsets of ProgramHeader's fields. */
export const PROGRAM_HEADER_AT = {
  magic: 0,
  layoutHash: 4,
  programBytes: 8,
  kind: 12,
  level: 16,
  lanes: 20,
  tokens: 24,
  pass: 28,
  bufferCount: 32,
  probeCount: 36,
  opCount: 40,
  opWords: 44,
  arenaUnits: 48,
  actDtype: 52,
  layerOpCount: 56,
} as const;
export function readProgramHeader(view: DataView, at: number): ProgramHeader {
  return {
    magic: view.getUint32(at + 0, true),
    layoutHash: view.getUint32(at + 4, true),
    programBytes: view.getUint32(at + 8, true),
    kind: view.getUint32(at + 12, true),
    level: view.getUint32(at + 16, true),
    lanes: view.getUint32(at + 20, true),
    tokens: view.getUint32(at + 24, true),
    pass: view.getUint32(at + 28, true),
    bufferCount: view.getUint32(at + 32, true),
    probeCount: view.getUint32(at + 36, true),
    opCount: view.getUint32(at + 40, true),
    opWords: view.getUint32(at + 44, true),
    arenaUnits: view.getUint32(at + 48, true),
    actDtype: view.getUint32(at + 52, true),
    layerOpCount: view.getUint32(at + 56, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeProgramHeader(view: DataView, at: number, value: ProgramHeader): void {
  new Uint8Array(view.buffer, view.byteOffset + at, PROGRAM_HEADER_BYTES).fill(0);
  view.setUint32(at + 0, value.magic, true);
  view.setUint32(at + 4, value.layoutHash, true);
  view.setUint32(at + 8, value.programBytes, true);
  view.setUint32(at + 12, value.kind, true);
  view.setUint32(at + 16, value.level, true);
  view.setUint32(at + 20, value.lanes, true);
  view.setUint32(at + 24, value.tokens, true);
  view.setUint32(at + 28, value.pass, true);
  view.setUint32(at + 32, value.bufferCount, true);
  view.setUint32(at + 36, value.probeCount, true);
  view.setUint32(at + 40, value.opCount, true);
  view.setUint32(at + 44, value.opWords, true);
  view.setUint32(at + 48, value.arenaUnits, true);
  view.setUint32(at + 52, value.actDtype, true);
  view.setUint32(at + 56, value.layerOpCount, true);
}

/** One buffer that ops name by its index in the table. */
export interface BufferEntry {
  /** region. */
  region: number;
  /** From the region's start; a weight id in the weight region. [256 bytes] */
  offset: number;
  /** Elements of the buffer. */
  elements: number;
  /** dtype. */
  dtype: number;
}
export const BUFFER_ENTRY_BYTES = 16;
/** Byte offsets of BufferEntry's fields. */
export const BUFFER_ENTRY_AT = {
  region: 0,
  offset: 4,
  elements: 8,
  dtype: 12,
} as const;
export function readBufferEntry(view: DataView, at: number): BufferEntry {
  return {
    region: view.getUint32(at + 0, true),
    offset: view.getUint32(at + 4, true),
    elements: view.getUint32(at + 8, true),
    dtype: view.getUint32(at + 12, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeBufferEntry(view: DataView, at: number, value: BufferEntry): void {
  new Uint8Array(view.buffer, view.byteOffset + at, BUFFER_ENTRY_BYTES).fill(0);
  view.setUint32(at + 0, value.region, true);
  view.setUint32(at + 4, value.offset, true);
  view.setUint32(at + 8, value.elements, true);
  view.setUint32(at + 12, value.dtype, true);
}

/** A buffer worth comparing, right after one op. */
export interface ProbeEntry {
  /** probe_kind. */
  kind: number;
  /** Layer, group or stage. */
  index: number;
  /** Index of the op after which the buffer holds it. */
  op: number;
  /** Buffer handle. */
  buffer: number;
}
export const PROBE_ENTRY_BYTES = 16;
/** Byte offsets of ProbeEntry's fields. */
export const PROBE_ENTRY_AT = {
  kind: 0,
  index: 4,
  op: 8,
  buffer: 12,
} as const;
export function readProbeEntry(view: DataView, at: number): ProbeEntry {
  return {
    kind: view.getUint32(at + 0, true),
    index: view.getUint32(at + 4, true),
    op: view.getUint32(at + 8, true),
    buffer: view.getUint32(at + 12, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeProbeEntry(view: DataView, at: number, value: ProbeEntry): void {
  new Uint8Array(view.buffer, view.byteOffset + at, PROBE_ENTRY_BYTES).fill(0);
  view.setUint32(at + 0, value.kind, true);
  view.setUint32(at + 4, value.index, true);
  view.setUint32(at + 8, value.op, true);
  view.setUint32(at + 12, value.buffer, true);
}

/** Head of a row; everything a run may change of it. Field groups of other sizes follow at EngineLayout offsets. */
export interface RowState {
  /** Of the admit that took the row; 0 while free. */
  generation: number;
  /** Talker positions in the KV cache. */
  position: number;
  /** Frames begun and not ended: index of the next group-0 pick. */
  frame: number;
  /** Published code frames. [frames] */
  codesCount: number;
  /** Frames turned into PCM. [frames] */
  vocoded: number;
  /** Prompt rows of the request. */
  promptCount: number;
  /** Prompt rows in the KV cache. */
  promptDone: number;
  /** Trailing text ids given so far. */
  textCount: number;
  /** 1 when no more text ids will come. */
  textClosed: number;
  /** Group-0 picks at most; one frame fewer without end of speech. */
  maxNewTokens: number;
  /** End of speech is barred for so many picks. */
  minNewTokens: number;
  /** 1 when no frame will follow. */
  done: number;
  /** finish_reason. */
  finishReason: number;
  /** Frames whose codes the host gave in full. [frames] */
  codesGiven: number;
  /** Valid entries of the page table. */
  pageCount: number;
  /** Third word of the random counter. */
  segment: number;
  /** Low word of the seed. */
  seedLo: number;
  /** High word of the seed. */
  seedHi: number;
  /** 0 takes the argmax of group 0. */
  talkerDoSample: number;
  /** Positive. */
  talkerTemperature: number;
  /** 0 keeps all. */
  talkerTopK: number;
  /** Kept probability; 2^20 keeps all. [2^-20] */
  talkerTopP: number;
  /** Positive; 1 is none. */
  talkerRepetitionPenalty: number;
  /** 0 takes the argmax of the other groups. */
  predictorDoSample: number;
  /** Positive. */
  predictorTemperature: number;
  /** 0 keeps all. */
  predictorTopK: number;
  /** Kept probability; 2^20 keeps all. [2^-20] */
  predictorTopP: number;
  /** Of the recording that the voice comes from, kept in the row. [frames] */
  referenceCount: number;
  /** Of those, gone through the vocoder. [frames] */
  referenceDone: number;
}
export const ROW_STATE_BYTES = 256;
/** Byte offsets of RowState's fields. */
export const ROW_STATE_AT = {
  generation: 0,
  position: 4,
  frame: 8,
  codesCount: 12,
  vocoded: 16,
  promptCount: 20,
  promptDone: 24,
  textCount: 28,
  textClosed: 32,
  maxNewTokens: 36,
  minNewTokens: 40,
  done: 44,
  finishReason: 48,
  codesGiven: 52,
  pageCount: 56,
  segment: 60,
  seedLo: 64,
  seedHi: 68,
  talkerDoSample: 72,
  talkerTemperature: 76,
  talkerTopK: 80,
  talkerTopP: 84,
  talkerRepetitionPenalty: 88,
  predictorDoSample: 92,
  predictorTemperature: 96,
  predictorTopK: 100,
  predictorTopP: 104,
  referenceCount: 108,
  referenceDone: 112,
} as const;
export function readRowState(view: DataView, at: number): RowState {
  return {
    generation: view.getUint32(at + 0, true),
    position: view.getUint32(at + 4, true),
    frame: view.getUint32(at + 8, true),
    codesCount: view.getUint32(at + 12, true),
    vocoded: view.getUint32(at + 16, true),
    promptCount: view.getUint32(at + 20, true),
    promptDone: view.getUint32(at + 24, true),
    textCount: view.getUint32(at + 28, true),
    textClosed: view.getUint32(at + 32, true),
    maxNewTokens: view.getUint32(at + 36, true),
    minNewTokens: view.getUint32(at + 40, true),
    done: view.getUint32(at + 44, true),
    finishReason: view.getUint32(at + 48, true),
    codesGiven: view.getUint32(at + 52, true),
    pageCount: view.getUint32(at + 56, true),
    segment: view.getUint32(at + 60, true),
    seedLo: view.getUint32(at + 64, true),
    seedHi: view.getUint32(at + 68, true),
    talkerDoSample: view.getUint32(at + 72, true),
    talkerTemperature: view.getFloat32(at + 76, true),
    talkerTopK: view.getUint32(at + 80, true),
    talkerTopP: view.getUint32(at + 84, true),
    talkerRepetitionPenalty: view.getFloat32(at + 88, true),
    predictorDoSample: view.getUint32(at + 92, true),
    predictorTemperature: view.getFloat32(at + 96, true),
    predictorTopK: view.getUint32(at + 100, true),
    predictorTopP: view.getUint32(at + 104, true),
    referenceCount: view.getUint32(at + 108, true),
    referenceDone: view.getUint32(at + 112, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeRowState(view: DataView, at: number, value: RowState): void {
  new Uint8Array(view.buffer, view.byteOffset + at, ROW_STATE_BYTES).fill(0);
  view.setUint32(at + 0, value.generation, true);
  view.setUint32(at + 4, value.position, true);
  view.setUint32(at + 8, value.frame, true);
  view.setUint32(at + 12, value.codesCount, true);
  view.setUint32(at + 16, value.vocoded, true);
  view.setUint32(at + 20, value.promptCount, true);
  view.setUint32(at + 24, value.promptDone, true);
  view.setUint32(at + 28, value.textCount, true);
  view.setUint32(at + 32, value.textClosed, true);
  view.setUint32(at + 36, value.maxNewTokens, true);
  view.setUint32(at + 40, value.minNewTokens, true);
  view.setUint32(at + 44, value.done, true);
  view.setUint32(at + 48, value.finishReason, true);
  view.setUint32(at + 52, value.codesGiven, true);
  view.setUint32(at + 56, value.pageCount, true);
  view.setUint32(at + 60, value.segment, true);
  view.setUint32(at + 64, value.seedLo, true);
  view.setUint32(at + 68, value.seedHi, true);
  view.setUint32(at + 72, value.talkerDoSample, true);
  view.setFloat32(at + 76, value.talkerTemperature, true);
  view.setUint32(at + 80, value.talkerTopK, true);
  view.setUint32(at + 84, value.talkerTopP, true);
  view.setFloat32(at + 88, value.talkerRepetitionPenalty, true);
  view.setUint32(at + 92, value.predictorDoSample, true);
  view.setFloat32(at + 96, value.predictorTemperature, true);
  view.setUint32(at + 100, value.predictorTopK, true);
  view.setUint32(at + 104, value.predictorTopP, true);
  view.setUint32(at + 108, value.referenceCount, true);
  view.setUint32(at + 112, value.referenceDone, true);
}

/** Opens a payload slot; records follow without gaps. */
export interface SubmissionHeader {
  /** submission_magic. */
  magic: number;
  /** LAYOUT_HASH of the writer. */
  layoutHash: number;
  /** Header to last record. [bytes] */
  submissionBytes: number;
  /** Records that follow. */
  recordCount: number;
  /** Echoed by the completion. */
  token: number;
}
export const SUBMISSION_HEADER_BYTES = 32;
/** Byte offsets of SubmissionHeader's fields. */
export const SUBMISSION_HEADER_AT = {
  magic: 0,
  layoutHash: 4,
  submissionBytes: 8,
  recordCount: 12,
  token: 16,
} as const;
export function readSubmissionHeader(view: DataView, at: number): SubmissionHeader {
  return {
    magic: view.getUint32(at + 0, true),
    layoutHash: view.getUint32(at + 4, true),
    submissionBytes: view.getUint32(at + 8, true),
    recordCount: view.getUint32(at + 12, true),
    token: view.getUint32(at + 16, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeSubmissionHeader(view: DataView, at: number, value: SubmissionHeader): void {
  new Uint8Array(view.buffer, view.byteOffset + at, SUBMISSION_HEADER_BYTES).fill(0);
  view.setUint32(at + 0, value.magic, true);
  view.setUint32(at + 4, value.layoutHash, true);
  view.setUint32(at + 8, value.submissionBytes, true);
  view.setUint32(at + 12, value.recordCount, true);
  view.setUint32(at + 16, value.token, true);
}

/** Followed by chunk_bytes of a program, a multiple of 4. */
export interface DefineRecord {
  /** record_kind.define. */
  kind: number;
  /** Record with what follows it. [bytes] */
  recordBytes: number;
  /** Below 1024; a program is defined once. */
  programId: number;
  /** Whole program. [bytes] */
  totalBytes: number;
  /** Of this chunk; chunks come in order. [bytes] */
  offset: number;
  /** In this record. [bytes] */
  chunkBytes: number;
}
export const DEFINE_RECORD_BYTES = 32;
/** Byte offsets of DefineRecord's fields. */
export const DEFINE_RECORD_AT = {
  kind: 0,
  recordBytes: 4,
  programId: 8,
  totalBytes: 12,
  offset: 16,
  chunkBytes: 20,
} as const;
export function readDefineRecord(view: DataView, at: number): DefineRecord {
  return {
    kind: view.getUint32(at + 0, true),
    recordBytes: view.getUint32(at + 4, true),
    programId: view.getUint32(at + 8, true),
    totalBytes: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
    chunkBytes: view.getUint32(at + 20, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeDefineRecord(view: DataView, at: number, value: DefineRecord): void {
  new Uint8Array(view.buffer, view.byteOffset + at, DEFINE_RECORD_BYTES).fill(0);
  view.setUint32(at + 0, value.kind, true);
  view.setUint32(at + 4, value.recordBytes, true);
  view.setUint32(at + 8, value.programId, true);
  view.setUint32(at + 12, value.totalBytes, true);
  view.setUint32(at + 16, value.offset, true);
  view.setUint32(at + 20, value.chunkBytes, true);
}

/** Followed by prompt_count × prompt_entry_words words, text_count text ids, page_count page ids, voice_count f32, reference_count × groups codes. */
export interface AdmitRecord {
  /** record_kind.admit. */
  kind: number;
  /** Record with what follows it. [bytes] */
  recordBytes: number;
  /** A free row. */
  row: number;
  /** Not 0, and not the row's last one. */
  generation: number;
  /** Prompt rows; 0 for a vocode-only row. */
  promptCount: number;
  /** Trailing text ids. */
  textCount: number;
  /** 1: no more text will come. */
  textClosed: number;
  /** At least 1, at most frames_max + 1. */
  maxNewTokens: number;
  /** Picks without end of speech. */
  minNewTokens: number;
  /** Third word of the random counter. */
  segment: number;
  /** Low word of the seed. */
  seedLo: number;
  /** High word of the seed. */
  seedHi: number;
  /** 0 or 1. */
  talkerDoSample: number;
  /** Positive and finite. */
  talkerTemperature: number;
  /** 0 keeps all. */
  talkerTopK: number;
  /** 1 to 2^20. [2^-20] */
  talkerTopP: number;
  /** Positive and finite. */
  talkerRepetitionPenalty: number;
  /** 0 or 1. */
  predictorDoSample: number;
  /** Positive and finite. */
  predictorTemperature: number;
  /** 0 keeps all. */
  predictorTopK: number;
  /** 1 to 2^20. [2^-20] */
  predictorTopP: number;
  /** KV pages reserved now. */
  pageCount: number;
  /** Words of the voice's vector: 0, or EngineLayout.hidden. */
  voiceCount: number;
  /** Of the voice's recording. [frames] */
  referenceCount: number;
}
export const ADMIT_RECORD_BYTES = 96;
/** Byte offsets of AdmitRecord's fields. */
export const ADMIT_RECORD_AT = {
  kind: 0,
  recordBytes: 4,
  row: 8,
  generation: 12,
  promptCount: 16,
  textCount: 20,
  textClosed: 24,
  maxNewTokens: 28,
  minNewTokens: 32,
  segment: 36,
  seedLo: 40,
  seedHi: 44,
  talkerDoSample: 48,
  talkerTemperature: 52,
  talkerTopK: 56,
  talkerTopP: 60,
  talkerRepetitionPenalty: 64,
  predictorDoSample: 68,
  predictorTemperature: 72,
  predictorTopK: 76,
  predictorTopP: 80,
  pageCount: 84,
  voiceCount: 88,
  referenceCount: 92,
} as const;
export function readAdmitRecord(view: DataView, at: number): AdmitRecord {
  return {
    kind: view.getUint32(at + 0, true),
    recordBytes: view.getUint32(at + 4, true),
    row: view.getUint32(at + 8, true),
    generation: view.getUint32(at + 12, true),
    promptCount: view.getUint32(at + 16, true),
    textCount: view.getUint32(at + 20, true),
    textClosed: view.getUint32(at + 24, true),
    maxNewTokens: view.getUint32(at + 28, true),
    minNewTokens: view.getUint32(at + 32, true),
    segment: view.getUint32(at + 36, true),
    seedLo: view.getUint32(at + 40, true),
    seedHi: view.getUint32(at + 44, true),
    talkerDoSample: view.getUint32(at + 48, true),
    talkerTemperature: view.getFloat32(at + 52, true),
    talkerTopK: view.getUint32(at + 56, true),
    talkerTopP: view.getUint32(at + 60, true),
    talkerRepetitionPenalty: view.getFloat32(at + 64, true),
    predictorDoSample: view.getUint32(at + 68, true),
    predictorTemperature: view.getFloat32(at + 72, true),
    predictorTopK: view.getUint32(at + 76, true),
    predictorTopP: view.getUint32(at + 80, true),
    pageCount: view.getUint32(at + 84, true),
    voiceCount: view.getUint32(at + 88, true),
    referenceCount: view.getUint32(at + 92, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeAdmitRecord(view: DataView, at: number, value: AdmitRecord): void {
  new Uint8Array(view.buffer, view.byteOffset + at, ADMIT_RECORD_BYTES).fill(0);
  view.setUint32(at + 0, value.kind, true);
  view.setUint32(at + 4, value.recordBytes, true);
  view.setUint32(at + 8, value.row, true);
  view.setUint32(at + 12, value.generation, true);
  view.setUint32(at + 16, value.promptCount, true);
  view.setUint32(at + 20, value.textCount, true);
  view.setUint32(at + 24, value.textClosed, true);
  view.setUint32(at + 28, value.maxNewTokens, true);
  view.setUint32(at + 32, value.minNewTokens, true);
  view.setUint32(at + 36, value.segment, true);
  view.setUint32(at + 40, value.seedLo, true);
  view.setUint32(at + 44, value.seedHi, true);
  view.setUint32(at + 48, value.talkerDoSample, true);
  view.setFloat32(at + 52, value.talkerTemperature, true);
  view.setUint32(at + 56, value.talkerTopK, true);
  view.setUint32(at + 60, value.talkerTopP, true);
  view.setFloat32(at + 64, value.talkerRepetitionPenalty, true);
  view.setUint32(at + 68, value.predictorDoSample, true);
  view.setFloat32(at + 72, value.predictorTemperature, true);
  view.setUint32(at + 76, value.predictorTopK, true);
  view.setUint32(at + 80, value.predictorTopP, true);
  view.setUint32(at + 84, value.pageCount, true);
  view.setUint32(at + 88, value.voiceCount, true);
  view.setUint32(at + 92, value.referenceCount, true);
}

/** Followed by page_count page ids, text_count text ids, code_count codes. */
export interface ExtendRecord {
  /** record_kind.extend. */
  kind: number;
  /** Record with what follows it. [bytes] */
  recordBytes: number;
  /** An admitted row. */
  row: number;
  /** Of its admit. */
  generation: number;
  /** KV pages appended to the page table. */
  pageCount: number;
  /** Text ids appended. */
  textCount: number;
  /** 1 closes the text; it stays closed. */
  textClosed: number;
  /** Index of the first code given: frame · groups + group. */
  codeFirst: number;
  /** Codes given. */
  codeCount: number;
  /** RowState.codes_given from now on; never smaller. [frames] */
  codesGiven: number;
  /** 1 raises codes_count to codes_given: a vocode-only row. */
  publish: number;
}
export const EXTEND_RECORD_BYTES = 48;
/** Byte offsets of ExtendRecord's fields. */
export const EXTEND_RECORD_AT = {
  kind: 0,
  recordBytes: 4,
  row: 8,
  generation: 12,
  pageCount: 16,
  textCount: 20,
  textClosed: 24,
  codeFirst: 28,
  codeCount: 32,
  codesGiven: 36,
  publish: 40,
} as const;
export function readExtendRecord(view: DataView, at: number): ExtendRecord {
  return {
    kind: view.getUint32(at + 0, true),
    recordBytes: view.getUint32(at + 4, true),
    row: view.getUint32(at + 8, true),
    generation: view.getUint32(at + 12, true),
    pageCount: view.getUint32(at + 16, true),
    textCount: view.getUint32(at + 20, true),
    textClosed: view.getUint32(at + 24, true),
    codeFirst: view.getUint32(at + 28, true),
    codeCount: view.getUint32(at + 32, true),
    codesGiven: view.getUint32(at + 36, true),
    publish: view.getUint32(at + 40, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeExtendRecord(view: DataView, at: number, value: ExtendRecord): void {
  new Uint8Array(view.buffer, view.byteOffset + at, EXTEND_RECORD_BYTES).fill(0);
  view.setUint32(at + 0, value.kind, true);
  view.setUint32(at + 4, value.recordBytes, true);
  view.setUint32(at + 8, value.row, true);
  view.setUint32(at + 12, value.generation, true);
  view.setUint32(at + 16, value.pageCount, true);
  view.setUint32(at + 20, value.textCount, true);
  view.setUint32(at + 24, value.textClosed, true);
  view.setUint32(at + 28, value.codeFirst, true);
  view.setUint32(at + 32, value.codeCount, true);
  view.setUint32(at + 36, value.codesGiven, true);
  view.setUint32(at + 40, value.publish, true);
}

/** Followed by lane_count LaneEntry records. Lanes beyond them run on the scratch row. */
export interface RunRecord {
  /** record_kind.run. */
  kind: number;
  /** Record with what follows it. [bytes] */
  recordBytes: number;
  /** A defined program. */
  programId: number;
  /** Runs in a row without host work, at least 1. */
  repeat: number;
  /** lane_class. */
  laneClass: number;
  /** Vocode: begin when every lane has published so many in all, or is done. [frames] */
  waitFrames: number;
  /** 1 to the program's lanes. */
  laneCount: number;
}
export const RUN_RECORD_BYTES = 32;
/** Byte offsets of RunRecord's fields. */
export const RUN_RECORD_AT = {
  kind: 0,
  recordBytes: 4,
  programId: 8,
  repeat: 12,
  laneClass: 16,
  waitFrames: 20,
  laneCount: 24,
} as const;
export function readRunRecord(view: DataView, at: number): RunRecord {
  return {
    kind: view.getUint32(at + 0, true),
    recordBytes: view.getUint32(at + 4, true),
    programId: view.getUint32(at + 8, true),
    repeat: view.getUint32(at + 12, true),
    laneClass: view.getUint32(at + 16, true),
    waitFrames: view.getUint32(at + 20, true),
    laneCount: view.getUint32(at + 24, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeRunRecord(view: DataView, at: number, value: RunRecord): void {
  new Uint8Array(view.buffer, view.byteOffset + at, RUN_RECORD_BYTES).fill(0);
  view.setUint32(at + 0, value.kind, true);
  view.setUint32(at + 4, value.recordBytes, true);
  view.setUint32(at + 8, value.programId, true);
  view.setUint32(at + 12, value.repeat, true);
  view.setUint32(at + 16, value.laneClass, true);
  view.setUint32(at + 20, value.waitFrames, true);
  view.setUint32(at + 24, value.laneCount, true);
}

/** One lane of a run. */
export interface LaneEntry {
  /** An admitted row; a row once a run. */
  row: number;
  /** Of its admit. */
  generation: number;
}
export const LANE_ENTRY_BYTES = 8;
/** Byte offsets of LaneEntry's fields. */
export const LANE_ENTRY_AT = {
  row: 0,
  generation: 4,
} as const;
export function readLaneEntry(view: DataView, at: number): LaneEntry {
  return {
    row: view.getUint32(at + 0, true),
    generation: view.getUint32(at + 4, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeLaneEntry(view: DataView, at: number, value: LaneEntry): void {
  new Uint8Array(view.buffer, view.byteOffset + at, LANE_ENTRY_BYTES).fill(0);
  view.setUint32(at + 0, value.row, true);
  view.setUint32(at + 4, value.generation, true);
}

/** A cancel or a release. */
export interface RowRecord {
  /** record_kind.cancel or .release. */
  kind: number;
  /** 16. [bytes] */
  recordBytes: number;
  /** An admitted row. */
  row: number;
  /** Of its admit. */
  generation: number;
}
export const ROW_RECORD_BYTES = 16;
/** Byte offsets of RowRecord's fields. */
export const ROW_RECORD_AT = {
  kind: 0,
  recordBytes: 4,
  row: 8,
  generation: 12,
} as const;
export function readRowRecord(view: DataView, at: number): RowRecord {
  return {
    kind: view.getUint32(at + 0, true),
    recordBytes: view.getUint32(at + 4, true),
    row: view.getUint32(at + 8, true),
    generation: view.getUint32(at + 12, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeRowRecord(view: DataView, at: number, value: RowRecord): void {
  new Uint8Array(view.buffer, view.byteOffset + at, ROW_RECORD_BYTES).fill(0);
  view.setUint32(at + 0, value.kind, true);
  view.setUint32(at + 4, value.recordBytes, true);
  view.setUint32(at + 8, value.row, true);
  view.setUint32(at + 12, value.generation, true);
}

/** Opens a completion slot; lane_count LaneResult records follow, one for each row its runs touched. */
export interface CompletionHeader {
  /** Of the submission. */
  token: number;
  /** error: the first one met; later records did not run. */
  status: number;
  /** Record that failed; none otherwise. */
  recordIndex: number;
  /** Op that failed; none otherwise. */
  opIndex: number;
  /** Lane results that follow. */
  laneCount: number;
  /** Repeats of decode-class runs executed. [frames] */
  framesRun: number;
  /** Kernel launches. */
  opCount: number;
  /** Time in decode-class runs. [ns] */
  decodeNs: bigint;
  /** Time in vocode-class runs. [ns] */
  vocodeNs: bigint;
}
export const COMPLETION_HEADER_BYTES = 64;
/** Byte offsets of CompletionHeader's fields. */
export const COMPLETION_HEADER_AT = {
  token: 0,
  status: 4,
  recordIndex: 8,
  opIndex: 12,
  laneCount: 16,
  framesRun: 20,
  opCount: 24,
  decodeNs: 32,
  vocodeNs: 40,
} as const;
export function readCompletionHeader(view: DataView, at: number): CompletionHeader {
  return {
    token: view.getUint32(at + 0, true),
    status: view.getUint32(at + 4, true),
    recordIndex: view.getUint32(at + 8, true),
    opIndex: view.getUint32(at + 12, true),
    laneCount: view.getUint32(at + 16, true),
    framesRun: view.getUint32(at + 20, true),
    opCount: view.getUint32(at + 24, true),
    decodeNs: view.getBigUint64(at + 32, true),
    vocodeNs: view.getBigUint64(at + 40, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeCompletionHeader(view: DataView, at: number, value: CompletionHeader): void {
  new Uint8Array(view.buffer, view.byteOffset + at, COMPLETION_HEADER_BYTES).fill(0);
  view.setUint32(at + 0, value.token, true);
  view.setUint32(at + 4, value.status, true);
  view.setUint32(at + 8, value.recordIndex, true);
  view.setUint32(at + 12, value.opIndex, true);
  view.setUint32(at + 16, value.laneCount, true);
  view.setUint32(at + 20, value.framesRun, true);
  view.setUint32(at + 24, value.opCount, true);
  view.setBigUint64(at + 32, value.decodeNs, true);
  view.setBigUint64(at + 40, value.vocodeNs, true);
}

/** Where a row stands when a submission completes. */
export interface LaneResult {
  /** Row index. */
  row: number;
  /** Of its admit. */
  generation: number;
  /** RowState.position. */
  position: number;
  /** RowState.prompt_done. */
  promptDone: number;
  /** RowState.codes_count. [frames] */
  codesCount: number;
  /** RowState.vocoded. [frames] */
  vocoded: number;
  /** RowState.done. */
  done: number;
  /** RowState.finish_reason. */
  finishReason: number;
}
export const LANE_RESULT_BYTES = 32;
/** Byte offsets of LaneResult's fields. */
export const LANE_RESULT_AT = {
  row: 0,
  generation: 4,
  position: 8,
  promptDone: 12,
  codesCount: 16,
  vocoded: 20,
  done: 24,
  finishReason: 28,
} as const;
export function readLaneResult(view: DataView, at: number): LaneResult {
  return {
    row: view.getUint32(at + 0, true),
    generation: view.getUint32(at + 4, true),
    position: view.getUint32(at + 8, true),
    promptDone: view.getUint32(at + 12, true),
    codesCount: view.getUint32(at + 16, true),
    vocoded: view.getUint32(at + 20, true),
    done: view.getUint32(at + 24, true),
    finishReason: view.getUint32(at + 28, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeLaneResult(view: DataView, at: number, value: LaneResult): void {
  new Uint8Array(view.buffer, view.byteOffset + at, LANE_RESULT_BYTES).fill(0);
  view.setUint32(at + 0, value.row, true);
  view.setUint32(at + 4, value.generation, true);
  view.setUint32(at + 8, value.position, true);
  view.setUint32(at + 12, value.promptDone, true);
  view.setUint32(at + 16, value.codesCount, true);
  view.setUint32(at + 20, value.vocoded, true);
  view.setUint32(at + 24, value.done, true);
  view.setUint32(at + 28, value.finishReason, true);
}

/** First page of the shared region. One writer per index word; words that two sides poll are 128 bytes apart. */
export interface RegionHeader {
  /** region_magic; the host writes it last. */
  magic: number;
  /** LAYOUT_HASH of the host. */
  layoutHash: number;
  /** Whole region, as sealed. [bytes] */
  regionBytes: bigint;
  /** A power of two. */
  submissionSlots: number;
  /** A multiple of 4096. [bytes] */
  submissionSlotBytes: number;
  /** A power of two, at least submission_slots. */
  completionSlots: number;
  /** A multiple of 64; header and one LaneResult for every row fit. [bytes] */
  completionSlotBytes: number;
  /** Rows with an output area. */
  outputRows: number;
  /** From one row's output area to the next; a multiple of 4096. [bytes] */
  outputStride: number;
  /** Codes of a frame. */
  groups: number;
  /** PCM samples of a frame. */
  frameSamples: number;
  /** Logits an output area holds. */
  logitsMax: number;
  /** For people who read a dump. */
  hostPid: number;
  /** First submission slot. [bytes] */
  submissionOffset: bigint;
  /** First completion slot. [bytes] */
  completionOffset: bigint;
  /** Output area of row 0. [bytes] */
  outputOffset: bigint;
  /** Host writes. Submissions ever published; wraps. */
  submissionTail: number;
  /** Sidecar writes. Submissions ever taken; wraps. */
  submissionHead: number;
  /** Sidecar writes. Completions ever published; wraps. */
  completionTail: number;
  /** Host writes. Completions ever taken; wraps. */
  completionHead: number;
  /** Sidecar sets before it blocks; the host rings only then. */
  sidecarAsleep: number;
  /** Host sets before it blocks; the sidecar rings only then. */
  hostAsleep: number;
}
export const REGION_HEADER_BYTES = 4096;
/** Byte offsets of RegionHeader's fields. */
export const REGION_HEADER_AT = {
  magic: 0,
  layoutHash: 4,
  regionBytes: 8,
  submissionSlots: 16,
  submissionSlotBytes: 20,
  completionSlots: 24,
  completionSlotBytes: 28,
  outputRows: 32,
  outputStride: 36,
  groups: 40,
  frameSamples: 44,
  logitsMax: 48,
  hostPid: 52,
  submissionOffset: 56,
  completionOffset: 64,
  outputOffset: 72,
  submissionTail: 128,
  submissionHead: 256,
  completionTail: 384,
  completionHead: 512,
  sidecarAsleep: 640,
  hostAsleep: 768,
} as const;
export function readRegionHeader(view: DataView, at: number): RegionHeader {
  return {
    magic: view.getUint32(at + 0, true),
    layoutHash: view.getUint32(at + 4, true),
    regionBytes: view.getBigUint64(at + 8, true),
    submissionSlots: view.getUint32(at + 16, true),
    submissionSlotBytes: view.getUint32(at + 20, true),
    completionSlots: view.getUint32(at + 24, true),
    completionSlotBytes: view.getUint32(at + 28, true),
    outputRows: view.getUint32(at + 32, true),
    outputStride: view.getUint32(at + 36, true),
    groups: view.getUint32(at + 40, true),
    frameSamples: view.getUint32(at + 44, true),
    logitsMax: view.getUint32(at + 48, true),
    hostPid: view.getUint32(at + 52, true),
    submissionOffset: view.getBigUint64(at + 56, true),
    completionOffset: view.getBigUint64(at + 64, true),
    outputOffset: view.getBigUint64(at + 72, true),
    submissionTail: view.getUint32(at + 128, true),
    submissionHead: view.getUint32(at + 256, true),
    completionTail: view.getUint32(at + 384, true),
    completionHead: view.getUint32(at + 512, true),
    sidecarAsleep: view.getUint32(at + 640, true),
    hostAsleep: view.getUint32(at + 768, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeRegionHeader(view: DataView, at: number, value: RegionHeader): void {
  new Uint8Array(view.buffer, view.byteOffset + at, REGION_HEADER_BYTES).fill(0);
  view.setUint32(at + 0, value.magic, true);
  view.setUint32(at + 4, value.layoutHash, true);
  view.setBigUint64(at + 8, value.regionBytes, true);
  view.setUint32(at + 16, value.submissionSlots, true);
  view.setUint32(at + 20, value.submissionSlotBytes, true);
  view.setUint32(at + 24, value.completionSlots, true);
  view.setUint32(at + 28, value.completionSlotBytes, true);
  view.setUint32(at + 32, value.outputRows, true);
  view.setUint32(at + 36, value.outputStride, true);
  view.setUint32(at + 40, value.groups, true);
  view.setUint32(at + 44, value.frameSamples, true);
  view.setUint32(at + 48, value.logitsMax, true);
  view.setUint32(at + 52, value.hostPid, true);
  view.setBigUint64(at + 56, value.submissionOffset, true);
  view.setBigUint64(at + 64, value.completionOffset, true);
  view.setBigUint64(at + 72, value.outputOffset, true);
  view.setUint32(at + 128, value.submissionTail, true);
  view.setUint32(at + 256, value.submissionHead, true);
  view.setUint32(at + 384, value.completionTail, true);
  view.setUint32(at + 512, value.completionHead, true);
  view.setUint32(at + 640, value.sidecarAsleep, true);
  view.setUint32(at + 768, value.hostAsleep, true);
}

/** Opens a row's output area: output_frames × groups codes (u32), output_frames × frame_samples PCM samples (f32), logits_max logits (f32) follow, each at the next multiple of 256 bytes. Frame i lies at i mod output_frames. The sidecar writes all of it; counts are released after what they count. */
export interface OutputHeader {
  /** Of the admit these counts belong to; stored after they were zeroed. */
  generation: number;
  /** Code frames published. [frames] */
  codesCount: number;
  /** PCM frames published. [frames] */
  pcmCount: number;
  /** Logit vectors published; only the last is held. */
  logitsCount: number;
  /** RowState.done, stored after the last codes_count. */
  done: number;
  /** RowState.finish_reason, stored before done. */
  finishReason: number;
}
export const OUTPUT_HEADER_BYTES = 256;
/** Byte offsets of OutputHeader's fields. */
export const OUTPUT_HEADER_AT = {
  generation: 0,
  codesCount: 4,
  pcmCount: 8,
  logitsCount: 12,
  done: 16,
  finishReason: 20,
} as const;
export function readOutputHeader(view: DataView, at: number): OutputHeader {
  return {
    generation: view.getUint32(at + 0, true),
    codesCount: view.getUint32(at + 4, true),
    pcmCount: view.getUint32(at + 8, true),
    logitsCount: view.getUint32(at + 12, true),
    done: view.getUint32(at + 16, true),
    finishReason: view.getUint32(at + 20, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeOutputHeader(view: DataView, at: number, value: OutputHeader): void {
  new Uint8Array(view.buffer, view.byteOffset + at, OUTPUT_HEADER_BYTES).fill(0);
  view.setUint32(at + 0, value.generation, true);
  view.setUint32(at + 4, value.codesCount, true);
  view.setUint32(at + 8, value.pcmCount, true);
  view.setUint32(at + 12, value.logitsCount, true);
  view.setUint32(at + 16, value.done, true);
  view.setUint32(at + 20, value.finishReason, true);
}

/** Sizes and places of rows and caches: reckoned by the planner, sent with load, checked by the sidecar. */
export interface EngineLayout {
  /** Rows, the scratch row (the last one) included. */
  rows: number;
  /** From one row to the next. [256 bytes] */
  rowUnits: number;
  /** Talker KV pages, the scratch page (the last one) included. */
  pages: number;
  /** All caches: talker pages, predictor, vocoder. [256 bytes] */
  kvUnits: number;
  /** Prompt entries in a row. [256 bytes] */
  promptAt: number;
  /** Trailing text ids. [256 bytes] */
  textAt: number;
  /** Codes (frames_max, groups). [256 bytes] */
  codesAt: number;
  /** Bit set of group-0 codes picked. [256 bytes] */
  seenAt: number;
  /** Page ids of the talker cache. [256 bytes] */
  pageTableAt: number;
  /** Talker output of the last position, after the final norm. [256 bytes] */
  hiddenAt: number;
  /** Logits for host sampling. [256 bytes] */
  logitsAt: number;
  /** PCM of the last vocode run. [256 bytes] */
  pcmAt: number;
  /** First vocoder history; all until row_units. [256 bytes] */
  stateAt: number;
  /** Prompt rows a row holds. */
  promptMax: number;
  /** Trailing text ids a row holds. */
  textMax: number;
  /** Code frames a row holds. [frames] */
  framesMax: number;
  /** Page-table entries of a row. */
  pagesMax: number;
  /** Codes of a frame. */
  groups: number;
  /** PCM samples of a frame. */
  frameSamples: number;
  /** Frames of the largest vocode program. [frames] */
  vocodeFramesMax: number;
  /** Logits a row holds. */
  logitsMax: number;
  /** Words of the bit set. [words] */
  seenWords: number;
  /** Text ids are below this. */
  textVocab: number;
  /** Codec ids of prompt rows are below this. */
  codecVocab: number;
  /** Codes are below this. */
  codebookSize: number;
  /** Talker width. */
  hidden: number;
  /** Vector of the row's voice, f32, hidden of them. [256 bytes] */
  voiceAt: number;
  /** Codes of the voice's recording, (reference_max, groups). [256 bytes] */
  referenceAt: number;
  /** Frames of a recording that a row holds; 0 in a model that clones none. [frames] */
  referenceMax: number;
}
export const ENGINE_LAYOUT_BYTES = 128;
/** Byte offsets of EngineLayout's fields. */
export const ENGINE_LAYOUT_AT = {
  rows: 0,
  rowUnits: 4,
  pages: 8,
  kvUnits: 12,
  promptAt: 16,
  textAt: 20,
  codesAt: 24,
  seenAt: 28,
  pageTableAt: 32,
  hiddenAt: 36,
  logitsAt: 40,
  pcmAt: 44,
  stateAt: 48,
  promptMax: 52,
  textMax: 56,
  framesMax: 60,
  pagesMax: 64,
  groups: 68,
  frameSamples: 72,
  vocodeFramesMax: 76,
  logitsMax: 80,
  seenWords: 84,
  textVocab: 88,
  codecVocab: 92,
  codebookSize: 96,
  hidden: 100,
  voiceAt: 104,
  referenceAt: 108,
  referenceMax: 112,
} as const;
export function readEngineLayout(view: DataView, at: number): EngineLayout {
  return {
    rows: view.getUint32(at + 0, true),
    rowUnits: view.getUint32(at + 4, true),
    pages: view.getUint32(at + 8, true),
    kvUnits: view.getUint32(at + 12, true),
    promptAt: view.getUint32(at + 16, true),
    textAt: view.getUint32(at + 20, true),
    codesAt: view.getUint32(at + 24, true),
    seenAt: view.getUint32(at + 28, true),
    pageTableAt: view.getUint32(at + 32, true),
    hiddenAt: view.getUint32(at + 36, true),
    logitsAt: view.getUint32(at + 40, true),
    pcmAt: view.getUint32(at + 44, true),
    stateAt: view.getUint32(at + 48, true),
    promptMax: view.getUint32(at + 52, true),
    textMax: view.getUint32(at + 56, true),
    framesMax: view.getUint32(at + 60, true),
    pagesMax: view.getUint32(at + 64, true),
    groups: view.getUint32(at + 68, true),
    frameSamples: view.getUint32(at + 72, true),
    vocodeFramesMax: view.getUint32(at + 76, true),
    logitsMax: view.getUint32(at + 80, true),
    seenWords: view.getUint32(at + 84, true),
    textVocab: view.getUint32(at + 88, true),
    codecVocab: view.getUint32(at + 92, true),
    codebookSize: view.getUint32(at + 96, true),
    hidden: view.getUint32(at + 100, true),
    voiceAt: view.getUint32(at + 104, true),
    referenceAt: view.getUint32(at + 108, true),
    referenceMax: view.getUint32(at + 112, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeEngineLayout(view: DataView, at: number, value: EngineLayout): void {
  new Uint8Array(view.buffer, view.byteOffset + at, ENGINE_LAYOUT_BYTES).fill(0);
  view.setUint32(at + 0, value.rows, true);
  view.setUint32(at + 4, value.rowUnits, true);
  view.setUint32(at + 8, value.pages, true);
  view.setUint32(at + 12, value.kvUnits, true);
  view.setUint32(at + 16, value.promptAt, true);
  view.setUint32(at + 20, value.textAt, true);
  view.setUint32(at + 24, value.codesAt, true);
  view.setUint32(at + 28, value.seenAt, true);
  view.setUint32(at + 32, value.pageTableAt, true);
  view.setUint32(at + 36, value.hiddenAt, true);
  view.setUint32(at + 40, value.logitsAt, true);
  view.setUint32(at + 44, value.pcmAt, true);
  view.setUint32(at + 48, value.stateAt, true);
  view.setUint32(at + 52, value.promptMax, true);
  view.setUint32(at + 56, value.textMax, true);
  view.setUint32(at + 60, value.framesMax, true);
  view.setUint32(at + 64, value.pagesMax, true);
  view.setUint32(at + 68, value.groups, true);
  view.setUint32(at + 72, value.frameSamples, true);
  view.setUint32(at + 76, value.vocodeFramesMax, true);
  view.setUint32(at + 80, value.logitsMax, true);
  view.setUint32(at + 84, value.seenWords, true);
  view.setUint32(at + 88, value.textVocab, true);
  view.setUint32(at + 92, value.codecVocab, true);
  view.setUint32(at + 96, value.codebookSize, true);
  view.setUint32(at + 100, value.hidden, true);
  view.setUint32(at + 104, value.voiceAt, true);
  view.setUint32(at + 108, value.referenceAt, true);
  view.setUint32(at + 112, value.referenceMax, true);
}

/** What the planner must know of a checkpoint and of the engine's limits; the host writes it into Wasm memory. */
export interface PlannerConfig {
  /** Talker layers. */
  talkerLayers: number;
  /** Talker width. */
  talkerHidden: number;
  /** Talker MLP width. */
  talkerIntermediate: number;
  /** Query heads. */
  talkerHeads: number;
  /** Key and value heads. */
  talkerKvHeads: number;
  /** Head width. */
  talkerHeadDim: number;
  /** Codec embedding and head rows. */
  talkerVocab: number;
  /** RMSNorm epsilon. */
  talkerRmsEps: number;
  /** Rotary base. */
  talkerRopeTheta: number;
  /** Text embedding rows. */
  textVocab: number;
  /** Text embedding width. */
  textHidden: number;
  /** Codes of a frame. */
  groups: number;
  /** Codec id that ends speech. */
  codecEos: number;
  /** Text id that follows the text. */
  ttsPad: number;
  /** Predictor layers. */
  predictorLayers: number;
  /** Predictor width. */
  predictorHidden: number;
  /** Predictor MLP width. */
  predictorIntermediate: number;
  /** Query heads. */
  predictorHeads: number;
  /** Key and value heads. */
  predictorKvHeads: number;
  /** Head width. */
  predictorHeadDim: number;
  /** Rows of each table and head. */
  predictorVocab: number;
  /** RMSNorm epsilon. */
  predictorRmsEps: number;
  /** Rotary base. */
  predictorRopeTheta: number;
  /** 1 when small_to_mtp_projection exists. */
  hasProjection: number;
  /** Entries of a codebook. */
  codecCodebookSize: number;
  /** Width of a codebook entry. */
  codecCodebookDim: number;
  /** Width after the output projections. */
  codecQuantizedDim: number;
  /** Width of pre_conv's output. */
  codecLatentDim: number;
  /** Transformer width. */
  codecHidden: number;
  /** Transformer MLP width. */
  codecIntermediate: number;
  /** Transformer layers. */
  codecLayers: number;
  /** Query heads. */
  codecHeads: number;
  /** Key and value heads. */
  codecKvHeads: number;
  /** Head width. */
  codecHeadDim: number;
  /** Attention window, the frame itself included. [frames] */
  codecWindow: number;
  /** RMSNorm epsilon. */
  codecRmsEps: number;
  /** Rotary base. */
  codecRopeTheta: number;
  /** Width of the first waveform stage; halves in each block. */
  codecDecoderDim: number;
  /** Leading groups of the semantic quantiser. */
  codecSemanticGroups: number;
  /** Latent upsampling stages. */
  codecRatioCount: number;
  /** Their factors, in order. */
  codecRatios: number[];
  /** Waveform blocks. */
  codecRateCount: number;
  /** Their strides, in order. */
  codecRates: number[];
  /** Requests served at once, the scratch row not counted. */
  rows: number;
  /** Talker KV pages, the scratch page not counted. */
  pages: number;
  /** Prompt rows of a request at most. */
  promptMax: number;
  /** Trailing text ids of a request at most. */
  textMax: number;
  /** Frames of a request at most. [frames] */
  framesMax: number;
  /** fusion_level of prefill programs. */
  prefillLevel: number;
  /** fusion_level of all others. */
  decodeLevel: number;
  /** dtype of activations. */
  actDtype: number;
  /** 1: logits come back and the planner picks. */
  hostSampling: number;
  /** Frames of one decode run at most. [frames] */
  repeatMax: number;
  /** Requests that may wait for a row. */
  queueMax: number;
  /** Frames of a vocode run once speech flows: 1, 2, 4 or 8. [frames] */
  vocodeSteady: number;
  /** dtype of the vocoder's activations, and of its weights where they are bf16. */
  codecActDtype: number;
  /** Frames of a recording; 0 in a model that clones no voice. [frames] */
  referenceMax: number;
  /** Of the speaker encoder's result: the talker's. */
  speakerWidth: number;
  /** Mel bands. */
  speakerBands: number;
  /** Of recordings. [Hz] */
  speakerSampleRate: number;
  /** Blocks in use: a plain one, squeeze-and-excitation ones, the one that joins them. */
  speakerBlockCount: number;
  /** Outputs of each block. */
  speakerChannels: number[];
  /** Taps of each block's convolution. */
  speakerTaps: number[];
  /** Of each block's convolution. */
  speakerDilations: number[];
  /** Parts of a block's width that build on one another. */
  speakerScale: number;
  /** Width between the two layers of a block's gate. */
  speakerSqueeze: number;
  /** Width of the layer in front of the pooling's scores. */
  speakerAttention: number;
  /** Of the codec encoder's transformer. */
  encoderHidden: number;
  /** MLP width. */
  encoderIntermediate: number;
  /** Transformer layers. */
  encoderLayers: number;
  /** Query heads. */
  encoderHeads: number;
  /** Key and value heads. */
  encoderKvHeads: number;
  /** Head width. */
  encoderHeadDim: number;
  /** Of its layer norms. */
  encoderNormEps: number;
  /** Base of its rotary frequencies. */
  encoderRopeTheta: number;
  /** Channels in front of its first stage; each stage doubles them. */
  encoderFilters: number;
  /** Width of a stage over that within its residual unit. */
  encoderCompress: number;
  /** Of its first convolution. */
  encoderTaps: number;
  /** Of the last one in front of the transformer. */
  encoderLastTaps: number;
  /** Of a residual unit's first convolution. */
  encoderResidualTaps: number;
  /** Stages in use. */
  encoderRatioCount: number;
  /** Stride of each stage, in order. */
  encoderRatios: number[];
  /** Of the convolution behind the transformer. */
  encoderStride: number;
  /** Width of a codebook entry. */
  encoderCodebookDim: number;
  /** dtype to keep the matrices of talker and predictor in: stored, or i8. */
  matrixDtype: number;
}
export const PLANNER_CONFIG_BYTES = 512;
/** Byte offsets of PlannerConfig's fields. */
export const PLANNER_CONFIG_AT = {
  talkerLayers: 0,
  talkerHidden: 4,
  talkerIntermediate: 8,
  talkerHeads: 12,
  talkerKvHeads: 16,
  talkerHeadDim: 20,
  talkerVocab: 24,
  talkerRmsEps: 28,
  talkerRopeTheta: 32,
  textVocab: 36,
  textHidden: 40,
  groups: 44,
  codecEos: 48,
  ttsPad: 52,
  predictorLayers: 56,
  predictorHidden: 60,
  predictorIntermediate: 64,
  predictorHeads: 68,
  predictorKvHeads: 72,
  predictorHeadDim: 76,
  predictorVocab: 80,
  predictorRmsEps: 84,
  predictorRopeTheta: 88,
  hasProjection: 92,
  codecCodebookSize: 96,
  codecCodebookDim: 100,
  codecQuantizedDim: 104,
  codecLatentDim: 108,
  codecHidden: 112,
  codecIntermediate: 116,
  codecLayers: 120,
  codecHeads: 124,
  codecKvHeads: 128,
  codecHeadDim: 132,
  codecWindow: 136,
  codecRmsEps: 140,
  codecRopeTheta: 144,
  codecDecoderDim: 148,
  codecSemanticGroups: 152,
  codecRatioCount: 156,
  codecRatios: 160,
  codecRateCount: 192,
  codecRates: 196,
  rows: 228,
  pages: 232,
  promptMax: 236,
  textMax: 240,
  framesMax: 244,
  prefillLevel: 248,
  decodeLevel: 252,
  actDtype: 256,
  hostSampling: 260,
  repeatMax: 264,
  queueMax: 268,
  vocodeSteady: 272,
  codecActDtype: 276,
  referenceMax: 280,
  speakerWidth: 284,
  speakerBands: 288,
  speakerSampleRate: 292,
  speakerBlockCount: 296,
  speakerChannels: 300,
  speakerTaps: 332,
  speakerDilations: 364,
  speakerScale: 396,
  speakerSqueeze: 400,
  speakerAttention: 404,
  encoderHidden: 408,
  encoderIntermediate: 412,
  encoderLayers: 416,
  encoderHeads: 420,
  encoderKvHeads: 424,
  encoderHeadDim: 428,
  encoderNormEps: 432,
  encoderRopeTheta: 436,
  encoderFilters: 440,
  encoderCompress: 444,
  encoderTaps: 448,
  encoderLastTaps: 452,
  encoderResidualTaps: 456,
  encoderRatioCount: 460,
  encoderRatios: 464,
  encoderStride: 496,
  encoderCodebookDim: 500,
  matrixDtype: 504,
} as const;
export function readPlannerConfig(view: DataView, at: number): PlannerConfig {
  return {
    talkerLayers: view.getUint32(at + 0, true),
    talkerHidden: view.getUint32(at + 4, true),
    talkerIntermediate: view.getUint32(at + 8, true),
    talkerHeads: view.getUint32(at + 12, true),
    talkerKvHeads: view.getUint32(at + 16, true),
    talkerHeadDim: view.getUint32(at + 20, true),
    talkerVocab: view.getUint32(at + 24, true),
    talkerRmsEps: view.getFloat32(at + 28, true),
    talkerRopeTheta: view.getFloat32(at + 32, true),
    textVocab: view.getUint32(at + 36, true),
    textHidden: view.getUint32(at + 40, true),
    groups: view.getUint32(at + 44, true),
    codecEos: view.getUint32(at + 48, true),
    ttsPad: view.getUint32(at + 52, true),
    predictorLayers: view.getUint32(at + 56, true),
    predictorHidden: view.getUint32(at + 60, true),
    predictorIntermediate: view.getUint32(at + 64, true),
    predictorHeads: view.getUint32(at + 68, true),
    predictorKvHeads: view.getUint32(at + 72, true),
    predictorHeadDim: view.getUint32(at + 76, true),
    predictorVocab: view.getUint32(at + 80, true),
    predictorRmsEps: view.getFloat32(at + 84, true),
    predictorRopeTheta: view.getFloat32(at + 88, true),
    hasProjection: view.getUint32(at + 92, true),
    codecCodebookSize: view.getUint32(at + 96, true),
    codecCodebookDim: view.getUint32(at + 100, true),
    codecQuantizedDim: view.getUint32(at + 104, true),
    codecLatentDim: view.getUint32(at + 108, true),
    codecHidden: view.getUint32(at + 112, true),
    codecIntermediate: view.getUint32(at + 116, true),
    codecLayers: view.getUint32(at + 120, true),
    codecHeads: view.getUint32(at + 124, true),
    codecKvHeads: view.getUint32(at + 128, true),
    codecHeadDim: view.getUint32(at + 132, true),
    codecWindow: view.getUint32(at + 136, true),
    codecRmsEps: view.getFloat32(at + 140, true),
    codecRopeTheta: view.getFloat32(at + 144, true),
    codecDecoderDim: view.getUint32(at + 148, true),
    codecSemanticGroups: view.getUint32(at + 152, true),
    codecRatioCount: view.getUint32(at + 156, true),
    codecRatios: Array.from({ length: 8 }, (_, i) => view.getUint32(at + 160 + 4 * i, true)),
    codecRateCount: view.getUint32(at + 192, true),
    codecRates: Array.from({ length: 8 }, (_, i) => view.getUint32(at + 196 + 4 * i, true)),
    rows: view.getUint32(at + 228, true),
    pages: view.getUint32(at + 232, true),
    promptMax: view.getUint32(at + 236, true),
    textMax: view.getUint32(at + 240, true),
    framesMax: view.getUint32(at + 244, true),
    prefillLevel: view.getUint32(at + 248, true),
    decodeLevel: view.getUint32(at + 252, true),
    actDtype: view.getUint32(at + 256, true),
    hostSampling: view.getUint32(at + 260, true),
    repeatMax: view.getUint32(at + 264, true),
    queueMax: view.getUint32(at + 268, true),
    vocodeSteady: view.getUint32(at + 272, true),
    codecActDtype: view.getUint32(at + 276, true),
    referenceMax: view.getUint32(at + 280, true),
    speakerWidth: view.getUint32(at + 284, true),
    speakerBands: view.getUint32(at + 288, true),
    speakerSampleRate: view.getUint32(at + 292, true),
    speakerBlockCount: view.getUint32(at + 296, true),
    speakerChannels: Array.from({ length: 8 }, (_, i) => view.getUint32(at + 300 + 4 * i, true)),
    speakerTaps: Array.from({ length: 8 }, (_, i) => view.getUint32(at + 332 + 4 * i, true)),
    speakerDilations: Array.from({ length: 8 }, (_, i) => view.getUint32(at + 364 + 4 * i, true)),
    speakerScale: view.getUint32(at + 396, true),
    speakerSqueeze: view.getUint32(at + 400, true),
    speakerAttention: view.getUint32(at + 404, true),
    encoderHidden: view.getUint32(at + 408, true),
    encoderIntermediate: view.getUint32(at + 412, true),
    encoderLayers: view.getUint32(at + 416, true),
    encoderHeads: view.getUint32(at + 420, true),
    encoderKvHeads: view.getUint32(at + 424, true),
    encoderHeadDim: view.getUint32(at + 428, true),
    encoderNormEps: view.getFloat32(at + 432, true),
    encoderRopeTheta: view.getFloat32(at + 436, true),
    encoderFilters: view.getUint32(at + 440, true),
    encoderCompress: view.getUint32(at + 444, true),
    encoderTaps: view.getUint32(at + 448, true),
    encoderLastTaps: view.getUint32(at + 452, true),
    encoderResidualTaps: view.getUint32(at + 456, true),
    encoderRatioCount: view.getUint32(at + 460, true),
    encoderRatios: Array.from({ length: 8 }, (_, i) => view.getUint32(at + 464 + 4 * i, true)),
    encoderStride: view.getUint32(at + 496, true),
    encoderCodebookDim: view.getUint32(at + 500, true),
    matrixDtype: view.getUint32(at + 504, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writePlannerConfig(view: DataView, at: number, value: PlannerConfig): void {
  new Uint8Array(view.buffer, view.byteOffset + at, PLANNER_CONFIG_BYTES).fill(0);
  view.setUint32(at + 0, value.talkerLayers, true);
  view.setUint32(at + 4, value.talkerHidden, true);
  view.setUint32(at + 8, value.talkerIntermediate, true);
  view.setUint32(at + 12, value.talkerHeads, true);
  view.setUint32(at + 16, value.talkerKvHeads, true);
  view.setUint32(at + 20, value.talkerHeadDim, true);
  view.setUint32(at + 24, value.talkerVocab, true);
  view.setFloat32(at + 28, value.talkerRmsEps, true);
  view.setFloat32(at + 32, value.talkerRopeTheta, true);
  view.setUint32(at + 36, value.textVocab, true);
  view.setUint32(at + 40, value.textHidden, true);
  view.setUint32(at + 44, value.groups, true);
  view.setUint32(at + 48, value.codecEos, true);
  view.setUint32(at + 52, value.ttsPad, true);
  view.setUint32(at + 56, value.predictorLayers, true);
  view.setUint32(at + 60, value.predictorHidden, true);
  view.setUint32(at + 64, value.predictorIntermediate, true);
  view.setUint32(at + 68, value.predictorHeads, true);
  view.setUint32(at + 72, value.predictorKvHeads, true);
  view.setUint32(at + 76, value.predictorHeadDim, true);
  view.setUint32(at + 80, value.predictorVocab, true);
  view.setFloat32(at + 84, value.predictorRmsEps, true);
  view.setFloat32(at + 88, value.predictorRopeTheta, true);
  view.setUint32(at + 92, value.hasProjection, true);
  view.setUint32(at + 96, value.codecCodebookSize, true);
  view.setUint32(at + 100, value.codecCodebookDim, true);
  view.setUint32(at + 104, value.codecQuantizedDim, true);
  view.setUint32(at + 108, value.codecLatentDim, true);
  view.setUint32(at + 112, value.codecHidden, true);
  view.setUint32(at + 116, value.codecIntermediate, true);
  view.setUint32(at + 120, value.codecLayers, true);
  view.setUint32(at + 124, value.codecHeads, true);
  view.setUint32(at + 128, value.codecKvHeads, true);
  view.setUint32(at + 132, value.codecHeadDim, true);
  view.setUint32(at + 136, value.codecWindow, true);
  view.setFloat32(at + 140, value.codecRmsEps, true);
  view.setFloat32(at + 144, value.codecRopeTheta, true);
  view.setUint32(at + 148, value.codecDecoderDim, true);
  view.setUint32(at + 152, value.codecSemanticGroups, true);
  view.setUint32(at + 156, value.codecRatioCount, true);
  value.codecRatios.forEach((item, i) => {
    view.setUint32(at + 160 + 4 * i, item, true);
  });
  view.setUint32(at + 192, value.codecRateCount, true);
  value.codecRates.forEach((item, i) => {
    view.setUint32(at + 196 + 4 * i, item, true);
  });
  view.setUint32(at + 228, value.rows, true);
  view.setUint32(at + 232, value.pages, true);
  view.setUint32(at + 236, value.promptMax, true);
  view.setUint32(at + 240, value.textMax, true);
  view.setUint32(at + 244, value.framesMax, true);
  view.setUint32(at + 248, value.prefillLevel, true);
  view.setUint32(at + 252, value.decodeLevel, true);
  view.setUint32(at + 256, value.actDtype, true);
  view.setUint32(at + 260, value.hostSampling, true);
  view.setUint32(at + 264, value.repeatMax, true);
  view.setUint32(at + 268, value.queueMax, true);
  view.setUint32(at + 272, value.vocodeSteady, true);
  view.setUint32(at + 276, value.codecActDtype, true);
  view.setUint32(at + 280, value.referenceMax, true);
  view.setUint32(at + 284, value.speakerWidth, true);
  view.setUint32(at + 288, value.speakerBands, true);
  view.setUint32(at + 292, value.speakerSampleRate, true);
  view.setUint32(at + 296, value.speakerBlockCount, true);
  value.speakerChannels.forEach((item, i) => {
    view.setUint32(at + 300 + 4 * i, item, true);
  });
  value.speakerTaps.forEach((item, i) => {
    view.setUint32(at + 332 + 4 * i, item, true);
  });
  value.speakerDilations.forEach((item, i) => {
    view.setUint32(at + 364 + 4 * i, item, true);
  });
  view.setUint32(at + 396, value.speakerScale, true);
  view.setUint32(at + 400, value.speakerSqueeze, true);
  view.setUint32(at + 404, value.speakerAttention, true);
  view.setUint32(at + 408, value.encoderHidden, true);
  view.setUint32(at + 412, value.encoderIntermediate, true);
  view.setUint32(at + 416, value.encoderLayers, true);
  view.setUint32(at + 420, value.encoderHeads, true);
  view.setUint32(at + 424, value.encoderKvHeads, true);
  view.setUint32(at + 428, value.encoderHeadDim, true);
  view.setFloat32(at + 432, value.encoderNormEps, true);
  view.setFloat32(at + 436, value.encoderRopeTheta, true);
  view.setUint32(at + 440, value.encoderFilters, true);
  view.setUint32(at + 444, value.encoderCompress, true);
  view.setUint32(at + 448, value.encoderTaps, true);
  view.setUint32(at + 452, value.encoderLastTaps, true);
  view.setUint32(at + 456, value.encoderResidualTaps, true);
  view.setUint32(at + 460, value.encoderRatioCount, true);
  value.encoderRatios.forEach((item, i) => {
    view.setUint32(at + 464 + 4 * i, item, true);
  });
  view.setUint32(at + 496, value.encoderStride, true);
  view.setUint32(at + 500, value.encoderCodebookDim, true);
  view.setUint32(at + 504, value.matrixDtype, true);
}

/** A weight that programs name by id; name_bytes of tensor names follow, each ended by a zero byte, padded to 4. */
export interface WeightEntry {
  /** Counts from 0. */
  id: number;
  /** weight_kind. */
  kind: number;
  /** Rows of the result. */
  rows: number;
  /** Columns of the result. */
  cols: number;
  /** Tensor names that follow. */
  partCount: number;
  /** Of all names, padding included. [bytes] */
  nameBytes: number;
  /** rope_frequencies: the base. transposed_taps: the stride. Else 0. */
  scalar: number;
  /** Dtype to keep the weight in: stored for that of its tensors, bf16, or i8, which rows of tensors alone can be. Kinds that compute are f32 always. */
  dtype: number;
}
export const WEIGHT_ENTRY_BYTES = 32;
/** Byte offsets of WeightEntry's fields. */
export const WEIGHT_ENTRY_AT = {
  id: 0,
  kind: 4,
  rows: 8,
  cols: 12,
  partCount: 16,
  nameBytes: 20,
  scalar: 24,
  dtype: 28,
} as const;
export function readWeightEntry(view: DataView, at: number): WeightEntry {
  return {
    id: view.getUint32(at + 0, true),
    kind: view.getUint32(at + 4, true),
    rows: view.getUint32(at + 8, true),
    cols: view.getUint32(at + 12, true),
    partCount: view.getUint32(at + 16, true),
    nameBytes: view.getUint32(at + 20, true),
    scalar: view.getFloat32(at + 24, true),
    dtype: view.getUint32(at + 28, true),
  };
}
/** Writes the named fields; reserved ones become zero. */
export function writeWeightEntry(view: DataView, at: number, value: WeightEntry): void {
  new Uint8Array(view.buffer, view.byteOffset + at, WEIGHT_ENTRY_BYTES).fill(0);
  view.setUint32(at + 0, value.id, true);
  view.setUint32(at + 4, value.kind, true);
  view.setUint32(at + 8, value.rows, true);
  view.setUint32(at + 12, value.cols, true);
  view.setUint32(at + 16, value.partCount, true);
  view.setUint32(at + 20, value.nameBytes, true);
  view.setFloat32(at + 24, value.scalar, true);
  view.setUint32(at + 28, value.dtype, true);
}

/** First message of a host; the shared memory's descriptor travels with its bytes. */
export interface HelloRequest {
  type: "hello";
  /** LAYOUT_HASH of the host. */
  layout_hash: number;
  /** Package version, for logs. */
  version: string;
}
export interface HelloReply {
  /** Of the sidecar. */
  layout_hash: number;
  /** Of the sidecar. */
  pid: number;
  /** Of the sidecar. */
  version: string;
  /** What this build offers. */
  backends: string[];
  /** Best instruction set the cpu backend may use here. */
  isa: string;
  /** GPUs that the cuda backend may use here, by index. */
  devices: string[];
  /** Cores the process may use. */
  threads: number;
}

/** A checkpoint's tensors and the layout of rows and caches; once a session. */
export interface LoadRequest {
  type: "load";
  /** reference, cpu or cuda. */
  backend: string;
  /** Threads of the cpu backend; 0: all it may use. */
  threads: number;
  /** auto, avx512, avx2 or portable. */
  isa: string;
  /** Index of the GPU of the cuda backend. */
  device: number;
  /** cuda: 1 runs a program as one CUDA graph, 0 launches its kernels one by one. */
  graphs: number;
  /** Absolute paths of the tensor files. */
  files: string[];
  /** [name, dtype (F32 or BF16), shape, file index, byte offset, bytes] each. */
  tensors: [name: string, dtype: string, shape: number[], file: number, offset: number, bytes: number][];
  /** EngineLayout. */
  layout: Uint8Array;
  /** File to record every message and submission into; empty for none. */
  record: string;
}
export interface LoadReply {
  /** Bytes of the mapped files. */
  mapped_bytes: number;
  /** Bytes of rows and caches. */
  state_bytes: number;
  /** Threads in use. */
  threads: number;
  /** Instruction set in use. */
  isa: string;
  /** Name of the GPU in use; empty for none. */
  device: string;
}

/** Weights that the next programs name; ids go on from the last message's. */
export interface WeightsRequest {
  type: "weights";
  /** WeightEntry records with their names, one after the other. */
  entries: Uint8Array;
}
export interface WeightsReply {
  /** Weights known. */
  count: number;
  /** Bytes of derived weights so far. */
  built_bytes: number;
}

/** Counters of this session. */
export interface StatsRequest {
  type: "stats";

}
export interface StatsReply {
  /** Submissions taken. */
  submissions: number;
  /** Decode-class repeats run. */
  frames: number;
  /** Kernel launches. */
  ops: number;
  /** Time in decode-class runs. */
  decode_ns: number;
  /** Time in vocode-class runs. */
  vocode_ns: number;
  /** Doorbells sent to the host. */
  wakeups: number;
  /** Resident memory of the process. */
  resident_bytes: number;
  /** Memory of the GPU that this session holds. */
  device_bytes: number;
  /** Bytes of weights on the GPU so far. */
  uploaded_bytes: number;
  /** Device-to-device copy bandwidth in MB/s, bytes read and written counted, measured when first asked for; 0 without a GPU. */
  copy_mb_s: number;
  /** Rows admitted now. */
  rows_used: number;
}

/** Begins a trace of runs, launches and device kernels, or ends it and writes it out. */
export interface TraceRequest {
  type: "trace";
  /** File for the trace in Chrome's JSON format to begin one; empty to end it. */
  file: string;
}
export interface TraceReply {
  /** Events written; 0 where a trace begins. */
  events: number;
  /** Kernels among them that the driver saw; 0 without CUPTI. */
  device_kernels: number;
}

/** The host is done; the sidecar answers, then closes. */
export interface ByeRequest {
  type: "bye";

}
export interface ByeReply {

}

/** Runs a program of kind encode_* once, by itself, between other work. */
export interface EncodeRequest {
  type: "encode";
  /** The whole program. */
  program: Uint8Array;
  /** What lies at the arena's start when it begins: PCM samples, f32. */
  input: Uint8Array;
  /** Where in the arena its result begins, in units of alignment. */
  output_at: number;
  /** Bytes of its result. */
  output_bytes: number;
}
export interface EncodeReply {
  /** The result. */
  output: Uint8Array;
  /** Time in the program's ops. */
  ns: number;
}
