// Generated from shared/protocol.json by `npm run gen`; do not edit.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/activation/activation.hpp"
#include "kernels/add_rms_norm/add_rms_norm.hpp"
#include "kernels/advance/advance.hpp"
#include "kernels/attention/attention.hpp"
#include "kernels/attention_scores/attention_scores.hpp"
#include "kernels/attention_softmax/attention_softmax.hpp"
#include "kernels/attention_values/attention_values.hpp"
#include "kernels/causal_conv1d/causal_conv1d.hpp"
#include "kernels/channel_statistics/channel_statistics.hpp"
#include "kernels/code_embed/code_embed.hpp"
#include "kernels/codebook_sum/codebook_sum.hpp"
#include "kernels/columns/columns.hpp"
#include "kernels/conv1d/conv1d.hpp"
#include "kernels/depthwise_conv1d/depthwise_conv1d.hpp"
#include "kernels/export_logits/export_logits.hpp"
#include "kernels/frame_begin/frame_begin.hpp"
#include "kernels/frame_embed/frame_embed.hpp"
#include "kernels/gate_add/gate_add.hpp"
#include "kernels/gelu/gelu.hpp"
#include "kernels/hidden_load/hidden_load.hpp"
#include "kernels/kv_append/kv_append.hpp"
#include "kernels/layer_norm/layer_norm.hpp"
#include "kernels/layer_scale_add/layer_scale_add.hpp"
#include "kernels/log_mel/log_mel.hpp"
#include "kernels/matmul/matmul.hpp"
#include "kernels/matmul_residual/matmul_residual.hpp"
#include "kernels/mul/mul.hpp"
#include "kernels/nearest_code/nearest_code.hpp"
#include "kernels/norm_matmul/norm_matmul.hpp"
#include "kernels/norm_swiglu_matmul/norm_swiglu_matmul.hpp"
#include "kernels/pick/pick.hpp"
#include "kernels/prefill_begin/prefill_begin.hpp"
#include "kernels/prompt_embed/prompt_embed.hpp"
#include "kernels/prompt_text/prompt_text.hpp"
#include "kernels/publish_codes/publish_codes.hpp"
#include "kernels/publish_pcm/publish_pcm.hpp"
#include "kernels/qk_norm_rope_append/qk_norm_rope_append.hpp"
#include "kernels/qkv_attention/qkv_attention.hpp"
#include "kernels/reference_advance/reference_advance.hpp"
#include "kernels/reference_begin/reference_begin.hpp"
#include "kernels/residual_add/residual_add.hpp"
#include "kernels/rms_norm/rms_norm.hpp"
#include "kernels/rope_cosine/rope_cosine.hpp"
#include "kernels/rope_qk/rope_qk.hpp"
#include "kernels/rope_rotate_add/rope_rotate_add.hpp"
#include "kernels/self_attention/self_attention.hpp"
#include "kernels/silu/silu.hpp"
#include "kernels/silu_mul/silu_mul.hpp"
#include "kernels/snake/snake.hpp"
#include "kernels/text_row/text_row.hpp"
#include "kernels/transposed_conv1d/transposed_conv1d.hpp"
#include "kernels/vocode_begin/vocode_begin.hpp"
#include "kernels/voice_embed/voice_embed.hpp"
#include "shared/gen/protocol.hpp"

// clang-format off
namespace voxfuse {

/// Every op, for a macro X(PascalName, op_name).
#define VOXFUSE_OPS(X) \
  X(Matmul, matmul) \
  X(MatmulResidual, matmul_residual) \
  X(NormMatmul, norm_matmul) \
  X(NormSwigluMatmul, norm_swiglu_matmul) \
  X(RmsNorm, rms_norm) \
  X(AddRmsNorm, add_rms_norm) \
  X(ResidualAdd, residual_add) \
  X(LayerNorm, layer_norm) \
  X(Silu, silu) \
  X(Mul, mul) \
  X(SiluMul, silu_mul) \
  X(Gelu, gelu) \
  X(LayerScaleAdd, layer_scale_add) \
  X(Snake, snake) \
  X(RopeCosine, rope_cosine) \
  X(RopeRotateAdd, rope_rotate_add) \
  X(RopeQk, rope_qk) \
  X(KvAppend, kv_append) \
  X(QkNormRopeAppend, qk_norm_rope_append) \
  X(AttentionScores, attention_scores) \
  X(AttentionSoftmax, attention_softmax) \
  X(AttentionValues, attention_values) \
  X(Attention, attention) \
  X(QkvAttention, qkv_attention) \
  X(VocodeBegin, vocode_begin) \
  X(CodebookSum, codebook_sum) \
  X(CausalConv1d, causal_conv1d) \
  X(DepthwiseConv1d, depthwise_conv1d) \
  X(TransposedConv1d, transposed_conv1d) \
  X(PublishPcm, publish_pcm) \
  X(PrefillBegin, prefill_begin) \
  X(PromptText, prompt_text) \
  X(PromptEmbed, prompt_embed) \
  X(Advance, advance) \
  X(FrameBegin, frame_begin) \
  X(HiddenLoad, hidden_load) \
  X(CodeEmbed, code_embed) \
  X(TextRow, text_row) \
  X(FrameEmbed, frame_embed) \
  X(Pick, pick) \
  X(PublishCodes, publish_codes) \
  X(ExportLogits, export_logits) \
  X(Conv1d, conv1d) \
  X(Activation, activation) \
  X(LogMel, log_mel) \
  X(Columns, columns) \
  X(ChannelStatistics, channel_statistics) \
  X(GateAdd, gate_add) \
  X(SelfAttention, self_attention) \
  X(NearestCode, nearest_code) \
  X(VoiceEmbed, voice_embed) \
  X(ReferenceBegin, reference_begin) \
  X(ReferenceAdvance, reference_advance)

enum class OperandClass : std::uint8_t { kAct, kReal, kWeight, kMatrix, kF32, kU32, kRowState };
enum class Space : std::uint8_t { kBuffer, kRow, kCache };
enum class Access : std::uint8_t { kRead, kWrite, kReadWrite };

/// What the plan reader checks of one operand. `elements` reckons its size from the op's words.
struct OperandInfo {
  const char* name;
  OperandClass operand_class;
  Space space;
  Access access;
  bool optional;
  int may_be;  ///< Operand it may be the same buffer as; -1 for none.
  std::uint64_t (*elements)(const std::uint32_t* words);
};

struct ParamInfo {
  const char* name;
  bool is_f32;
};

/// Operands follow the op word; parameters follow the operands.
struct OpInfo {
  OpCode code;
  const char* name;
  std::uint32_t words;
  const OperandInfo* operands;
  std::uint32_t operand_count;
  const ParamInfo* params;
  std::uint32_t param_count;
  std::uint32_t lanes_word;  ///< Word of the parameter `lanes`; 0 without one.
  bool has_lanes;            ///< Some operand lies in a row or a cache.
};

namespace size_detail {
// Saturating: a size that does not fit u64 must fail the extent check, not wrap past it.
constexpr std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}
constexpr std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}
constexpr std::uint64_t over(std::uint64_t a, std::uint64_t b) { return a / b; }

inline constexpr OperandInfo kMatmulOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[8]); }},
    {"w", OperandClass::kMatrix, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[7], w[6]); }},
    {"bias", OperandClass::kWeight, Space::kBuffer, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"y", OperandClass::kReal, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[7]); }},
};
inline constexpr ParamInfo kMatmulParams[] = {{"rows", false}, {"inputs", false}, {"outputs", false}, {"x_stride", false}, {"x_offset", false}};
inline constexpr OpInfo kMatmulInfo = {OpCode::kMatmul, "matmul", 10, kMatmulOperands, 4, kMatmulParams, 5, 0, false};

inline constexpr OperandInfo kMatmulResidualOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[8]); }},
    {"w", OperandClass::kMatrix, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[7], w[6]); }},
    {"bias", OperandClass::kWeight, Space::kBuffer, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[7]); }},
};
inline constexpr ParamInfo kMatmulResidualParams[] = {{"rows", false}, {"inputs", false}, {"outputs", false}, {"x_stride", false}, {"x_offset", false}};
inline constexpr OpInfo kMatmulResidualInfo = {OpCode::kMatmulResidual, "matmul_residual", 10, kMatmulResidualOperands, 4, kMatmulResidualParams, 5, 0, false};

inline constexpr OperandInfo kNormMatmulOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
    {"gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"w", OperandClass::kMatrix, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[7], w[6]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[7]); }},
};
inline constexpr ParamInfo kNormMatmulParams[] = {{"rows", false}, {"inputs", false}, {"outputs", false}, {"eps", true}};
inline constexpr OpInfo kNormMatmulInfo = {OpCode::kNormMatmul, "norm_matmul", 9, kNormMatmulOperands, 4, kNormMatmulParams, 4, 0, false};

inline constexpr OperandInfo kNormSwigluMatmulOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
    {"gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"w", OperandClass::kMatrix, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(2u, w[7]), w[6]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[7]); }},
};
inline constexpr ParamInfo kNormSwigluMatmulParams[] = {{"rows", false}, {"inputs", false}, {"outputs", false}, {"eps", true}};
inline constexpr OpInfo kNormSwigluMatmulInfo = {OpCode::kNormSwigluMatmul, "norm_swiglu_matmul", 9, kNormSwigluMatmulOperands, 4, kNormSwigluMatmulParams, 4, 0, false};

inline constexpr OperandInfo kRmsNormOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[5]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 0,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
};
inline constexpr ParamInfo kRmsNormParams[] = {{"rows", false}, {"width", false}, {"eps", true}};
inline constexpr OpInfo kRmsNormInfo = {OpCode::kRmsNorm, "rms_norm", 7, kRmsNormOperands, 3, kRmsNormParams, 3, 0, false};

inline constexpr OperandInfo kAddRmsNormOperands[] = {
    {"d", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
    {"gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"x", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
};
inline constexpr ParamInfo kAddRmsNormParams[] = {{"rows", false}, {"width", false}, {"eps", true}};
inline constexpr OpInfo kAddRmsNormInfo = {OpCode::kAddRmsNorm, "add_rms_norm", 8, kAddRmsNormOperands, 4, kAddRmsNormParams, 3, 0, false};

inline constexpr OperandInfo kResidualAddOperands[] = {
    {"d", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
    {"x", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
};
inline constexpr ParamInfo kResidualAddParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kResidualAddInfo = {OpCode::kResidualAdd, "residual_add", 5, kResidualAddOperands, 2, kResidualAddParams, 2, 0, false};

inline constexpr OperandInfo kLayerNormOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
    {"gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"bias", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 0,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
};
inline constexpr ParamInfo kLayerNormParams[] = {{"rows", false}, {"width", false}, {"eps", true}};
inline constexpr OpInfo kLayerNormInfo = {OpCode::kLayerNorm, "layer_norm", 8, kLayerNormOperands, 4, kLayerNormParams, 3, 0, false};

inline constexpr OperandInfo kSiluOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 0,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
};
inline constexpr ParamInfo kSiluParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kSiluInfo = {OpCode::kSilu, "silu", 5, kSiluOperands, 2, kSiluParams, 2, 0, false};

inline constexpr OperandInfo kMulOperands[] = {
    {"a", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"b", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 0,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
};
inline constexpr ParamInfo kMulParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kMulInfo = {OpCode::kMul, "mul", 6, kMulOperands, 3, kMulParams, 2, 0, false};

inline constexpr OperandInfo kSiluMulOperands[] = {
    {"gate", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"up", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 0,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
};
inline constexpr ParamInfo kSiluMulParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kSiluMulInfo = {OpCode::kSiluMul, "silu_mul", 6, kSiluMulOperands, 3, kSiluMulParams, 2, 0, false};

inline constexpr OperandInfo kGeluOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 0,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
};
inline constexpr ParamInfo kGeluParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kGeluInfo = {OpCode::kGelu, "gelu", 5, kGeluOperands, 2, kGeluParams, 2, 0, false};

inline constexpr OperandInfo kLayerScaleAddOperands[] = {
    {"d", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"scale", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[5]; }},
    {"x", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
};
inline constexpr ParamInfo kLayerScaleAddParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kLayerScaleAddInfo = {OpCode::kLayerScaleAdd, "layer_scale_add", 6, kLayerScaleAddOperands, 3, kLayerScaleAddParams, 2, 0, false};

inline constexpr OperandInfo kSnakeOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
    {"frequency", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"magnitude", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 0,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
};
inline constexpr ParamInfo kSnakeParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kSnakeInfo = {OpCode::kSnake, "snake", 7, kSnakeOperands, 4, kSnakeParams, 2, 0, false};

inline constexpr OperandInfo kRopeCosineOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[5], w[6]), w[7]), w[8]); }},
    {"frequencies", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return over(w[8], 2u); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[5], w[6]), w[7]), w[8]); }},
};
inline constexpr ParamInfo kRopeCosineParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"head_dim", false}, {"position_source", false}, {"position_offset", false}};
inline constexpr OpInfo kRopeCosineInfo = {OpCode::kRopeCosine, "rope_cosine", 11, kRopeCosineOperands, 4, kRopeCosineParams, 6, 5, true};

inline constexpr OperandInfo kRopeRotateAddOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[5], w[6]), w[7]), w[8]); }},
    {"frequencies", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return over(w[8], 2u); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[5], w[6]), w[7]), w[8]); }},
};
inline constexpr ParamInfo kRopeRotateAddParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"head_dim", false}, {"position_source", false}, {"position_offset", false}};
inline constexpr OpInfo kRopeRotateAddInfo = {OpCode::kRopeRotateAdd, "rope_rotate_add", 11, kRopeRotateAddOperands, 4, kRopeRotateAddParams, 6, 5, true};

inline constexpr OperandInfo kRopeQkOperands[] = {
    {"frequencies", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return over(w[9], 2u); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"q", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[5], w[6]), w[7]), w[9]); }},
    {"k", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[5], w[6]), w[8]), w[9]); }},
};
inline constexpr ParamInfo kRopeQkParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"kv_heads", false}, {"head_dim", false}, {"position_source", false}, {"position_offset", false}};
inline constexpr OpInfo kRopeQkInfo = {OpCode::kRopeQk, "rope_qk", 12, kRopeQkOperands, 4, kRopeQkParams, 7, 5, true};

inline constexpr OperandInfo kKvAppendOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[6], w[7]), w[8]), w[9]); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"page_table", OperandClass::kU32, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[12]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"cache", OperandClass::kAct, Space::kCache, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[10], w[8]), w[11]), w[9]); }},
};
inline constexpr ParamInfo kKvAppendParams[] = {{"lanes", false}, {"tokens", false}, {"kv_heads", false}, {"head_dim", false}, {"pages", false}, {"page_positions", false}, {"pages_max", false}, {"position_source", false}, {"position_offset", false}, {"rate", false}};
inline constexpr OpInfo kKvAppendInfo = {OpCode::kKvAppend, "kv_append", 16, kKvAppendOperands, 5, kKvAppendParams, 10, 6, true};

inline constexpr OperandInfo kQkNormRopeAppendOperands[] = {
    {"q_gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[14]; }},
    {"k_gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[14]; }},
    {"frequencies", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return over(w[14], 2u); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"page_table", OperandClass::kU32, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[17]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[10]; }},
    {"qkv", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[10], w[11]), times(plus(w[12], times(2u, w[13])), w[14])); }},
    {"k_cache", OperandClass::kAct, Space::kCache, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[15], w[13]), w[16]), w[14]); }},
    {"v_cache", OperandClass::kAct, Space::kCache, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[15], w[13]), w[16]), w[14]); }},
};
inline constexpr ParamInfo kQkNormRopeAppendParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"kv_heads", false}, {"head_dim", false}, {"pages", false}, {"page_positions", false}, {"pages_max", false}, {"position_source", false}, {"position_offset", false}, {"rate", false}, {"eps", true}};
inline constexpr OpInfo kQkNormRopeAppendInfo = {OpCode::kQkNormRopeAppend, "qk_norm_rope_append", 22, kQkNormRopeAppendOperands, 9, kQkNormRopeAppendParams, 12, 10, true};

inline constexpr OperandInfo kAttentionScoresOperands[] = {
    {"q", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[7], w[8]), w[9]), w[11]); }},
    {"k_cache", OperandClass::kAct, Space::kCache, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[12], w[10]), w[13]), w[11]); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"page_table", OperandClass::kU32, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[14]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"scores", OperandClass::kF32, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[7], w[8]), w[9]), w[19]); }},
};
inline constexpr ParamInfo kAttentionScoresParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"kv_heads", false}, {"head_dim", false}, {"pages", false}, {"page_positions", false}, {"pages_max", false}, {"position_source", false}, {"position_offset", false}, {"rate", false}, {"window", false}, {"context_max", false}, {"scale", true}};
inline constexpr OpInfo kAttentionScoresInfo = {OpCode::kAttentionScores, "attention_scores", 21, kAttentionScoresOperands, 6, kAttentionScoresParams, 14, 7, true};

inline constexpr OperandInfo kAttentionSoftmaxOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[4]; }},
    {"scores", OperandClass::kF32, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[4], w[5]), w[6]), w[11]); }},
};
inline constexpr ParamInfo kAttentionSoftmaxParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"position_source", false}, {"position_offset", false}, {"rate", false}, {"window", false}, {"context_max", false}};
inline constexpr OpInfo kAttentionSoftmaxInfo = {OpCode::kAttentionSoftmax, "attention_softmax", 12, kAttentionSoftmaxOperands, 3, kAttentionSoftmaxParams, 8, 4, true};

inline constexpr OperandInfo kAttentionValuesOperands[] = {
    {"scores", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[7], w[8]), w[9]), w[19]); }},
    {"v_cache", OperandClass::kAct, Space::kCache, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[12], w[10]), w[13]), w[11]); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"page_table", OperandClass::kU32, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[14]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[7], w[8]), w[9]), w[11]); }},
};
inline constexpr ParamInfo kAttentionValuesParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"kv_heads", false}, {"head_dim", false}, {"pages", false}, {"page_positions", false}, {"pages_max", false}, {"position_source", false}, {"position_offset", false}, {"rate", false}, {"window", false}, {"context_max", false}};
inline constexpr OpInfo kAttentionValuesInfo = {OpCode::kAttentionValues, "attention_values", 20, kAttentionValuesOperands, 6, kAttentionValuesParams, 13, 7, true};

inline constexpr OperandInfo kAttentionOperands[] = {
    {"q", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[8], w[9]), w[21]); }},
    {"k_cache", OperandClass::kAct, Space::kCache, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[13], w[11]), w[14]), w[12]); }},
    {"v_cache", OperandClass::kAct, Space::kCache, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[13], w[11]), w[14]), w[12]); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"page_table", OperandClass::kU32, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[15]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[8]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[8], w[9]), w[10]), w[12]); }},
};
inline constexpr ParamInfo kAttentionParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"kv_heads", false}, {"head_dim", false}, {"pages", false}, {"page_positions", false}, {"pages_max", false}, {"position_source", false}, {"position_offset", false}, {"rate", false}, {"window", false}, {"scale", true}, {"q_stride", false}};
inline constexpr OpInfo kAttentionInfo = {OpCode::kAttention, "attention", 22, kAttentionOperands, 7, kAttentionParams, 14, 8, true};

inline constexpr OperandInfo kQkvAttentionOperands[] = {
    {"q_gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[15]; }},
    {"k_gain", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[15]; }},
    {"frequencies", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return over(w[15], 2u); }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"page_table", OperandClass::kU32, Space::kRow, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[18]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[11]; }},
    {"qkv", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[11], w[12]), times(plus(w[13], times(2u, w[14])), w[15])); }},
    {"k_cache", OperandClass::kAct, Space::kCache, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[16], w[14]), w[17]), w[15]); }},
    {"v_cache", OperandClass::kAct, Space::kCache, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[16], w[14]), w[17]), w[15]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(times(w[11], w[12]), w[13]), w[15]); }},
};
inline constexpr ParamInfo kQkvAttentionParams[] = {{"lanes", false}, {"tokens", false}, {"heads", false}, {"kv_heads", false}, {"head_dim", false}, {"pages", false}, {"page_positions", false}, {"pages_max", false}, {"position_source", false}, {"position_offset", false}, {"rate", false}, {"window", false}, {"eps", true}, {"scale", true}};
inline constexpr OpInfo kQkvAttentionInfo = {OpCode::kQkvAttention, "qkv_attention", 25, kQkvAttentionOperands, 10, kQkvAttentionParams, 14, 11, true};

inline constexpr OperandInfo kVocodeBeginOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[3]; }},
};
inline constexpr ParamInfo kVocodeBeginParams[] = {{"lanes", false}, {"frames", false}};
inline constexpr OpInfo kVocodeBeginInfo = {OpCode::kVocodeBegin, "vocode_begin", 5, kVocodeBeginOperands, 2, kVocodeBeginParams, 2, 3, true};

inline constexpr OperandInfo kCodebookSumOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"codes", OperandClass::kU32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[13], w[9]); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"codebooks", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[9], w[11]), w[12]); }},
    {"semantic", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[12]); }},
    {"acoustic", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[12]); }},
};
inline constexpr ParamInfo kCodebookSumParams[] = {{"lanes", false}, {"frames", false}, {"groups", false}, {"semantic_groups", false}, {"size", false}, {"dim", false}, {"frames_max", false}, {"of_reference", false}};
inline constexpr OpInfo kCodebookSumInfo = {OpCode::kCodebookSum, "codebook_sum", 15, kCodebookSumOperands, 6, kCodebookSumParams, 8, 7, true};

inline constexpr OperandInfo kCausalConv1dOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[9]); }},
    {"w", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[10], times(w[11], w[9])); }},
    {"bias", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[10]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"history", OperandClass::kAct, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[13], w[9]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[10]); }},
};
inline constexpr ParamInfo kCausalConv1dParams[] = {{"lanes", false}, {"tokens", false}, {"inputs", false}, {"outputs", false}, {"taps", false}, {"dilation", false}, {"history_tokens", false}, {"rate", false}};
inline constexpr OpInfo kCausalConv1dInfo = {OpCode::kCausalConv1d, "causal_conv1d", 15, kCausalConv1dOperands, 6, kCausalConv1dParams, 8, 7, true};

inline constexpr OperandInfo kDepthwiseConv1dOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[9]); }},
    {"w", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[9], w[10]); }},
    {"bias", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[9]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"history", OperandClass::kAct, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[11], w[9]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[9]); }},
};
inline constexpr ParamInfo kDepthwiseConv1dParams[] = {{"lanes", false}, {"tokens", false}, {"width", false}, {"taps", false}, {"history_tokens", false}, {"rate", false}};
inline constexpr OpInfo kDepthwiseConv1dInfo = {OpCode::kDepthwiseConv1d, "depthwise_conv1d", 13, kDepthwiseConv1dOperands, 6, kDepthwiseConv1dParams, 6, 7, true};

inline constexpr OperandInfo kTransposedConv1dOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[9]); }},
    {"w", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[11], w[10]), times(w[12], w[9])); }},
    {"bias", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[10]; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"history", OperandClass::kAct, Space::kRow, Access::kReadWrite, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[9]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], times(w[8], w[11])), w[10]); }},
};
inline constexpr ParamInfo kTransposedConv1dParams[] = {{"lanes", false}, {"tokens", false}, {"inputs", false}, {"outputs", false}, {"stride", false}, {"spans", false}, {"rate", false}};
inline constexpr OpInfo kTransposedConv1dInfo = {OpCode::kTransposedConv1d, "transposed_conv1d", 14, kTransposedConv1dOperands, 6, kTransposedConv1dParams, 7, 7, true};

inline constexpr OperandInfo kPublishPcmOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], times(w[6], w[7])); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[5]; }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"pcm", OperandClass::kF32, Space::kRow, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[8], w[7]); }},
};
inline constexpr ParamInfo kPublishPcmParams[] = {{"lanes", false}, {"frames", false}, {"frame_samples", false}, {"frames_max", false}};
inline constexpr OpInfo kPublishPcmInfo = {OpCode::kPublishPcm, "publish_pcm", 9, kPublishPcmOperands, 4, kPublishPcmParams, 4, 5, true};

inline constexpr OperandInfo kPrefillBeginOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[3]; }},
};
inline constexpr ParamInfo kPrefillBeginParams[] = {{"lanes", false}, {"tokens", false}};
inline constexpr OpInfo kPrefillBeginInfo = {OpCode::kPrefillBegin, "prefill_begin", 5, kPrefillBeginOperands, 2, kPrefillBeginParams, 2, 3, true};

inline constexpr OperandInfo kPromptTextOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"prompt", OperandClass::kU32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(3u, w[10]); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"table", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[9], w[8]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[6], w[7]), w[8]); }},
};
inline constexpr ParamInfo kPromptTextParams[] = {{"lanes", false}, {"tokens", false}, {"width", false}, {"table_rows", false}, {"prompt_max", false}};
inline constexpr OpInfo kPromptTextInfo = {OpCode::kPromptText, "prompt_text", 11, kPromptTextOperands, 5, kPromptTextParams, 5, 6, true};

inline constexpr OperandInfo kPromptEmbedOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"prompt", OperandClass::kU32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(3u, w[11]); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"text", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[9]); }},
    {"table", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[10], w[9]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 3,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[7], w[8]), w[9]); }},
};
inline constexpr ParamInfo kPromptEmbedParams[] = {{"lanes", false}, {"tokens", false}, {"width", false}, {"table_rows", false}, {"prompt_max", false}};
inline constexpr OpInfo kPromptEmbedInfo = {OpCode::kPromptEmbed, "prompt_embed", 12, kPromptEmbedOperands, 6, kPromptEmbedParams, 5, 7, true};

inline constexpr OperandInfo kAdvanceOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[5], w[6]), w[7]); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[5]; }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"hidden", OperandClass::kAct, Space::kRow, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
};
inline constexpr ParamInfo kAdvanceParams[] = {{"lanes", false}, {"tokens", false}, {"width", false}, {"prefill", false}};
inline constexpr OpInfo kAdvanceInfo = {OpCode::kAdvance, "advance", 9, kAdvanceOperands, 4, kAdvanceParams, 4, 5, true};

inline constexpr OperandInfo kFrameBeginOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[3]; }},
};
inline constexpr ParamInfo kFrameBeginParams[] = {{"lanes", false}, {"forced", false}};
inline constexpr OpInfo kFrameBeginInfo = {OpCode::kFrameBegin, "frame_begin", 5, kFrameBeginOperands, 2, kFrameBeginParams, 2, 3, true};

inline constexpr OperandInfo kHiddenLoadOperands[] = {
    {"hidden", OperandClass::kAct, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[3], w[4]), w[6]); }},
};
inline constexpr ParamInfo kHiddenLoadParams[] = {{"lanes", false}, {"tokens", false}, {"token", false}, {"width", false}};
inline constexpr OpInfo kHiddenLoadInfo = {OpCode::kHiddenLoad, "hidden_load", 7, kHiddenLoadOperands, 2, kHiddenLoadParams, 4, 3, true};

inline constexpr OperandInfo kCodeEmbedOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"codes", OperandClass::kU32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[14], w[13]); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[6]; }},
    {"table", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[10], w[9]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[6], w[7]), w[9]); }},
};
inline constexpr ParamInfo kCodeEmbedParams[] = {{"lanes", false}, {"tokens", false}, {"token", false}, {"width", false}, {"table_rows", false}, {"first_row", false}, {"group", false}, {"groups", false}, {"frames_max", false}};
inline constexpr OpInfo kCodeEmbedInfo = {OpCode::kCodeEmbed, "code_embed", 15, kCodeEmbedOperands, 5, kCodeEmbedParams, 9, 6, true};

inline constexpr OperandInfo kTextRowOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"text_ids", OperandClass::kU32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[8]; }},
    {"table", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[7], w[6]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
};
inline constexpr ParamInfo kTextRowParams[] = {{"lanes", false}, {"width", false}, {"table_rows", false}, {"text_max", false}, {"pad_id", false}};
inline constexpr OpInfo kTextRowInfo = {OpCode::kTextRow, "text_row", 10, kTextRowOperands, 4, kTextRowParams, 5, 5, true};

inline constexpr OperandInfo kFrameEmbedOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"codes", OperandClass::kU32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[14], w[12]); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[8]; }},
    {"codec_table", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[10], w[9]); }},
    {"group_tables", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[13], w[11]), w[9]); }},
    {"text", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[8], w[9]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 5,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[8], w[9]); }},
};
inline constexpr ParamInfo kFrameEmbedParams[] = {{"lanes", false}, {"width", false}, {"codec_rows", false}, {"group_rows", false}, {"groups", false}, {"groups_rest", false}, {"frames_max", false}};
inline constexpr OpInfo kFrameEmbedInfo = {OpCode::kFrameEmbed, "frame_embed", 15, kFrameEmbedOperands, 7, kFrameEmbedParams, 7, 8, true};

inline constexpr OperandInfo kPickOperands[] = {
    {"logits", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[7], w[8]); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[7]; }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"codes", OperandClass::kU32, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[11], w[10]); }},
    {"seen", OperandClass::kU32, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[12]; }},
    {"scratch", OperandClass::kU32, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[7], times(2u, w[8])); }},
};
inline constexpr ParamInfo kPickParams[] = {{"lanes", false}, {"vocab", false}, {"group", false}, {"groups", false}, {"frames_max", false}, {"seen_words", false}, {"audio_codes", false}, {"end_id", false}};
inline constexpr OpInfo kPickInfo = {OpCode::kPick, "pick", 15, kPickOperands, 6, kPickParams, 8, 7, true};

inline constexpr OperandInfo kPublishCodesOperands[] = {
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[3]; }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
};
inline constexpr ParamInfo kPublishCodesParams[] = {{"lanes", false}};
inline constexpr OpInfo kPublishCodesInfo = {OpCode::kPublishCodes, "publish_codes", 4, kPublishCodesOperands, 2, kPublishCodesParams, 1, 3, true};

inline constexpr OperandInfo kExportLogitsOperands[] = {
    {"logits", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
    {"exported", OperandClass::kF32, Space::kRow, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[5]; }},
};
inline constexpr ParamInfo kExportLogitsParams[] = {{"lanes", false}, {"vocab", false}, {"logits_max", false}};
inline constexpr OpInfo kExportLogitsInfo = {OpCode::kExportLogits, "export_logits", 6, kExportLogitsOperands, 2, kExportLogitsParams, 3, 3, true};

inline constexpr OperandInfo kConv1dOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
    {"w", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[8], times(w[9], w[6])); }},
    {"bias", OperandClass::kWeight, Space::kBuffer, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[8]; }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[7], w[8]); }},
};
inline constexpr ParamInfo kConv1dParams[] = {{"tokens", false}, {"inputs", false}, {"steps", false}, {"outputs", false}, {"taps", false}, {"stride", false}, {"dilation", false}, {"pad_left", false}, {"padding", false}, {"before", false}, {"after", false}, {"adds", false}};
inline constexpr OpInfo kConv1dInfo = {OpCode::kConv1d, "conv1d", 17, kConv1dOperands, 4, kConv1dParams, 12, 0, false};

inline constexpr OperandInfo kActivationOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, 0,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[4]); }},
};
inline constexpr ParamInfo kActivationParams[] = {{"rows", false}, {"width", false}, {"kind", false}};
inline constexpr OpInfo kActivationInfo = {OpCode::kActivation, "activation", 6, kActivationOperands, 2, kActivationParams, 3, 0, false};

inline constexpr OperandInfo kLogMelOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], times(2u, w[5])); }},
    {"filters", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[6], w[5]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[6]); }},
};
inline constexpr ParamInfo kLogMelParams[] = {{"frames", false}, {"bins", false}, {"bands", false}};
inline constexpr OpInfo kLogMelInfo = {OpCode::kLogMel, "log_mel", 7, kLogMelOperands, 3, kLogMelParams, 3, 0, false};

inline constexpr OperandInfo kColumnsOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], w[6]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[3], w[8]); }},
};
inline constexpr ParamInfo kColumnsParams[] = {{"rows", false}, {"width", false}, {"x_rows", false}, {"x_stride", false}, {"x_at", false}, {"y_stride", false}, {"y_at", false}};
inline constexpr OpInfo kColumnsInfo = {OpCode::kColumns, "columns", 10, kColumnsOperands, 2, kColumnsParams, 7, 0, false};

inline constexpr OperandInfo kChannelStatisticsOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"scores", OperandClass::kAct, Space::kBuffer, Access::kRead, true, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(2u, w[5]); }},
};
inline constexpr ParamInfo kChannelStatisticsParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kChannelStatisticsInfo = {OpCode::kChannelStatistics, "channel_statistics", 6, kChannelStatisticsOperands, 3, kChannelStatisticsParams, 2, 0, false};

inline constexpr OperandInfo kGateAddOperands[] = {
    {"d", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"gate", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[5]; }},
    {"x", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
};
inline constexpr ParamInfo kGateAddParams[] = {{"rows", false}, {"width", false}};
inline constexpr OpInfo kGateAddInfo = {OpCode::kGateAdd, "gate_add", 6, kGateAddOperands, 3, kGateAddParams, 2, 0, false};

inline constexpr OperandInfo kSelfAttentionOperands[] = {
    {"q", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], times(w[6], w[8])); }},
    {"k", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], times(w[7], w[8])); }},
    {"v", OperandClass::kAct, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], times(w[7], w[8])); }},
    {"y", OperandClass::kAct, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[5], times(w[6], w[8])); }},
};
inline constexpr ParamInfo kSelfAttentionParams[] = {{"tokens", false}, {"heads", false}, {"kv_heads", false}, {"head_dim", false}, {"scale", true}};
inline constexpr OpInfo kSelfAttentionInfo = {OpCode::kSelfAttention, "self_attention", 10, kSelfAttentionOperands, 4, kSelfAttentionParams, 5, 0, false};

inline constexpr OperandInfo kNearestCodeOperands[] = {
    {"x", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[5]); }},
    {"codebook", OperandClass::kF32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[6], w[5]); }},
    {"codes", OperandClass::kU32, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[4], w[7]); }},
};
inline constexpr ParamInfo kNearestCodeParams[] = {{"tokens", false}, {"dim", false}, {"size", false}, {"groups", false}, {"group", false}};
inline constexpr OpInfo kNearestCodeInfo = {OpCode::kNearestCode, "nearest_code", 9, kNearestCodeOperands, 3, kNearestCodeParams, 5, 0, false};

inline constexpr OperandInfo kVoiceEmbedOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"prompt", OperandClass::kU32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(3u, w[16]); }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[9]; }},
    {"voice", OperandClass::kF32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[11]; }},
    {"reference", OperandClass::kU32, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[17], w[14]); }},
    {"codec_table", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(w[12], w[11]); }},
    {"group_tables", OperandClass::kWeight, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[15], w[13]), w[11]); }},
    {"x", OperandClass::kAct, Space::kBuffer, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return times(times(w[9], w[10]), w[11]); }},
};
inline constexpr ParamInfo kVoiceEmbedParams[] = {{"lanes", false}, {"tokens", false}, {"width", false}, {"codec_rows", false}, {"group_rows", false}, {"groups", false}, {"groups_rest", false}, {"prompt_max", false}, {"reference_max", false}};
inline constexpr OpInfo kVoiceEmbedInfo = {OpCode::kVoiceEmbed, "voice_embed", 18, kVoiceEmbedOperands, 8, kVoiceEmbedParams, 9, 9, true};

inline constexpr OperandInfo kReferenceBeginOperands[] = {
    {"row", OperandClass::kRowState, Space::kRow, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[3]; }},
};
inline constexpr ParamInfo kReferenceBeginParams[] = {{"lanes", false}, {"frames", false}};
inline constexpr OpInfo kReferenceBeginInfo = {OpCode::kReferenceBegin, "reference_begin", 5, kReferenceBeginOperands, 2, kReferenceBeginParams, 2, 3, true};

inline constexpr OperandInfo kReferenceAdvanceOperands[] = {
    {"valid", OperandClass::kU32, Space::kBuffer, Access::kRead, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return w[3]; }},
    {"row", OperandClass::kRowState, Space::kRow, Access::kReadWrite, false, -1,
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return 1u; }},
};
inline constexpr ParamInfo kReferenceAdvanceParams[] = {{"lanes", false}};
inline constexpr OpInfo kReferenceAdvanceInfo = {OpCode::kReferenceAdvance, "reference_advance", 4, kReferenceAdvanceOperands, 2, kReferenceAdvanceParams, 1, 3, true};

}  // namespace size_detail

/// The op of a code, or nullptr.
inline const OpInfo* find_op(std::uint32_t code) {
  using namespace size_detail;
  switch (code) {
    case 1:
      return &kMatmulInfo;
    case 2:
      return &kMatmulResidualInfo;
    case 3:
      return &kNormMatmulInfo;
    case 4:
      return &kNormSwigluMatmulInfo;
    case 10:
      return &kRmsNormInfo;
    case 11:
      return &kAddRmsNormInfo;
    case 12:
      return &kResidualAddInfo;
    case 13:
      return &kLayerNormInfo;
    case 14:
      return &kSiluInfo;
    case 15:
      return &kMulInfo;
    case 16:
      return &kSiluMulInfo;
    case 17:
      return &kGeluInfo;
    case 18:
      return &kLayerScaleAddInfo;
    case 19:
      return &kSnakeInfo;
    case 30:
      return &kRopeCosineInfo;
    case 31:
      return &kRopeRotateAddInfo;
    case 32:
      return &kRopeQkInfo;
    case 33:
      return &kKvAppendInfo;
    case 34:
      return &kQkNormRopeAppendInfo;
    case 35:
      return &kAttentionScoresInfo;
    case 36:
      return &kAttentionSoftmaxInfo;
    case 37:
      return &kAttentionValuesInfo;
    case 38:
      return &kAttentionInfo;
    case 39:
      return &kQkvAttentionInfo;
    case 50:
      return &kVocodeBeginInfo;
    case 51:
      return &kCodebookSumInfo;
    case 52:
      return &kCausalConv1dInfo;
    case 53:
      return &kDepthwiseConv1dInfo;
    case 54:
      return &kTransposedConv1dInfo;
    case 55:
      return &kPublishPcmInfo;
    case 70:
      return &kPrefillBeginInfo;
    case 71:
      return &kPromptTextInfo;
    case 72:
      return &kPromptEmbedInfo;
    case 73:
      return &kAdvanceInfo;
    case 74:
      return &kFrameBeginInfo;
    case 75:
      return &kHiddenLoadInfo;
    case 76:
      return &kCodeEmbedInfo;
    case 77:
      return &kTextRowInfo;
    case 78:
      return &kFrameEmbedInfo;
    case 79:
      return &kPickInfo;
    case 80:
      return &kPublishCodesInfo;
    case 81:
      return &kExportLogitsInfo;
    case 100:
      return &kConv1dInfo;
    case 101:
      return &kActivationInfo;
    case 102:
      return &kLogMelInfo;
    case 103:
      return &kColumnsInfo;
    case 104:
      return &kChannelStatisticsInfo;
    case 105:
      return &kGateAddInfo;
    case 106:
      return &kSelfAttentionInfo;
    case 107:
      return &kNearestCodeInfo;
    case 110:
      return &kVoiceEmbedInfo;
    case 111:
      return &kReferenceBeginInfo;
    case 112:
      return &kReferenceAdvanceInfo;
    default:
      return nullptr;
  }
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, matmul::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.w = from.tensor_in(words[2]);
  a.bias = from.tensor_in(words[3]);
  a.y = from.tensor(words[4]);
  a.rows = words[5];
  a.inputs = words[6];
  a.outputs = words[7];
  a.x_stride = words[8];
  a.x_offset = words[9];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, matmul_residual::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.w = from.tensor_in(words[2]);
  a.bias = from.tensor_in(words[3]);
  a.y = from.tensor(words[4]);
  a.rows = words[5];
  a.inputs = words[6];
  a.outputs = words[7];
  a.x_stride = words[8];
  a.x_offset = words[9];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, norm_matmul::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.gain = from.tensor_in(words[2]);
  a.w = from.tensor_in(words[3]);
  a.y = from.tensor(words[4]);
  a.rows = words[5];
  a.inputs = words[6];
  a.outputs = words[7];
  a.eps = std::bit_cast<float>(words[8]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, norm_swiglu_matmul::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.gain = from.tensor_in(words[2]);
  a.w = from.tensor_in(words[3]);
  a.y = from.tensor(words[4]);
  a.rows = words[5];
  a.inputs = words[6];
  a.outputs = words[7];
  a.eps = std::bit_cast<float>(words[8]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, rms_norm::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.gain = from.tensor_in(words[2]);
  a.y = from.tensor(words[3]);
  a.rows = words[4];
  a.width = words[5];
  a.eps = std::bit_cast<float>(words[6]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, add_rms_norm::Args& a) {
  a.d = from.tensor_in(words[1]);
  a.gain = from.tensor_in(words[2]);
  a.x = from.tensor(words[3]);
  a.y = from.tensor(words[4]);
  a.rows = words[5];
  a.width = words[6];
  a.eps = std::bit_cast<float>(words[7]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, residual_add::Args& a) {
  a.d = from.tensor_in(words[1]);
  a.x = from.tensor(words[2]);
  a.rows = words[3];
  a.width = words[4];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, layer_norm::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.gain = from.tensor_in(words[2]);
  a.bias = from.tensor_in(words[3]);
  a.y = from.tensor(words[4]);
  a.rows = words[5];
  a.width = words[6];
  a.eps = std::bit_cast<float>(words[7]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, silu::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.y = from.tensor(words[2]);
  a.rows = words[3];
  a.width = words[4];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, mul::Args& a) {
  a.a = from.tensor_in(words[1]);
  a.b = from.tensor_in(words[2]);
  a.y = from.tensor(words[3]);
  a.rows = words[4];
  a.width = words[5];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, silu_mul::Args& a) {
  a.gate = from.tensor_in(words[1]);
  a.up = from.tensor_in(words[2]);
  a.y = from.tensor(words[3]);
  a.rows = words[4];
  a.width = words[5];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, gelu::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.y = from.tensor(words[2]);
  a.rows = words[3];
  a.width = words[4];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, layer_scale_add::Args& a) {
  a.d = from.tensor_in(words[1]);
  a.scale = from.tensor_in(words[2]);
  a.x = from.tensor(words[3]);
  a.rows = words[4];
  a.width = words[5];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, snake::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.frequency = from.f32_in(words[2]);
  a.magnitude = from.f32_in(words[3]);
  a.y = from.tensor(words[4]);
  a.rows = words[5];
  a.width = words[6];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, rope_cosine::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.frequencies = from.f32_in(words[2]);
  a.row = from.row_state_in(words[3]);
  a.y = from.tensor(words[4]);
  a.lanes = words[5];
  a.tokens = words[6];
  a.heads = words[7];
  a.head_dim = words[8];
  a.position_source = words[9];
  a.position_offset = words[10];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, rope_rotate_add::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.frequencies = from.f32_in(words[2]);
  a.row = from.row_state_in(words[3]);
  a.y = from.tensor(words[4]);
  a.lanes = words[5];
  a.tokens = words[6];
  a.heads = words[7];
  a.head_dim = words[8];
  a.position_source = words[9];
  a.position_offset = words[10];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, rope_qk::Args& a) {
  a.frequencies = from.f32_in(words[1]);
  a.row = from.row_state_in(words[2]);
  a.q = from.tensor(words[3]);
  a.k = from.tensor(words[4]);
  a.lanes = words[5];
  a.tokens = words[6];
  a.heads = words[7];
  a.kv_heads = words[8];
  a.head_dim = words[9];
  a.position_source = words[10];
  a.position_offset = words[11];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, kv_append::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.row = from.row_state_in(words[2]);
  a.page_table = from.row_u32_in(words[3]);
  a.valid = from.u32_in(words[4]);
  a.cache = from.tensor(words[5]);
  a.lane_rows = from.lane_rows();
  a.lanes = words[6];
  a.tokens = words[7];
  a.kv_heads = words[8];
  a.head_dim = words[9];
  a.pages = words[10];
  a.page_positions = words[11];
  a.pages_max = words[12];
  a.position_source = words[13];
  a.position_offset = words[14];
  a.rate = words[15];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, qk_norm_rope_append::Args& a) {
  a.q_gain = from.tensor_in(words[1]);
  a.k_gain = from.tensor_in(words[2]);
  a.frequencies = from.f32_in(words[3]);
  a.row = from.row_state_in(words[4]);
  a.page_table = from.row_u32_in(words[5]);
  a.valid = from.u32_in(words[6]);
  a.qkv = from.tensor(words[7]);
  a.k_cache = from.tensor(words[8]);
  a.v_cache = from.tensor(words[9]);
  a.lane_rows = from.lane_rows();
  a.lanes = words[10];
  a.tokens = words[11];
  a.heads = words[12];
  a.kv_heads = words[13];
  a.head_dim = words[14];
  a.pages = words[15];
  a.page_positions = words[16];
  a.pages_max = words[17];
  a.position_source = words[18];
  a.position_offset = words[19];
  a.rate = words[20];
  a.eps = std::bit_cast<float>(words[21]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, attention_scores::Args& a) {
  a.q = from.tensor_in(words[1]);
  a.k_cache = from.tensor_in(words[2]);
  a.row = from.row_state_in(words[3]);
  a.page_table = from.row_u32_in(words[4]);
  a.valid = from.u32_in(words[5]);
  a.scores = from.f32(words[6]);
  a.lane_rows = from.lane_rows();
  a.lanes = words[7];
  a.tokens = words[8];
  a.heads = words[9];
  a.kv_heads = words[10];
  a.head_dim = words[11];
  a.pages = words[12];
  a.page_positions = words[13];
  a.pages_max = words[14];
  a.position_source = words[15];
  a.position_offset = words[16];
  a.rate = words[17];
  a.window = words[18];
  a.context_max = words[19];
  a.scale = std::bit_cast<float>(words[20]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, attention_softmax::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.valid = from.u32_in(words[2]);
  a.scores = from.f32(words[3]);
  a.lanes = words[4];
  a.tokens = words[5];
  a.heads = words[6];
  a.position_source = words[7];
  a.position_offset = words[8];
  a.rate = words[9];
  a.window = words[10];
  a.context_max = words[11];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, attention_values::Args& a) {
  a.scores = from.f32_in(words[1]);
  a.v_cache = from.tensor_in(words[2]);
  a.row = from.row_state_in(words[3]);
  a.page_table = from.row_u32_in(words[4]);
  a.valid = from.u32_in(words[5]);
  a.y = from.tensor(words[6]);
  a.lane_rows = from.lane_rows();
  a.lanes = words[7];
  a.tokens = words[8];
  a.heads = words[9];
  a.kv_heads = words[10];
  a.head_dim = words[11];
  a.pages = words[12];
  a.page_positions = words[13];
  a.pages_max = words[14];
  a.position_source = words[15];
  a.position_offset = words[16];
  a.rate = words[17];
  a.window = words[18];
  a.context_max = words[19];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, attention::Args& a) {
  a.q = from.tensor_in(words[1]);
  a.k_cache = from.tensor_in(words[2]);
  a.v_cache = from.tensor_in(words[3]);
  a.row = from.row_state_in(words[4]);
  a.page_table = from.row_u32_in(words[5]);
  a.valid = from.u32_in(words[6]);
  a.y = from.tensor(words[7]);
  a.lane_rows = from.lane_rows();
  a.lanes = words[8];
  a.tokens = words[9];
  a.heads = words[10];
  a.kv_heads = words[11];
  a.head_dim = words[12];
  a.pages = words[13];
  a.page_positions = words[14];
  a.pages_max = words[15];
  a.position_source = words[16];
  a.position_offset = words[17];
  a.rate = words[18];
  a.window = words[19];
  a.scale = std::bit_cast<float>(words[20]);
  a.q_stride = words[21];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, qkv_attention::Args& a) {
  a.q_gain = from.tensor_in(words[1]);
  a.k_gain = from.tensor_in(words[2]);
  a.frequencies = from.f32_in(words[3]);
  a.row = from.row_state_in(words[4]);
  a.page_table = from.row_u32_in(words[5]);
  a.valid = from.u32_in(words[6]);
  a.qkv = from.tensor_in(words[7]);
  a.k_cache = from.tensor(words[8]);
  a.v_cache = from.tensor(words[9]);
  a.y = from.tensor(words[10]);
  a.lane_rows = from.lane_rows();
  a.lanes = words[11];
  a.tokens = words[12];
  a.heads = words[13];
  a.kv_heads = words[14];
  a.head_dim = words[15];
  a.pages = words[16];
  a.page_positions = words[17];
  a.pages_max = words[18];
  a.position_source = words[19];
  a.position_offset = words[20];
  a.rate = words[21];
  a.window = words[22];
  a.eps = std::bit_cast<float>(words[23]);
  a.scale = std::bit_cast<float>(words[24]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, vocode_begin::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.valid = from.u32(words[2]);
  a.lanes = words[3];
  a.frames = words[4];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, codebook_sum::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.codes = from.row_u32_in(words[2]);
  a.valid = from.u32_in(words[3]);
  a.codebooks = from.f32_in(words[4]);
  a.semantic = from.tensor(words[5]);
  a.acoustic = from.tensor(words[6]);
  a.lanes = words[7];
  a.frames = words[8];
  a.groups = words[9];
  a.semantic_groups = words[10];
  a.size = words[11];
  a.dim = words[12];
  a.frames_max = words[13];
  a.of_reference = words[14];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, causal_conv1d::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.w = from.tensor_in(words[2]);
  a.bias = from.tensor_in(words[3]);
  a.valid = from.u32_in(words[4]);
  a.history = from.row_tensor(words[5]);
  a.y = from.tensor(words[6]);
  a.lanes = words[7];
  a.tokens = words[8];
  a.inputs = words[9];
  a.outputs = words[10];
  a.taps = words[11];
  a.dilation = words[12];
  a.history_tokens = words[13];
  a.rate = words[14];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, depthwise_conv1d::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.w = from.tensor_in(words[2]);
  a.bias = from.tensor_in(words[3]);
  a.valid = from.u32_in(words[4]);
  a.history = from.row_tensor(words[5]);
  a.y = from.tensor(words[6]);
  a.lanes = words[7];
  a.tokens = words[8];
  a.width = words[9];
  a.taps = words[10];
  a.history_tokens = words[11];
  a.rate = words[12];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, transposed_conv1d::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.w = from.tensor_in(words[2]);
  a.bias = from.tensor_in(words[3]);
  a.valid = from.u32_in(words[4]);
  a.history = from.row_tensor(words[5]);
  a.y = from.tensor(words[6]);
  a.lanes = words[7];
  a.tokens = words[8];
  a.inputs = words[9];
  a.outputs = words[10];
  a.stride = words[11];
  a.spans = words[12];
  a.rate = words[13];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, publish_pcm::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.valid = from.u32_in(words[2]);
  a.row = from.row_state(words[3]);
  a.pcm = from.row_f32(words[4]);
  a.lanes = words[5];
  a.frames = words[6];
  a.frame_samples = words[7];
  a.frames_max = words[8];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, prefill_begin::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.valid = from.u32(words[2]);
  a.lanes = words[3];
  a.tokens = words[4];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, prompt_text::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.prompt = from.row_u32_in(words[2]);
  a.valid = from.u32_in(words[3]);
  a.table = from.tensor_in(words[4]);
  a.y = from.tensor(words[5]);
  a.lanes = words[6];
  a.tokens = words[7];
  a.width = words[8];
  a.table_rows = words[9];
  a.prompt_max = words[10];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, prompt_embed::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.prompt = from.row_u32_in(words[2]);
  a.valid = from.u32_in(words[3]);
  a.text = from.tensor_in(words[4]);
  a.table = from.tensor_in(words[5]);
  a.y = from.tensor(words[6]);
  a.lanes = words[7];
  a.tokens = words[8];
  a.width = words[9];
  a.table_rows = words[10];
  a.prompt_max = words[11];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, advance::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.valid = from.u32_in(words[2]);
  a.row = from.row_state(words[3]);
  a.hidden = from.row_tensor(words[4]);
  a.lanes = words[5];
  a.tokens = words[6];
  a.width = words[7];
  a.prefill = words[8];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, frame_begin::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.valid = from.u32(words[2]);
  a.lanes = words[3];
  a.forced = words[4];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, hidden_load::Args& a) {
  a.hidden = from.row_tensor_in(words[1]);
  a.y = from.tensor(words[2]);
  a.lanes = words[3];
  a.tokens = words[4];
  a.token = words[5];
  a.width = words[6];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, code_embed::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.codes = from.row_u32_in(words[2]);
  a.valid = from.u32_in(words[3]);
  a.table = from.tensor_in(words[4]);
  a.y = from.tensor(words[5]);
  a.lanes = words[6];
  a.tokens = words[7];
  a.token = words[8];
  a.width = words[9];
  a.table_rows = words[10];
  a.first_row = words[11];
  a.group = words[12];
  a.groups = words[13];
  a.frames_max = words[14];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, text_row::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.text_ids = from.row_u32_in(words[2]);
  a.table = from.tensor_in(words[3]);
  a.y = from.tensor(words[4]);
  a.lanes = words[5];
  a.width = words[6];
  a.table_rows = words[7];
  a.text_max = words[8];
  a.pad_id = words[9];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, frame_embed::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.codes = from.row_u32_in(words[2]);
  a.valid = from.u32_in(words[3]);
  a.codec_table = from.tensor_in(words[4]);
  a.group_tables = from.tensor_in(words[5]);
  a.text = from.tensor_in(words[6]);
  a.y = from.tensor(words[7]);
  a.lanes = words[8];
  a.width = words[9];
  a.codec_rows = words[10];
  a.group_rows = words[11];
  a.groups = words[12];
  a.groups_rest = words[13];
  a.frames_max = words[14];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, pick::Args& a) {
  a.logits = from.f32_in(words[1]);
  a.valid = from.u32(words[2]);
  a.row = from.row_state(words[3]);
  a.codes = from.row_u32(words[4]);
  a.seen = from.row_u32(words[5]);
  a.scratch = from.u32(words[6]);
  a.lanes = words[7];
  a.vocab = words[8];
  a.group = words[9];
  a.groups = words[10];
  a.frames_max = words[11];
  a.seen_words = words[12];
  a.audio_codes = words[13];
  a.end_id = words[14];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, publish_codes::Args& a) {
  a.valid = from.u32_in(words[1]);
  a.row = from.row_state(words[2]);
  a.lanes = words[3];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, export_logits::Args& a) {
  a.logits = from.f32_in(words[1]);
  a.exported = from.row_f32(words[2]);
  a.lanes = words[3];
  a.vocab = words[4];
  a.logits_max = words[5];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, conv1d::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.w = from.tensor_in(words[2]);
  a.bias = from.tensor_in(words[3]);
  a.y = from.tensor(words[4]);
  a.tokens = words[5];
  a.inputs = words[6];
  a.steps = words[7];
  a.outputs = words[8];
  a.taps = words[9];
  a.stride = words[10];
  a.dilation = words[11];
  a.pad_left = words[12];
  a.padding = words[13];
  a.before = words[14];
  a.after = words[15];
  a.adds = words[16];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, activation::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.y = from.tensor(words[2]);
  a.rows = words[3];
  a.width = words[4];
  a.kind = words[5];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, log_mel::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.filters = from.f32_in(words[2]);
  a.y = from.tensor(words[3]);
  a.frames = words[4];
  a.bins = words[5];
  a.bands = words[6];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, columns::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.y = from.tensor(words[2]);
  a.rows = words[3];
  a.width = words[4];
  a.x_rows = words[5];
  a.x_stride = words[6];
  a.x_at = words[7];
  a.y_stride = words[8];
  a.y_at = words[9];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, channel_statistics::Args& a) {
  a.x = from.tensor_in(words[1]);
  a.scores = from.tensor_in(words[2]);
  a.y = from.tensor(words[3]);
  a.rows = words[4];
  a.width = words[5];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, gate_add::Args& a) {
  a.d = from.tensor_in(words[1]);
  a.gate = from.tensor_in(words[2]);
  a.x = from.tensor(words[3]);
  a.rows = words[4];
  a.width = words[5];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, self_attention::Args& a) {
  a.q = from.tensor_in(words[1]);
  a.k = from.tensor_in(words[2]);
  a.v = from.tensor_in(words[3]);
  a.y = from.tensor(words[4]);
  a.tokens = words[5];
  a.heads = words[6];
  a.kv_heads = words[7];
  a.head_dim = words[8];
  a.scale = std::bit_cast<float>(words[9]);
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, nearest_code::Args& a) {
  a.x = from.tensor(words[1]);
  a.codebook = from.f32_in(words[2]);
  a.codes = from.u32(words[3]);
  a.tokens = words[4];
  a.dim = words[5];
  a.size = words[6];
  a.groups = words[7];
  a.group = words[8];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, voice_embed::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.prompt = from.row_u32_in(words[2]);
  a.valid = from.u32_in(words[3]);
  a.voice = from.row_f32_in(words[4]);
  a.reference = from.row_u32_in(words[5]);
  a.codec_table = from.tensor_in(words[6]);
  a.group_tables = from.tensor_in(words[7]);
  a.x = from.tensor(words[8]);
  a.lanes = words[9];
  a.tokens = words[10];
  a.width = words[11];
  a.codec_rows = words[12];
  a.group_rows = words[13];
  a.groups = words[14];
  a.groups_rest = words[15];
  a.prompt_max = words[16];
  a.reference_max = words[17];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, reference_begin::Args& a) {
  a.row = from.row_state_in(words[1]);
  a.valid = from.u32(words[2]);
  a.lanes = words[3];
  a.frames = words[4];
}

template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, reference_advance::Args& a) {
  a.valid = from.u32_in(words[1]);
  a.row = from.row_state(words[2]);
  a.lanes = words[3];
}

}  // namespace voxfuse
// clang-format on
