// Generated from shared/protocol.json by `npm run gen`; do not edit.
#pragma once

#include <cstddef>
#include <cstdint>

// clang-format off
namespace voxfuse {

inline constexpr std::uint32_t kLayoutHash = 0x00ac8e93u;
inline constexpr std::uint32_t kProgramMagic = 1196447830u;  ///< First word of a program: 'VXPG'.
inline constexpr std::uint32_t kSubmissionMagic = 1112758358u;  ///< First word of a submission: 'VXSB'.
inline constexpr std::uint32_t kRegionMagic = 1196578902u;  ///< First word of the shared region: 'VXRG'; written last.
inline constexpr std::uint32_t kAbsent = 4294967295u;  ///< No buffer, no id, no row.
inline constexpr std::uint32_t kAlignment = 256u;  ///< Offsets of buffers and row fields are counted in this.
inline constexpr std::uint32_t kPagePositions = 64u;  ///< Talker positions in one KV page.
inline constexpr std::uint32_t kOutputFrames = 64u;  ///< Frames held by a row's output ring.
inline constexpr std::uint32_t kLanesMax = 32u;  ///< Lanes of the largest program bucket.
inline constexpr std::uint32_t kOpWordsMax = 40u;  ///< No op record is longer.
inline constexpr std::uint32_t kPromptEntryWords = 3u;  ///< Text id, codec id, extra row: 0 is the voice's vector, 1 + t the codes of frame t of its recording; none where absent.

/// What a completion, a reply or a kernel answers. Zero is success.
enum class ErrorCode : std::uint32_t {
  kOk = 0,  ///< It worked.
  kBadHeader = 1,  ///< Magic, layout hash, byte count or reserved word of a header is wrong.
  kBadRecord = 2,  ///< A submission record is unknown, cut short or overlong.
  kBadProgram = 3,  ///< A program is unknown, incomplete, or its tables do not fit its bytes.
  kBadOp = 4,  ///< An op code or its word count is not in the protocol.
  kBadHandle = 5,  ///< An operand names no buffer, or a buffer of the wrong region.
  kBadExtent = 6,  ///< A buffer is smaller than its op needs, or leaves its region.
  kBadAlias = 7,  ///< Two operands overlap where the contract forbids it.
  kBadShape = 8,  ///< A size is outside the limits of the op's contract.
  kBadDtype = 9,  ///< A buffer's dtype is not one the op or the backend takes.
  kBadRow = 10,  ///< A row index is out of range, or the row is not admitted.
  kBadGeneration = 11,  ///< The row was released and admitted again since.
  kBadPage = 12,  ///< A KV page is out of range, or too few pages are reserved for the run.
  kBadIndex = 13,  ///< A text id, codec id or code is outside its table.
  kBadLimit = 14,  ///< A count exceeds what the row layout holds.
  kBadSampling = 15,  ///< A sampling parameter is outside its range.
  kBadControl = 16,  ///< A control message is not of its form.
  kBadMemory = 17,  ///< The shared memory is unsealed, too small or not what its header says.
  kLayoutMismatch = 18,  ///< The peer was built from another protocol.
  kWeightMissing = 19,  ///< A program names a weight that was not loaded.
  kBadWeight = 20,  ///< A tensor's file, range, dtype or shape is not what the manifest says.
  kNoMemory = 21,  ///< The backend could not allocate.
  kNotLoaded = 22,  ///< No model is loaded yet.
  kUnsupported = 23,  ///< This build or backend does not offer what was asked.
  kCancelled = 24,  ///< Ended by a cancel before its work was done.
  kInternal = 25,  ///< An invariant of the sidecar did not hold.
  kDeviceFailed = 26,  ///< The GPU or its driver refused work, or died.
};

/// Element type of a buffer.
enum class Dtype : std::uint32_t {
  kF32 = 0,  ///< IEEE single.
  kBf16 = 1,  ///< Upper half of an f32, round to nearest even.
  kU32 = 2,  ///< Unsigned 32-bit integer.
  kStored = 3,  ///< Weights only: whatever the weight table says.
  kI8 = 4,  ///< Matrices of products only: integers of -127 to 127, each row with a f32 scale; an element is their product.
};

/// Where a buffer lives.
enum class Region : std::uint32_t {
  kWeight = 0,  ///< Weight table; the offset is the weight id.
  kArena = 1,  ///< Activations of one program run; undefined between runs.
  kRow = 2,  ///< State of one row; the op sees its lane's row.
  kKv = 3,  ///< Key and value caches of every row.
};

/// What a program computes.
enum class ProgramKind : std::uint32_t {
  kPrefill = 0,  ///< One chunk of one request's prompt.
  kDecode = 1,  ///< One frame: head, picks, predictor, embedding sum, talker step.
  kForced = 2,  ///< One talker step on codes that the host gave.
  kHead = 3,  ///< Group-0 logits, for host sampling.
  kPredictor = 4,  ///< One predictor pass up to its logits, for host sampling.
  kTalker = 5,  ///< Embedding sum and talker step, for host sampling.
  kVocode = 6,  ///< Published codes to PCM.
  kPrime = 7,  ///< A reference's codes through the vocoder, whose state they leave; no PCM.
  kEncodeSpeaker = 8,  ///< A recording to the vector of its speaker.
  kEncodeCodes = 9,  ///< A recording to its codes.
};

/// Which ops a program fuses; each level includes the ones before it.
enum class FusionLevel : std::uint32_t {
  kSequential = 0,  ///< One op per mathematical step.
  kNorm = 1,  ///< Residual add with the following RMSNorm.
  kSwiglu = 2,  ///< SiLU with the product.
  kRope = 3,  ///< Rotation of q and k in one op.
  kFull = 4,  ///< Six ops a layer.
};

/// Runs of one class keep their order; classes overlap.
enum class LaneClass : std::uint32_t {
  kDecode = 0,  ///< Prefill and talker work.
  kVocode = 1,  ///< Codes to PCM.
  kEncode = 2,  ///< Recordings to vectors and codes: no runs, one program at a time.
};

/// Records of a submission.
enum class RecordKind : std::uint32_t {
  kDefine = 1,  ///< A chunk of a program's bytes.
  kAdmit = 2,  ///< A request takes a row.
  kExtend = 3,  ///< More pages, text or codes for a row.
  kRun = 4,  ///< Repeats of a program over lanes.
  kCancel = 5,  ///< A row stops at the next frame boundary.
  kRelease = 6,  ///< A row is free again.
};

/// Why a row is done.
enum class FinishReason : std::uint32_t {
  kNone = 0,  ///< It is not.
  kStop = 1,  ///< End of speech was picked.
  kLength = 2,  ///< max_new_tokens was reached.
  kBadLogits = 3,  ///< A logit was NaN or plus infinity.
  kCancelled = 4,  ///< The host cancelled it.
};

/// Where an op takes its lane's first position from.
enum class PositionSource : std::uint32_t {
  kZero = 0,  ///< Zero: the predictor starts afresh every frame.
  kTalker = 1,  ///< RowState.position.
  kVocoder = 2,  ///< RowState.vocoded behind RowState.reference_done.
};

/// How a weight is made from tensors of the checkpoint. Shapes are rows × cols.
enum class WeightKind : std::uint32_t {
  kTensor = 0,  ///< One tensor as stored: its first axis are the rows.
  kConcatRows = 1,  ///< Tensors of equal cols, one below the other.
  kInterleaveRows = 2,  ///< Two tensors of equal shape, rows in turn: a0 b0 a1 b1 …
  kCodebooks = 3,  ///< Pairs (embedding_sum, cluster_usage): sum / max(usage, 1e-5), stacked, f32.
  kExp = 4,  ///< exp of a vector, f32: Snake's frequency.
  kExpInverse = 5,  ///< 1 / (exp + 1e-9) of a vector, f32: Snake's magnitude.
  kConvTaps = 6,  ///< Conv1d [out, in, taps] as out × (tap, in); stored dtype.
  kTransposedTaps = 7,  ///< ConvTranspose1d [in, out, taps], stride s: (phase, out) × (span, in), tap = phase + span·s; stored dtype.
  kRopeFrequencies = 8,  ///< No tensor: scalar^(-2j/(2·cols)), j < cols, f32.
  kDftBasis = 9,  ///< No tensor: a periodic Hann window times cosine (even rows) and negative sine (odd rows) of frequency row/2 over cols PCM samples, f32.
  kMelFilters = 10,  ///< No tensor: Slaney's triangular filters with area 1 on Slaney's mel scale from 0 to scalar/2 Hz, rows bands of cols frequencies, f32.
};

/// What a labelled buffer holds, so that programs of different fusion can be compared.
enum class ProbeKind : std::uint32_t {
  kPrefillInput = 0,  ///< Assembled prompt rows (lanes, tokens, hidden).
  kLayerOutput = 1,  ///< Residual stream after talker layer `index`.
  kHidden = 2,  ///< Talker output after the final norm.
  kLogits = 3,  ///< Logits of group `index`, before any processor.
  kFrameInput = 4,  ///< Sum of a frame's code embeddings and its text row.
  kVocoderStage = 5,  ///< Output of vocoder stage `index`: 0 quantised, 1 pre_conv, 2 pre_transformer, then every upsample and decoder stage in order.
  kPcm = 6,  ///< PCM before clamping (lanes, samples).
  kEncoderStage = 7,  ///< Of the speaker encoder 0 the mel spectrogram, 1 the result; of the codec encoder every stage, the transformer, the frames.
};

/// Why the planner refuses a configuration or a program. Zero is success.
enum class PlanError : std::uint32_t {
  kOk = 0,  ///< It worked.
  kBadTalker = 1,  ///< A talker dimension is zero, too large, odd, or does not divide.
  kBadPredictor = 2,  ///< A predictor dimension is zero, too large, odd, or does not divide.
  kBadCodec = 3,  ///< A codec dimension, ratio or rate is zero, too large, odd, or does not divide.
  kBadLimits = 4,  ///< Rows, pages, prompt, text, frames, repeat, queue or vocode_steady are out of range.
  kBadLevel = 5,  ///< A fusion level is unknown.
  kBadDtype = 6,  ///< Activations are of a dtype that programs cannot carry yet.
  kTooLarge = 7,  ///< Rows, caches or a program's buffers do not fit 32-bit units.
  kBadKey = 8,  ///< No program has such kind, lanes, tokens or pass.
  kProgramFull = 9,  ///< A program does not fit the planner's memory.
  kWeightsFull = 10,  ///< The weight table is full.
  kProgramsFull = 11,  ///< The program table is full.
  kBadEncoder = 12,  ///< An encoder dimension is zero, too large, odd, or does not divide; or a recording is too short or too long.
};

/// What a convolution sees beyond the ends of its input.
enum class Padding : std::uint32_t {
  kZeros = 0,  ///< Zeros.
  kReflect = 1,  ///< The input mirrored at its first and last element.
  kReplicate = 2,  ///< The first and the last element.
};

/// A function of single elements.
enum class Activation : std::uint32_t {
  kNone = 0,  ///< x.
  kRelu = 1,  ///< max(x, 0).
  kElu = 2,  ///< x above 0, exp(x) - 1 below.
  kTanh = 3,  ///< Hyperbolic tangent.
};

/// Ops of a program.
enum class OpCode : std::uint32_t {
  kMatmul = 1,  ///< y = x · wᵀ (+ bias): one dot product of length inputs for every row and output.
  kMatmulResidual = 2,  ///< y += x · wᵀ (+ bias): the product is formed first, then added to what y holds.
  kNormMatmul = 3,  ///< y = rms_norm(x; gain) · wᵀ.
  kNormSwigluMatmul = 4,  ///< y = silu(n · gateᵀ) * (n · upᵀ) with n = rms_norm(x; gain); rows of w are gate and up in turn.
  kRmsNorm = 10,  ///< y = x * rsqrt(mean(x²) + eps) * gain over the last axis.
  kAddRmsNorm = 11,  ///< x += d, then y = rms_norm(x; gain).
  kResidualAdd = 12,  ///< x += d.
  kLayerNorm = 13,  ///< y = (x - mean) * rsqrt(variance + eps) * gain + bias over the last axis.
  kSilu = 14,  ///< y = x * sigmoid(x).
  kMul = 15,  ///< y = a * b.
  kSiluMul = 16,  ///< y = silu(gate) * up.
  kGelu = 17,  ///< y = x * Φ(x), with the exact error function.
  kLayerScaleAdd = 18,  ///< x += scale * d.
  kSnake = 19,  ///< y = x + sin²(x * frequency) * magnitude, a pair for each channel.
  kRopeCosine = 30,  ///< y = x * cos(position * frequency), the first factor of the rotation.
  kRopeRotateAdd = 31,  ///< y += rotate_half(x) * sin(position * frequency); rotate_half(x) = (-second half, first half).
  kRopeQk = 32,  ///< q and k rotated in place.
  kKvAppend = 33,  ///< Valid tokens of x go into the cache at their positions.
  kQkNormRopeAppend = 34,  ///< q and k of the joint rows are normalised by head and rotated, in place; k and v of valid tokens go into the caches.
  kAttentionScores = 35,  ///< scores[j] = scale * q · k_j for the keys a query sees, oldest first; a token that is not valid writes none.
  kAttentionSoftmax = 36,  ///< Softmax over the scores a query has, in place.
  kAttentionValues = 37,  ///< y = Σ_j scores[j] * v_j, oldest first; zeros for a token that is not valid.
  kAttention = 38,  ///< y = softmax(scale * q · K) · V over the keys a query sees; zeros for a token that is not valid.
  kQkvAttention = 39,  ///< q and k of the joint rows are normalised by head and rotated, k and v of valid tokens go into the caches, then y = softmax(scale * q · K) · V; qkv stays as it was.
  kVocodeBegin = 50,  ///< valid = min(frames, codes_count - vocoded) for each lane; 0 for the scratch row.
  kCodebookSum = 51,  ///< semantic = Σ of the semantic groups' codebook entries, acoustic = Σ of the others', in group order; zeros beyond valid.
  kCausalConv1d = 52,  ///< Causal convolution: y[t] = bias + Σ_tap w[:, tap] · x[t - (taps - 1 - tap) * dilation], inputs before the packet from the history.
  kDepthwiseConv1d = 53,  ///< Causal convolution of each channel by itself.
  kTransposedConv1d = 54,  ///< y[t * stride + phase] = bias + w[phase] · (x[t], x[t - 1]): a gather, so that packets of any size add up in one order.
  kPublishPcm = 55,  ///< Valid frames of x, clamped to [-1, 1], become the row's PCM; vocoded grows by valid.
  kPrefillBegin = 70,  ///< valid = min(tokens, prompt_count - prompt_done); 0 for a row that is done.
  kPromptText = 71,  ///< Text embedding of the next prompt rows; zeros for a row without text and beyond valid.
  kPromptEmbed = 72,  ///< y = text row (where the prompt row has text) + codec embedding (where it has a codec id); zeros beyond valid.
  kAdvance = 73,  ///< hidden = x at the last valid token, position += valid; in prefill prompt_done += valid. Nothing where valid is 0.
  kFrameBegin = 74,  ///< valid = 1 where the lane's row has a frame to run: not done, prompt in the cache, and its next text row (or the end of the text) known; forced: the frame's codes given.
  kHiddenLoad = 75,  ///< y at one token of a lane = the row's hidden.
  kCodeEmbed = 76,  ///< y at one token of a lane = table row of the frame's code of one group; row 0 of the group's part where valid is 0.
  kTextRow = 77,  ///< y = text embedding of trailing text id `frame`, or of the pad id beyond the text.
  kFrameEmbed = 78,  ///< y = (codec embedding of code 0 + Σ of the other groups' embeddings, in group order) + text; text alone where valid is 0.
  kPick = 79,  ///< The one definition of picking: penalty, suppression, temperature, top-k, top-p, draw. Group 0 may end the row.
  kPublishCodes = 80,  ///< frame += 1 and codes_count = frame where valid is 1; forced frames that were already published stay so.
  kExportLogits = 81,  ///< The lane's logits go to its row, for host sampling.
  kConv1d = 100,  ///< y[s] = after(bias + Σ w[:, tap] · before(x[s·stride + tap·dilation - pad_left])) over a whole recording, padded beyond its ends; or that onto y.
  kActivation = 101,  ///< y = f(x).
  kLogMel = 102,  ///< y = log(max(Σ filters · |x|, 1e-5)), with |x| = sqrt(re² + im² + 1e-9).
  kColumns = 103,  ///< y[m, y_at + i] = x[m, x_at + i], i < width; or of x's only row, over and over.
  kChannelStatistics = 104,  ///< y = weighted mean of each column, then weighted deviation; weights are the softmax of the scores over the rows, or all alike.
  kGateAdd = 105,  ///< x += sigmoid(gate) · d, one gate for each column.
  kSelfAttention = 106,  ///< Causal attention of a whole recording, without a cache.
  kNearestCode = 107,  ///< codes[t, group] = entry nearest to x[t]; then x[t] -= that entry.
  kVoiceEmbed = 110,  ///< x += what the prompt row's third word names: the voice's vector, or the summed code embeddings of a frame of its recording.
  kReferenceBegin = 111,  ///< valid = min(frames, reference_count - reference_done) for each lane.
  kReferenceAdvance = 112,  ///< reference_done += valid for each lane.
};

/// Stable name of an error, as the library shows it.
constexpr const char* error_name(ErrorCode error) {
  switch (error) {
    case ErrorCode::kOk:
      return "ok";
    case ErrorCode::kBadHeader:
      return "bad_header";
    case ErrorCode::kBadRecord:
      return "bad_record";
    case ErrorCode::kBadProgram:
      return "bad_program";
    case ErrorCode::kBadOp:
      return "bad_op";
    case ErrorCode::kBadHandle:
      return "bad_handle";
    case ErrorCode::kBadExtent:
      return "bad_extent";
    case ErrorCode::kBadAlias:
      return "bad_alias";
    case ErrorCode::kBadShape:
      return "bad_shape";
    case ErrorCode::kBadDtype:
      return "bad_dtype";
    case ErrorCode::kBadRow:
      return "bad_row";
    case ErrorCode::kBadGeneration:
      return "bad_generation";
    case ErrorCode::kBadPage:
      return "bad_page";
    case ErrorCode::kBadIndex:
      return "bad_index";
    case ErrorCode::kBadLimit:
      return "bad_limit";
    case ErrorCode::kBadSampling:
      return "bad_sampling";
    case ErrorCode::kBadControl:
      return "bad_control";
    case ErrorCode::kBadMemory:
      return "bad_memory";
    case ErrorCode::kLayoutMismatch:
      return "layout_mismatch";
    case ErrorCode::kWeightMissing:
      return "weight_missing";
    case ErrorCode::kBadWeight:
      return "bad_weight";
    case ErrorCode::kNoMemory:
      return "no_memory";
    case ErrorCode::kNotLoaded:
      return "not_loaded";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kInternal:
      return "internal";
    case ErrorCode::kDeviceFailed:
      return "device_failed";
  }
  return "unknown";
}

namespace control {
inline constexpr const char* kHello = "hello";  ///< First message of a host; the shared memory's descriptor travels with its bytes.
inline constexpr const char* kLoad = "load";  ///< A checkpoint's tensors and the layout of rows and caches; once a session.
inline constexpr const char* kWeights = "weights";  ///< Weights that the next programs name; ids go on from the last message's.
inline constexpr const char* kStats = "stats";  ///< Counters of this session.
inline constexpr const char* kTrace = "trace";  ///< Begins a trace of runs, launches and device kernels, or ends it and writes it out.
inline constexpr const char* kBye = "bye";  ///< The host is done; the sidecar answers, then closes.
inline constexpr const char* kEncode = "encode";  ///< Runs a program of kind encode_* once, by itself, between other work.
}  // namespace control

/// Opens a program: header, buffer table, probe table, op words, in this order without gaps.
struct ProgramHeader {
  std::uint32_t magic;  ///< program_magic; written last.
  std::uint32_t layout_hash;  ///< LAYOUT_HASH of the writer.
  std::uint32_t program_bytes;  ///< Header to last op. [bytes]
  std::uint32_t kind;  ///< program_kind.
  std::uint32_t level;  ///< fusion_level.
  std::uint32_t lanes;  ///< Lanes of a run, 1 to lanes_max.
  std::uint32_t tokens;  ///< Prompt rows (prefill) or frames (vocode) a lane; else 1.
  std::uint32_t pass;  ///< Predictor segments: the pass; else 0.
  std::uint32_t buffer_count;  ///< Entries of the buffer table.
  std::uint32_t probe_count;  ///< Entries of the probe table.
  std::uint32_t op_count;  ///< Op records.
  std::uint32_t op_words;  ///< Words of all op records. [words]
  std::uint32_t arena_units;  ///< Arena a run needs. [256 bytes]
  std::uint32_t act_dtype;  ///< dtype of activations: f32 or bf16.
  std::uint32_t layer_op_count;  ///< Ops of decoder stacks, their norms included: the ledger of fusion levels.
  std::uint32_t reserved;  ///< Zero.
};
static_assert(sizeof(ProgramHeader) == 64);
static_assert(offsetof(ProgramHeader, magic) == 0);
static_assert(offsetof(ProgramHeader, layout_hash) == 4);
static_assert(offsetof(ProgramHeader, program_bytes) == 8);
static_assert(offsetof(ProgramHeader, kind) == 12);
static_assert(offsetof(ProgramHeader, level) == 16);
static_assert(offsetof(ProgramHeader, lanes) == 20);
static_assert(offsetof(ProgramHeader, tokens) == 24);
static_assert(offsetof(ProgramHeader, pass) == 28);
static_assert(offsetof(ProgramHeader, buffer_count) == 32);
static_assert(offsetof(ProgramHeader, probe_count) == 36);
static_assert(offsetof(ProgramHeader, op_count) == 40);
static_assert(offsetof(ProgramHeader, op_words) == 44);
static_assert(offsetof(ProgramHeader, arena_units) == 48);
static_assert(offsetof(ProgramHeader, act_dtype) == 52);
static_assert(offsetof(ProgramHeader, layer_op_count) == 56);
static_assert(offsetof(ProgramHeader, reserved) == 60);

/// One buffer that ops name by its index in the table.
struct BufferEntry {
  std::uint32_t region;  ///< region.
  std::uint32_t offset;  ///< From the region's start; a weight id in the weight region. [256 bytes]
  std::uint32_t elements;  ///< Elements of the buffer.
  std::uint32_t dtype;  ///< dtype.
};
static_assert(sizeof(BufferEntry) == 16);
static_assert(offsetof(BufferEntry, region) == 0);
static_assert(offsetof(BufferEntry, offset) == 4);
static_assert(offsetof(BufferEntry, elements) == 8);
static_assert(offsetof(BufferEntry, dtype) == 12);

/// A buffer worth comparing, right after one op.
struct ProbeEntry {
  std::uint32_t kind;  ///< probe_kind.
  std::uint32_t index;  ///< Layer, group or stage.
  std::uint32_t op;  ///< Index of the op after which the buffer holds it.
  std::uint32_t buffer;  ///< Buffer handle.
};
static_assert(sizeof(ProbeEntry) == 16);
static_assert(offsetof(ProbeEntry, kind) == 0);
static_assert(offsetof(ProbeEntry, index) == 4);
static_assert(offsetof(ProbeEntry, op) == 8);
static_assert(offsetof(ProbeEntry, buffer) == 12);

/// Head of a row; everything a run may change of it. Field groups of other sizes follow at EngineLayout offsets.
struct RowState {
  std::uint32_t generation;  ///< Of the admit that took the row; 0 while free.
  std::uint32_t position;  ///< Talker positions in the KV cache.
  std::uint32_t frame;  ///< Frames begun and not ended: index of the next group-0 pick.
  std::uint32_t codes_count;  ///< Published code frames. [frames]
  std::uint32_t vocoded;  ///< Frames turned into PCM. [frames]
  std::uint32_t prompt_count;  ///< Prompt rows of the request.
  std::uint32_t prompt_done;  ///< Prompt rows in the KV cache.
  std::uint32_t text_count;  ///< Trailing text ids given so far.
  std::uint32_t text_closed;  ///< 1 when no more text ids will come.
  std::uint32_t max_new_tokens;  ///< Group-0 picks at most; one frame fewer without end of speech.
  std::uint32_t min_new_tokens;  ///< End of speech is barred for so many picks.
  std::uint32_t done;  ///< 1 when no frame will follow.
  std::uint32_t finish_reason;  ///< finish_reason.
  std::uint32_t codes_given;  ///< Frames whose codes the host gave in full. [frames]
  std::uint32_t page_count;  ///< Valid entries of the page table.
  std::uint32_t segment;  ///< Third word of the random counter.
  std::uint32_t seed_lo;  ///< Low word of the seed.
  std::uint32_t seed_hi;  ///< High word of the seed.
  std::uint32_t talker_do_sample;  ///< 0 takes the argmax of group 0.
  float talker_temperature;  ///< Positive.
  std::uint32_t talker_top_k;  ///< 0 keeps all.
  std::uint32_t talker_top_p;  ///< Kept probability; 2^20 keeps all. [2^-20]
  float talker_repetition_penalty;  ///< Positive; 1 is none.
  std::uint32_t predictor_do_sample;  ///< 0 takes the argmax of the other groups.
  float predictor_temperature;  ///< Positive.
  std::uint32_t predictor_top_k;  ///< 0 keeps all.
  std::uint32_t predictor_top_p;  ///< Kept probability; 2^20 keeps all. [2^-20]
  std::uint32_t reference_count;  ///< Of the recording that the voice comes from, kept in the row. [frames]
  std::uint32_t reference_done;  ///< Of those, gone through the vocoder. [frames]
  std::uint32_t reserved[35];  ///< Zero.
};
static_assert(sizeof(RowState) == 256);
static_assert(offsetof(RowState, generation) == 0);
static_assert(offsetof(RowState, position) == 4);
static_assert(offsetof(RowState, frame) == 8);
static_assert(offsetof(RowState, codes_count) == 12);
static_assert(offsetof(RowState, vocoded) == 16);
static_assert(offsetof(RowState, prompt_count) == 20);
static_assert(offsetof(RowState, prompt_done) == 24);
static_assert(offsetof(RowState, text_count) == 28);
static_assert(offsetof(RowState, text_closed) == 32);
static_assert(offsetof(RowState, max_new_tokens) == 36);
static_assert(offsetof(RowState, min_new_tokens) == 40);
static_assert(offsetof(RowState, done) == 44);
static_assert(offsetof(RowState, finish_reason) == 48);
static_assert(offsetof(RowState, codes_given) == 52);
static_assert(offsetof(RowState, page_count) == 56);
static_assert(offsetof(RowState, segment) == 60);
static_assert(offsetof(RowState, seed_lo) == 64);
static_assert(offsetof(RowState, seed_hi) == 68);
static_assert(offsetof(RowState, talker_do_sample) == 72);
static_assert(offsetof(RowState, talker_temperature) == 76);
static_assert(offsetof(RowState, talker_top_k) == 80);
static_assert(offsetof(RowState, talker_top_p) == 84);
static_assert(offsetof(RowState, talker_repetition_penalty) == 88);
static_assert(offsetof(RowState, predictor_do_sample) == 92);
static_assert(offsetof(RowState, predictor_temperature) == 96);
static_assert(offsetof(RowState, predictor_top_k) == 100);
static_assert(offsetof(RowState, predictor_top_p) == 104);
static_assert(offsetof(RowState, reference_count) == 108);
static_assert(offsetof(RowState, reference_done) == 112);
static_assert(offsetof(RowState, reserved) == 116);

/// Opens a payload slot; records follow without gaps.
struct SubmissionHeader {
  std::uint32_t magic;  ///< submission_magic.
  std::uint32_t layout_hash;  ///< LAYOUT_HASH of the writer.
  std::uint32_t submission_bytes;  ///< Header to last record. [bytes]
  std::uint32_t record_count;  ///< Records that follow.
  std::uint32_t token;  ///< Echoed by the completion.
  std::uint32_t reserved[3];  ///< Zero.
};
static_assert(sizeof(SubmissionHeader) == 32);
static_assert(offsetof(SubmissionHeader, magic) == 0);
static_assert(offsetof(SubmissionHeader, layout_hash) == 4);
static_assert(offsetof(SubmissionHeader, submission_bytes) == 8);
static_assert(offsetof(SubmissionHeader, record_count) == 12);
static_assert(offsetof(SubmissionHeader, token) == 16);
static_assert(offsetof(SubmissionHeader, reserved) == 20);

/// Followed by chunk_bytes of a program, a multiple of 4.
struct DefineRecord {
  std::uint32_t kind;  ///< record_kind.define.
  std::uint32_t record_bytes;  ///< Record with what follows it. [bytes]
  std::uint32_t program_id;  ///< Below 1024; a program is defined once.
  std::uint32_t total_bytes;  ///< Whole program. [bytes]
  std::uint32_t offset;  ///< Of this chunk; chunks come in order. [bytes]
  std::uint32_t chunk_bytes;  ///< In this record. [bytes]
  std::uint32_t reserved0;  ///< Zero.
  std::uint32_t reserved1;  ///< Zero.
};
static_assert(sizeof(DefineRecord) == 32);
static_assert(offsetof(DefineRecord, kind) == 0);
static_assert(offsetof(DefineRecord, record_bytes) == 4);
static_assert(offsetof(DefineRecord, program_id) == 8);
static_assert(offsetof(DefineRecord, total_bytes) == 12);
static_assert(offsetof(DefineRecord, offset) == 16);
static_assert(offsetof(DefineRecord, chunk_bytes) == 20);
static_assert(offsetof(DefineRecord, reserved0) == 24);
static_assert(offsetof(DefineRecord, reserved1) == 28);

/// Followed by prompt_count × prompt_entry_words words, text_count text ids, page_count page ids, voice_count f32, reference_count × groups codes.
struct AdmitRecord {
  std::uint32_t kind;  ///< record_kind.admit.
  std::uint32_t record_bytes;  ///< Record with what follows it. [bytes]
  std::uint32_t row;  ///< A free row.
  std::uint32_t generation;  ///< Not 0, and not the row's last one.
  std::uint32_t prompt_count;  ///< Prompt rows; 0 for a vocode-only row.
  std::uint32_t text_count;  ///< Trailing text ids.
  std::uint32_t text_closed;  ///< 1: no more text will come.
  std::uint32_t max_new_tokens;  ///< At least 1, at most frames_max + 1.
  std::uint32_t min_new_tokens;  ///< Picks without end of speech.
  std::uint32_t segment;  ///< Third word of the random counter.
  std::uint32_t seed_lo;  ///< Low word of the seed.
  std::uint32_t seed_hi;  ///< High word of the seed.
  std::uint32_t talker_do_sample;  ///< 0 or 1.
  float talker_temperature;  ///< Positive and finite.
  std::uint32_t talker_top_k;  ///< 0 keeps all.
  std::uint32_t talker_top_p;  ///< 1 to 2^20. [2^-20]
  float talker_repetition_penalty;  ///< Positive and finite.
  std::uint32_t predictor_do_sample;  ///< 0 or 1.
  float predictor_temperature;  ///< Positive and finite.
  std::uint32_t predictor_top_k;  ///< 0 keeps all.
  std::uint32_t predictor_top_p;  ///< 1 to 2^20. [2^-20]
  std::uint32_t page_count;  ///< KV pages reserved now.
  std::uint32_t voice_count;  ///< Words of the voice's vector: 0, or EngineLayout.hidden.
  std::uint32_t reference_count;  ///< Of the voice's recording. [frames]
};
static_assert(sizeof(AdmitRecord) == 96);
static_assert(offsetof(AdmitRecord, kind) == 0);
static_assert(offsetof(AdmitRecord, record_bytes) == 4);
static_assert(offsetof(AdmitRecord, row) == 8);
static_assert(offsetof(AdmitRecord, generation) == 12);
static_assert(offsetof(AdmitRecord, prompt_count) == 16);
static_assert(offsetof(AdmitRecord, text_count) == 20);
static_assert(offsetof(AdmitRecord, text_closed) == 24);
static_assert(offsetof(AdmitRecord, max_new_tokens) == 28);
static_assert(offsetof(AdmitRecord, min_new_tokens) == 32);
static_assert(offsetof(AdmitRecord, segment) == 36);
static_assert(offsetof(AdmitRecord, seed_lo) == 40);
static_assert(offsetof(AdmitRecord, seed_hi) == 44);
static_assert(offsetof(AdmitRecord, talker_do_sample) == 48);
static_assert(offsetof(AdmitRecord, talker_temperature) == 52);
static_assert(offsetof(AdmitRecord, talker_top_k) == 56);
static_assert(offsetof(AdmitRecord, talker_top_p) == 60);
static_assert(offsetof(AdmitRecord, talker_repetition_penalty) == 64);
static_assert(offsetof(AdmitRecord, predictor_do_sample) == 68);
static_assert(offsetof(AdmitRecord, predictor_temperature) == 72);
static_assert(offsetof(AdmitRecord, predictor_top_k) == 76);
static_assert(offsetof(AdmitRecord, predictor_top_p) == 80);
static_assert(offsetof(AdmitRecord, page_count) == 84);
static_assert(offsetof(AdmitRecord, voice_count) == 88);
static_assert(offsetof(AdmitRecord, reference_count) == 92);

/// Followed by page_count page ids, text_count text ids, code_count codes.
struct ExtendRecord {
  std::uint32_t kind;  ///< record_kind.extend.
  std::uint32_t record_bytes;  ///< Record with what follows it. [bytes]
  std::uint32_t row;  ///< An admitted row.
  std::uint32_t generation;  ///< Of its admit.
  std::uint32_t page_count;  ///< KV pages appended to the page table.
  std::uint32_t text_count;  ///< Text ids appended.
  std::uint32_t text_closed;  ///< 1 closes the text; it stays closed.
  std::uint32_t code_first;  ///< Index of the first code given: frame · groups + group.
  std::uint32_t code_count;  ///< Codes given.
  std::uint32_t codes_given;  ///< RowState.codes_given from now on; never smaller. [frames]
  std::uint32_t publish;  ///< 1 raises codes_count to codes_given: a vocode-only row.
  std::uint32_t reserved;  ///< Zero.
};
static_assert(sizeof(ExtendRecord) == 48);
static_assert(offsetof(ExtendRecord, kind) == 0);
static_assert(offsetof(ExtendRecord, record_bytes) == 4);
static_assert(offsetof(ExtendRecord, row) == 8);
static_assert(offsetof(ExtendRecord, generation) == 12);
static_assert(offsetof(ExtendRecord, page_count) == 16);
static_assert(offsetof(ExtendRecord, text_count) == 20);
static_assert(offsetof(ExtendRecord, text_closed) == 24);
static_assert(offsetof(ExtendRecord, code_first) == 28);
static_assert(offsetof(ExtendRecord, code_count) == 32);
static_assert(offsetof(ExtendRecord, codes_given) == 36);
static_assert(offsetof(ExtendRecord, publish) == 40);
static_assert(offsetof(ExtendRecord, reserved) == 44);

/// Followed by lane_count LaneEntry records. Lanes beyond them run on the scratch row.
struct RunRecord {
  std::uint32_t kind;  ///< record_kind.run.
  std::uint32_t record_bytes;  ///< Record with what follows it. [bytes]
  std::uint32_t program_id;  ///< A defined program.
  std::uint32_t repeat;  ///< Runs in a row without host work, at least 1.
  std::uint32_t lane_class;  ///< lane_class.
  std::uint32_t wait_frames;  ///< Vocode: begin when every lane has published so many in all, or is done. [frames]
  std::uint32_t lane_count;  ///< 1 to the program's lanes.
  std::uint32_t reserved;  ///< Zero.
};
static_assert(sizeof(RunRecord) == 32);
static_assert(offsetof(RunRecord, kind) == 0);
static_assert(offsetof(RunRecord, record_bytes) == 4);
static_assert(offsetof(RunRecord, program_id) == 8);
static_assert(offsetof(RunRecord, repeat) == 12);
static_assert(offsetof(RunRecord, lane_class) == 16);
static_assert(offsetof(RunRecord, wait_frames) == 20);
static_assert(offsetof(RunRecord, lane_count) == 24);
static_assert(offsetof(RunRecord, reserved) == 28);

/// One lane of a run.
struct LaneEntry {
  std::uint32_t row;  ///< An admitted row; a row once a run.
  std::uint32_t generation;  ///< Of its admit.
};
static_assert(sizeof(LaneEntry) == 8);
static_assert(offsetof(LaneEntry, row) == 0);
static_assert(offsetof(LaneEntry, generation) == 4);

/// A cancel or a release.
struct RowRecord {
  std::uint32_t kind;  ///< record_kind.cancel or .release.
  std::uint32_t record_bytes;  ///< 16. [bytes]
  std::uint32_t row;  ///< An admitted row.
  std::uint32_t generation;  ///< Of its admit.
};
static_assert(sizeof(RowRecord) == 16);
static_assert(offsetof(RowRecord, kind) == 0);
static_assert(offsetof(RowRecord, record_bytes) == 4);
static_assert(offsetof(RowRecord, row) == 8);
static_assert(offsetof(RowRecord, generation) == 12);

/// Opens a completion slot; lane_count LaneResult records follow, one for each row its runs touched.
struct CompletionHeader {
  std::uint32_t token;  ///< Of the submission.
  std::uint32_t status;  ///< error: the first one met; later records did not run.
  std::uint32_t record_index;  ///< Record that failed; none otherwise.
  std::uint32_t op_index;  ///< Op that failed; none otherwise.
  std::uint32_t lane_count;  ///< Lane results that follow.
  std::uint32_t frames_run;  ///< Repeats of decode-class runs executed. [frames]
  std::uint32_t op_count;  ///< Kernel launches.
  std::uint32_t reserved0;  ///< Zero.
  std::uint64_t decode_ns;  ///< Time in decode-class runs. [ns]
  std::uint64_t vocode_ns;  ///< Time in vocode-class runs. [ns]
  std::uint64_t reserved1;  ///< Zero.
  std::uint64_t reserved2;  ///< Zero.
};
static_assert(sizeof(CompletionHeader) == 64);
static_assert(offsetof(CompletionHeader, token) == 0);
static_assert(offsetof(CompletionHeader, status) == 4);
static_assert(offsetof(CompletionHeader, record_index) == 8);
static_assert(offsetof(CompletionHeader, op_index) == 12);
static_assert(offsetof(CompletionHeader, lane_count) == 16);
static_assert(offsetof(CompletionHeader, frames_run) == 20);
static_assert(offsetof(CompletionHeader, op_count) == 24);
static_assert(offsetof(CompletionHeader, reserved0) == 28);
static_assert(offsetof(CompletionHeader, decode_ns) == 32);
static_assert(offsetof(CompletionHeader, vocode_ns) == 40);
static_assert(offsetof(CompletionHeader, reserved1) == 48);
static_assert(offsetof(CompletionHeader, reserved2) == 56);

/// Where a row stands when a submission completes.
struct LaneResult {
  std::uint32_t row;  ///< Row index.
  std::uint32_t generation;  ///< Of its admit.
  std::uint32_t position;  ///< RowState.position.
  std::uint32_t prompt_done;  ///< RowState.prompt_done.
  std::uint32_t codes_count;  ///< RowState.codes_count. [frames]
  std::uint32_t vocoded;  ///< RowState.vocoded. [frames]
  std::uint32_t done;  ///< RowState.done.
  std::uint32_t finish_reason;  ///< RowState.finish_reason.
};
static_assert(sizeof(LaneResult) == 32);
static_assert(offsetof(LaneResult, row) == 0);
static_assert(offsetof(LaneResult, generation) == 4);
static_assert(offsetof(LaneResult, position) == 8);
static_assert(offsetof(LaneResult, prompt_done) == 12);
static_assert(offsetof(LaneResult, codes_count) == 16);
static_assert(offsetof(LaneResult, vocoded) == 20);
static_assert(offsetof(LaneResult, done) == 24);
static_assert(offsetof(LaneResult, finish_reason) == 28);

/// First page of the shared region. One writer per index word; words that two sides poll are 128 bytes apart.
struct RegionHeader {
  std::uint32_t magic;  ///< region_magic; the host writes it last.
  std::uint32_t layout_hash;  ///< LAYOUT_HASH of the host.
  std::uint64_t region_bytes;  ///< Whole region, as sealed. [bytes]
  std::uint32_t submission_slots;  ///< A power of two.
  std::uint32_t submission_slot_bytes;  ///< A multiple of 4096. [bytes]
  std::uint32_t completion_slots;  ///< A power of two, at least submission_slots.
  std::uint32_t completion_slot_bytes;  ///< A multiple of 64; header and one LaneResult for every row fit. [bytes]
  std::uint32_t output_rows;  ///< Rows with an output area.
  std::uint32_t output_stride;  ///< From one row's output area to the next; a multiple of 4096. [bytes]
  std::uint32_t groups;  ///< Codes of a frame.
  std::uint32_t frame_samples;  ///< PCM samples of a frame.
  std::uint32_t logits_max;  ///< Logits an output area holds.
  std::uint32_t host_pid;  ///< For people who read a dump.
  std::uint64_t submission_offset;  ///< First submission slot. [bytes]
  std::uint64_t completion_offset;  ///< First completion slot. [bytes]
  std::uint64_t output_offset;  ///< Output area of row 0. [bytes]
  std::uint32_t reserved0[12];  ///< Zero.
  std::uint32_t submission_tail;  ///< Host writes. Submissions ever published; wraps.
  std::uint32_t reserved1[31];  ///< Zero.
  std::uint32_t submission_head;  ///< Sidecar writes. Submissions ever taken; wraps.
  std::uint32_t reserved2[31];  ///< Zero.
  std::uint32_t completion_tail;  ///< Sidecar writes. Completions ever published; wraps.
  std::uint32_t reserved3[31];  ///< Zero.
  std::uint32_t completion_head;  ///< Host writes. Completions ever taken; wraps.
  std::uint32_t reserved4[31];  ///< Zero.
  std::uint32_t sidecar_asleep;  ///< Sidecar sets before it blocks; the host rings only then.
  std::uint32_t reserved5[31];  ///< Zero.
  std::uint32_t host_asleep;  ///< Host sets before it blocks; the sidecar rings only then.
  std::uint32_t reserved6[831];  ///< Zero.
};
static_assert(sizeof(RegionHeader) == 4096);
static_assert(offsetof(RegionHeader, magic) == 0);
static_assert(offsetof(RegionHeader, layout_hash) == 4);
static_assert(offsetof(RegionHeader, region_bytes) == 8);
static_assert(offsetof(RegionHeader, submission_slots) == 16);
static_assert(offsetof(RegionHeader, submission_slot_bytes) == 20);
static_assert(offsetof(RegionHeader, completion_slots) == 24);
static_assert(offsetof(RegionHeader, completion_slot_bytes) == 28);
static_assert(offsetof(RegionHeader, output_rows) == 32);
static_assert(offsetof(RegionHeader, output_stride) == 36);
static_assert(offsetof(RegionHeader, groups) == 40);
static_assert(offsetof(RegionHeader, frame_samples) == 44);
static_assert(offsetof(RegionHeader, logits_max) == 48);
static_assert(offsetof(RegionHeader, host_pid) == 52);
static_assert(offsetof(RegionHeader, submission_offset) == 56);
static_assert(offsetof(RegionHeader, completion_offset) == 64);
static_assert(offsetof(RegionHeader, output_offset) == 72);
static_assert(offsetof(RegionHeader, reserved0) == 80);
static_assert(offsetof(RegionHeader, submission_tail) == 128);
static_assert(offsetof(RegionHeader, reserved1) == 132);
static_assert(offsetof(RegionHeader, submission_head) == 256);
static_assert(offsetof(RegionHeader, reserved2) == 260);
static_assert(offsetof(RegionHeader, completion_tail) == 384);
static_assert(offsetof(RegionHeader, reserved3) == 388);
static_assert(offsetof(RegionHeader, completion_head) == 512);
static_assert(offsetof(RegionHeader, reserved4) == 516);
static_assert(offsetof(RegionHeader, sidecar_asleep) == 640);
static_assert(offsetof(RegionHeader, reserved5) == 644);
static_assert(offsetof(RegionHeader, host_asleep) == 768);
static_assert(offsetof(RegionHeader, reserved6) == 772);

/// Opens a row's output area: output_frames × groups codes (u32), output_frames × frame_samples PCM samples (f32), logits_max logits (f32) follow, each at the next multiple of 256 bytes. Frame i lies at i mod output_frames. The sidecar writes all of it; counts are released after what they count.
struct OutputHeader {
  std::uint32_t generation;  ///< Of the admit these counts belong to; stored after they were zeroed.
  std::uint32_t codes_count;  ///< Code frames published. [frames]
  std::uint32_t pcm_count;  ///< PCM frames published. [frames]
  std::uint32_t logits_count;  ///< Logit vectors published; only the last is held.
  std::uint32_t done;  ///< RowState.done, stored after the last codes_count.
  std::uint32_t finish_reason;  ///< RowState.finish_reason, stored before done.
  std::uint32_t reserved[58];  ///< Zero.
};
static_assert(sizeof(OutputHeader) == 256);
static_assert(offsetof(OutputHeader, generation) == 0);
static_assert(offsetof(OutputHeader, codes_count) == 4);
static_assert(offsetof(OutputHeader, pcm_count) == 8);
static_assert(offsetof(OutputHeader, logits_count) == 12);
static_assert(offsetof(OutputHeader, done) == 16);
static_assert(offsetof(OutputHeader, finish_reason) == 20);
static_assert(offsetof(OutputHeader, reserved) == 24);

/// Sizes and places of rows and caches: reckoned by the planner, sent with load, checked by the sidecar.
struct EngineLayout {
  std::uint32_t rows;  ///< Rows, the scratch row (the last one) included.
  std::uint32_t row_units;  ///< From one row to the next. [256 bytes]
  std::uint32_t pages;  ///< Talker KV pages, the scratch page (the last one) included.
  std::uint32_t kv_units;  ///< All caches: talker pages, predictor, vocoder. [256 bytes]
  std::uint32_t prompt_at;  ///< Prompt entries in a row. [256 bytes]
  std::uint32_t text_at;  ///< Trailing text ids. [256 bytes]
  std::uint32_t codes_at;  ///< Codes (frames_max, groups). [256 bytes]
  std::uint32_t seen_at;  ///< Bit set of group-0 codes picked. [256 bytes]
  std::uint32_t page_table_at;  ///< Page ids of the talker cache. [256 bytes]
  std::uint32_t hidden_at;  ///< Talker output of the last position, after the final norm. [256 bytes]
  std::uint32_t logits_at;  ///< Logits for host sampling. [256 bytes]
  std::uint32_t pcm_at;  ///< PCM of the last vocode run. [256 bytes]
  std::uint32_t state_at;  ///< First vocoder history; all until row_units. [256 bytes]
  std::uint32_t prompt_max;  ///< Prompt rows a row holds.
  std::uint32_t text_max;  ///< Trailing text ids a row holds.
  std::uint32_t frames_max;  ///< Code frames a row holds. [frames]
  std::uint32_t pages_max;  ///< Page-table entries of a row.
  std::uint32_t groups;  ///< Codes of a frame.
  std::uint32_t frame_samples;  ///< PCM samples of a frame.
  std::uint32_t vocode_frames_max;  ///< Frames of the largest vocode program. [frames]
  std::uint32_t logits_max;  ///< Logits a row holds.
  std::uint32_t seen_words;  ///< Words of the bit set. [words]
  std::uint32_t text_vocab;  ///< Text ids are below this.
  std::uint32_t codec_vocab;  ///< Codec ids of prompt rows are below this.
  std::uint32_t codebook_size;  ///< Codes are below this.
  std::uint32_t hidden;  ///< Talker width.
  std::uint32_t voice_at;  ///< Vector of the row's voice, f32, hidden of them. [256 bytes]
  std::uint32_t reference_at;  ///< Codes of the voice's recording, (reference_max, groups). [256 bytes]
  std::uint32_t reference_max;  ///< Frames of a recording that a row holds; 0 in a model that clones none. [frames]
  std::uint32_t reserved[3];  ///< Zero.
};
static_assert(sizeof(EngineLayout) == 128);
static_assert(offsetof(EngineLayout, rows) == 0);
static_assert(offsetof(EngineLayout, row_units) == 4);
static_assert(offsetof(EngineLayout, pages) == 8);
static_assert(offsetof(EngineLayout, kv_units) == 12);
static_assert(offsetof(EngineLayout, prompt_at) == 16);
static_assert(offsetof(EngineLayout, text_at) == 20);
static_assert(offsetof(EngineLayout, codes_at) == 24);
static_assert(offsetof(EngineLayout, seen_at) == 28);
static_assert(offsetof(EngineLayout, page_table_at) == 32);
static_assert(offsetof(EngineLayout, hidden_at) == 36);
static_assert(offsetof(EngineLayout, logits_at) == 40);
static_assert(offsetof(EngineLayout, pcm_at) == 44);
static_assert(offsetof(EngineLayout, state_at) == 48);
static_assert(offsetof(EngineLayout, prompt_max) == 52);
static_assert(offsetof(EngineLayout, text_max) == 56);
static_assert(offsetof(EngineLayout, frames_max) == 60);
static_assert(offsetof(EngineLayout, pages_max) == 64);
static_assert(offsetof(EngineLayout, groups) == 68);
static_assert(offsetof(EngineLayout, frame_samples) == 72);
static_assert(offsetof(EngineLayout, vocode_frames_max) == 76);
static_assert(offsetof(EngineLayout, logits_max) == 80);
static_assert(offsetof(EngineLayout, seen_words) == 84);
static_assert(offsetof(EngineLayout, text_vocab) == 88);
static_assert(offsetof(EngineLayout, codec_vocab) == 92);
static_assert(offsetof(EngineLayout, codebook_size) == 96);
static_assert(offsetof(EngineLayout, hidden) == 100);
static_assert(offsetof(EngineLayout, voice_at) == 104);
static_assert(offsetof(EngineLayout, reference_at) == 108);
static_assert(offsetof(EngineLayout, reference_max) == 112);
static_assert(offsetof(EngineLayout, reserved) == 116);

/// What the planner must know of a checkpoint and of the engine's limits; the host writes it into Wasm memory.
struct PlannerConfig {
  std::uint32_t talker_layers;  ///< Talker layers.
  std::uint32_t talker_hidden;  ///< Talker width.
  std::uint32_t talker_intermediate;  ///< Talker MLP width.
  std::uint32_t talker_heads;  ///< Query heads.
  std::uint32_t talker_kv_heads;  ///< Key and value heads.
  std::uint32_t talker_head_dim;  ///< Head width.
  std::uint32_t talker_vocab;  ///< Codec embedding and head rows.
  float talker_rms_eps;  ///< RMSNorm epsilon.
  float talker_rope_theta;  ///< Rotary base.
  std::uint32_t text_vocab;  ///< Text embedding rows.
  std::uint32_t text_hidden;  ///< Text embedding width.
  std::uint32_t groups;  ///< Codes of a frame.
  std::uint32_t codec_eos;  ///< Codec id that ends speech.
  std::uint32_t tts_pad;  ///< Text id that follows the text.
  std::uint32_t predictor_layers;  ///< Predictor layers.
  std::uint32_t predictor_hidden;  ///< Predictor width.
  std::uint32_t predictor_intermediate;  ///< Predictor MLP width.
  std::uint32_t predictor_heads;  ///< Query heads.
  std::uint32_t predictor_kv_heads;  ///< Key and value heads.
  std::uint32_t predictor_head_dim;  ///< Head width.
  std::uint32_t predictor_vocab;  ///< Rows of each table and head.
  float predictor_rms_eps;  ///< RMSNorm epsilon.
  float predictor_rope_theta;  ///< Rotary base.
  std::uint32_t has_projection;  ///< 1 when small_to_mtp_projection exists.
  std::uint32_t codec_codebook_size;  ///< Entries of a codebook.
  std::uint32_t codec_codebook_dim;  ///< Width of a codebook entry.
  std::uint32_t codec_quantized_dim;  ///< Width after the output projections.
  std::uint32_t codec_latent_dim;  ///< Width of pre_conv's output.
  std::uint32_t codec_hidden;  ///< Transformer width.
  std::uint32_t codec_intermediate;  ///< Transformer MLP width.
  std::uint32_t codec_layers;  ///< Transformer layers.
  std::uint32_t codec_heads;  ///< Query heads.
  std::uint32_t codec_kv_heads;  ///< Key and value heads.
  std::uint32_t codec_head_dim;  ///< Head width.
  std::uint32_t codec_window;  ///< Attention window, the frame itself included. [frames]
  float codec_rms_eps;  ///< RMSNorm epsilon.
  float codec_rope_theta;  ///< Rotary base.
  std::uint32_t codec_decoder_dim;  ///< Width of the first waveform stage; halves in each block.
  std::uint32_t codec_semantic_groups;  ///< Leading groups of the semantic quantiser.
  std::uint32_t codec_ratio_count;  ///< Latent upsampling stages.
  std::uint32_t codec_ratios[8];  ///< Their factors, in order.
  std::uint32_t codec_rate_count;  ///< Waveform blocks.
  std::uint32_t codec_rates[8];  ///< Their strides, in order.
  std::uint32_t rows;  ///< Requests served at once, the scratch row not counted.
  std::uint32_t pages;  ///< Talker KV pages, the scratch page not counted.
  std::uint32_t prompt_max;  ///< Prompt rows of a request at most.
  std::uint32_t text_max;  ///< Trailing text ids of a request at most.
  std::uint32_t frames_max;  ///< Frames of a request at most. [frames]
  std::uint32_t prefill_level;  ///< fusion_level of prefill programs.
  std::uint32_t decode_level;  ///< fusion_level of all others.
  std::uint32_t act_dtype;  ///< dtype of activations.
  std::uint32_t host_sampling;  ///< 1: logits come back and the planner picks.
  std::uint32_t repeat_max;  ///< Frames of one decode run at most. [frames]
  std::uint32_t queue_max;  ///< Requests that may wait for a row.
  std::uint32_t vocode_steady;  ///< Frames of a vocode run once speech flows: 1, 2, 4 or 8. [frames]
  std::uint32_t codec_act_dtype;  ///< dtype of the vocoder's activations, and of its weights where they are bf16.
  std::uint32_t reference_max;  ///< Frames of a recording; 0 in a model that clones no voice. [frames]
  std::uint32_t speaker_width;  ///< Of the speaker encoder's result: the talker's.
  std::uint32_t speaker_bands;  ///< Mel bands.
  std::uint32_t speaker_sample_rate;  ///< Of recordings. [Hz]
  std::uint32_t speaker_block_count;  ///< Blocks in use: a plain one, squeeze-and-excitation ones, the one that joins them.
  std::uint32_t speaker_channels[8];  ///< Outputs of each block.
  std::uint32_t speaker_taps[8];  ///< Taps of each block's convolution.
  std::uint32_t speaker_dilations[8];  ///< Of each block's convolution.
  std::uint32_t speaker_scale;  ///< Parts of a block's width that build on one another.
  std::uint32_t speaker_squeeze;  ///< Width between the two layers of a block's gate.
  std::uint32_t speaker_attention;  ///< Width of the layer in front of the pooling's scores.
  std::uint32_t encoder_hidden;  ///< Of the codec encoder's transformer.
  std::uint32_t encoder_intermediate;  ///< MLP width.
  std::uint32_t encoder_layers;  ///< Transformer layers.
  std::uint32_t encoder_heads;  ///< Query heads.
  std::uint32_t encoder_kv_heads;  ///< Key and value heads.
  std::uint32_t encoder_head_dim;  ///< Head width.
  float encoder_norm_eps;  ///< Of its layer norms.
  float encoder_rope_theta;  ///< Base of its rotary frequencies.
  std::uint32_t encoder_filters;  ///< Channels in front of its first stage; each stage doubles them.
  std::uint32_t encoder_compress;  ///< Width of a stage over that within its residual unit.
  std::uint32_t encoder_taps;  ///< Of its first convolution.
  std::uint32_t encoder_last_taps;  ///< Of the last one in front of the transformer.
  std::uint32_t encoder_residual_taps;  ///< Of a residual unit's first convolution.
  std::uint32_t encoder_ratio_count;  ///< Stages in use.
  std::uint32_t encoder_ratios[8];  ///< Stride of each stage, in order.
  std::uint32_t encoder_stride;  ///< Of the convolution behind the transformer.
  std::uint32_t encoder_codebook_dim;  ///< Width of a codebook entry.
  std::uint32_t matrix_dtype;  ///< dtype to keep the matrices of talker and predictor in: stored, or i8.
  std::uint32_t reserved;  ///< Zero.
};
static_assert(sizeof(PlannerConfig) == 512);
static_assert(offsetof(PlannerConfig, talker_layers) == 0);
static_assert(offsetof(PlannerConfig, talker_hidden) == 4);
static_assert(offsetof(PlannerConfig, talker_intermediate) == 8);
static_assert(offsetof(PlannerConfig, talker_heads) == 12);
static_assert(offsetof(PlannerConfig, talker_kv_heads) == 16);
static_assert(offsetof(PlannerConfig, talker_head_dim) == 20);
static_assert(offsetof(PlannerConfig, talker_vocab) == 24);
static_assert(offsetof(PlannerConfig, talker_rms_eps) == 28);
static_assert(offsetof(PlannerConfig, talker_rope_theta) == 32);
static_assert(offsetof(PlannerConfig, text_vocab) == 36);
static_assert(offsetof(PlannerConfig, text_hidden) == 40);
static_assert(offsetof(PlannerConfig, groups) == 44);
static_assert(offsetof(PlannerConfig, codec_eos) == 48);
static_assert(offsetof(PlannerConfig, tts_pad) == 52);
static_assert(offsetof(PlannerConfig, predictor_layers) == 56);
static_assert(offsetof(PlannerConfig, predictor_hidden) == 60);
static_assert(offsetof(PlannerConfig, predictor_intermediate) == 64);
static_assert(offsetof(PlannerConfig, predictor_heads) == 68);
static_assert(offsetof(PlannerConfig, predictor_kv_heads) == 72);
static_assert(offsetof(PlannerConfig, predictor_head_dim) == 76);
static_assert(offsetof(PlannerConfig, predictor_vocab) == 80);
static_assert(offsetof(PlannerConfig, predictor_rms_eps) == 84);
static_assert(offsetof(PlannerConfig, predictor_rope_theta) == 88);
static_assert(offsetof(PlannerConfig, has_projection) == 92);
static_assert(offsetof(PlannerConfig, codec_codebook_size) == 96);
static_assert(offsetof(PlannerConfig, codec_codebook_dim) == 100);
static_assert(offsetof(PlannerConfig, codec_quantized_dim) == 104);
static_assert(offsetof(PlannerConfig, codec_latent_dim) == 108);
static_assert(offsetof(PlannerConfig, codec_hidden) == 112);
static_assert(offsetof(PlannerConfig, codec_intermediate) == 116);
static_assert(offsetof(PlannerConfig, codec_layers) == 120);
static_assert(offsetof(PlannerConfig, codec_heads) == 124);
static_assert(offsetof(PlannerConfig, codec_kv_heads) == 128);
static_assert(offsetof(PlannerConfig, codec_head_dim) == 132);
static_assert(offsetof(PlannerConfig, codec_window) == 136);
static_assert(offsetof(PlannerConfig, codec_rms_eps) == 140);
static_assert(offsetof(PlannerConfig, codec_rope_theta) == 144);
static_assert(offsetof(PlannerConfig, codec_decoder_dim) == 148);
static_assert(offsetof(PlannerConfig, codec_semantic_groups) == 152);
static_assert(offsetof(PlannerConfig, codec_ratio_count) == 156);
static_assert(offsetof(PlannerConfig, codec_ratios) == 160);
static_assert(offsetof(PlannerConfig, codec_rate_count) == 192);
static_assert(offsetof(PlannerConfig, codec_rates) == 196);
static_assert(offsetof(PlannerConfig, rows) == 228);
static_assert(offsetof(PlannerConfig, pages) == 232);
static_assert(offsetof(PlannerConfig, prompt_max) == 236);
static_assert(offsetof(PlannerConfig, text_max) == 240);
static_assert(offsetof(PlannerConfig, frames_max) == 244);
static_assert(offsetof(PlannerConfig, prefill_level) == 248);
static_assert(offsetof(PlannerConfig, decode_level) == 252);
static_assert(offsetof(PlannerConfig, act_dtype) == 256);
static_assert(offsetof(PlannerConfig, host_sampling) == 260);
static_assert(offsetof(PlannerConfig, repeat_max) == 264);
static_assert(offsetof(PlannerConfig, queue_max) == 268);
static_assert(offsetof(PlannerConfig, vocode_steady) == 272);
static_assert(offsetof(PlannerConfig, codec_act_dtype) == 276);
static_assert(offsetof(PlannerConfig, reference_max) == 280);
static_assert(offsetof(PlannerConfig, speaker_width) == 284);
static_assert(offsetof(PlannerConfig, speaker_bands) == 288);
static_assert(offsetof(PlannerConfig, speaker_sample_rate) == 292);
static_assert(offsetof(PlannerConfig, speaker_block_count) == 296);
static_assert(offsetof(PlannerConfig, speaker_channels) == 300);
static_assert(offsetof(PlannerConfig, speaker_taps) == 332);
static_assert(offsetof(PlannerConfig, speaker_dilations) == 364);
static_assert(offsetof(PlannerConfig, speaker_scale) == 396);
static_assert(offsetof(PlannerConfig, speaker_squeeze) == 400);
static_assert(offsetof(PlannerConfig, speaker_attention) == 404);
static_assert(offsetof(PlannerConfig, encoder_hidden) == 408);
static_assert(offsetof(PlannerConfig, encoder_intermediate) == 412);
static_assert(offsetof(PlannerConfig, encoder_layers) == 416);
static_assert(offsetof(PlannerConfig, encoder_heads) == 420);
static_assert(offsetof(PlannerConfig, encoder_kv_heads) == 424);
static_assert(offsetof(PlannerConfig, encoder_head_dim) == 428);
static_assert(offsetof(PlannerConfig, encoder_norm_eps) == 432);
static_assert(offsetof(PlannerConfig, encoder_rope_theta) == 436);
static_assert(offsetof(PlannerConfig, encoder_filters) == 440);
static_assert(offsetof(PlannerConfig, encoder_compress) == 444);
static_assert(offsetof(PlannerConfig, encoder_taps) == 448);
static_assert(offsetof(PlannerConfig, encoder_last_taps) == 452);
static_assert(offsetof(PlannerConfig, encoder_residual_taps) == 456);
static_assert(offsetof(PlannerConfig, encoder_ratio_count) == 460);
static_assert(offsetof(PlannerConfig, encoder_ratios) == 464);
static_assert(offsetof(PlannerConfig, encoder_stride) == 496);
static_assert(offsetof(PlannerConfig, encoder_codebook_dim) == 500);
static_assert(offsetof(PlannerConfig, matrix_dtype) == 504);
static_assert(offsetof(PlannerConfig, reserved) == 508);

/// A weight that programs name by id; name_bytes of tensor names follow, each ended by a zero byte, padded to 4.
struct WeightEntry {
  std::uint32_t id;  ///< Counts from 0.
  std::uint32_t kind;  ///< weight_kind.
  std::uint32_t rows;  ///< Rows of the result.
  std::uint32_t cols;  ///< Columns of the result.
  std::uint32_t part_count;  ///< Tensor names that follow.
  std::uint32_t name_bytes;  ///< Of all names, padding included. [bytes]
  float scalar;  ///< rope_frequencies: the base. transposed_taps: the stride. Else 0.
  std::uint32_t dtype;  ///< Dtype to keep the weight in: stored for that of its tensors, bf16, or i8, which rows of tensors alone can be. Kinds that compute are f32 always.
};
static_assert(sizeof(WeightEntry) == 32);
static_assert(offsetof(WeightEntry, id) == 0);
static_assert(offsetof(WeightEntry, kind) == 4);
static_assert(offsetof(WeightEntry, rows) == 8);
static_assert(offsetof(WeightEntry, cols) == 12);
static_assert(offsetof(WeightEntry, part_count) == 16);
static_assert(offsetof(WeightEntry, name_bytes) == 20);
static_assert(offsetof(WeightEntry, scalar) == 24);
static_assert(offsetof(WeightEntry, dtype) == 28);

}  // namespace voxfuse
// clang-format on
