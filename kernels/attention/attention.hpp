#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::attention {

/// y[h] = softmax(scale * q[h] · K) · V over the keys a query sees; zeros where not valid
///
/// Token t of a lane stands at position source + position_offset + t; the row gives the source, and
/// may be absent only when position_source is zero. A query at position p sees the keys max(0, p +
/// 1 - window) … p, all from 0 on when window is 0. Head h reads kv head h / (heads / kv_heads).
/// Shapes   q: (lanes, tokens, q_stride), of which the first heads * head_dim elements are the
///          query; y: (lanes, tokens, heads, head_dim).
/// Cache    (page, kv head, slot, head_dim). With a page table, position p lies in page
///          page_table[p / page_positions]; without one in page lane_rows[lane]. The slot is p mod
///          page_positions in both.
/// Valid    Tokens below valid[lane] * rate are valid; rate 0 makes all of them so.
/// Dtypes   q, caches, y: f32 or bf16 alike (cpu(): f32); scores and softmax f32.
/// Aliasing None overlap.
/// Limits   All sizes >= 1; heads a multiple of kv_heads; head_dim even, at most 512; q_stride >=
///          heads * head_dim. Without a page table, page_positions >= window + tokens - 1.
/// Errors   kBadShape, kBadDtype; kBadPage when a position's page is not in the table or the cache,
///          kBadRow when the lanes lack what they need. Nothing is written then.
/// Bits     cpu() gives the same bits as in_turn().
/// Source   attention_scores, attention_softmax, attention_values.
struct Args {
  ConstTensor q = {};
  ConstTensor k_cache = {};
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
  float scale = 0;
  std::uint32_t q_stride = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);
/// cpu() of the parts in turn, for comparison.
Status in_turn(const Args& args, ThreadPool& pool);

}  // namespace voxfuse::attention
