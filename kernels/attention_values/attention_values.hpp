#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::attention_values {

/// y[h] = Σ_j scores[h, j] * v[j], oldest key first; zeros where the token is not valid
///
/// Token t of a lane stands at position source + position_offset + t; the row gives the source, and
/// may be absent only when position_source is zero. Keys and heads pair up as in attention_scores.
/// Shapes   scores: (lanes, tokens, heads, context_max); y: (lanes, tokens, heads, head_dim).
/// Cache    (page, kv head, slot, head_dim). With a page table, position p lies in page
///          page_table[p / page_positions]; without one in page lane_rows[lane]. The slot is p mod
///          page_positions in both.
/// Valid    Tokens below valid[lane] * rate are valid; rate 0 makes all of them so.
/// Dtypes   v_cache, y: f32 or bf16 alike (cpu(): f32); scores: f32.
/// Order    One chain of fused multiply-adds over the keys for each element.
/// Aliasing None overlap.
/// Limits   As attention_scores.
/// Errors   kBadShape, kBadDtype; kBadPage when a position's page is not in the table or the cache,
///          kBadRow when the lanes lack what they need. Nothing is written then. kBadLimit when a
///          query has more keys than context_max.
struct Args {
  const float* scores = nullptr;
  ConstTensor v_cache = {};
  RowSpan<const RowState> row = {};
  RowSpan<const std::uint32_t> page_table = {};
  const std::uint32_t* valid = nullptr;
  Tensor y = {};
  const std::uint32_t* lane_rows = nullptr;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t heads = 0;
  std::uint32_t kv_heads = 0;
  std::uint32_t head_dim = 0;
  std::uint32_t pages = 0;
  std::uint32_t page_positions = 0;
  std::uint32_t pages_max = 0;
  std::uint32_t position_source = 0;
  std::uint32_t position_offset = 0;
  std::uint32_t rate = 0;
  std::uint32_t window = 0;
  std::uint32_t context_max = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::attention_values
