#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::qk_norm_rope_append {

/// q and k normalised by head and rotated, in place; k and v appended to the caches
///
/// Token t of a lane stands at position source + position_offset + t; the row gives the source, and
/// may be absent only when position_source is zero.
/// Shapes   qkv: (lanes, tokens, heads + 2 * kv_heads, head_dim), contiguous: q, then k, then v;
///          q_gain, k_gain: (head_dim); frequencies: (head_dim / 2).
/// Cache    (page, kv head, slot, head_dim). With a page table, position p lies in page
///          page_table[p / page_positions]; without one in page lane_rows[lane]. The slot is p mod
///          page_positions in both.
/// Valid    Tokens below valid[lane] * rate are valid; rate 0 makes all of them so. Norm and
///          rotation are done for every token.
/// Dtypes   qkv, caches: f32 or bf16 alike (cpu(): f32); gains: f32 or bf16 each.
/// Aliasing None overlap; no two lanes name one page.
/// Limits   All sizes >= 1; heads a multiple of kv_heads; head_dim even, at most 512.
/// Errors   kBadShape, kBadDtype; kBadPage when a position's page is not in the table or the cache,
///          kBadRow when the lanes lack what they need. Nothing is written then.
/// Bits     cpu() gives the same bits as in_turn().
/// Source   rms_norm of q and of k, rope_qk, kv_append of k and of v.
struct Args {
  ConstTensor q_gain = {};
  ConstTensor k_gain = {};
  const float* frequencies = nullptr;
  RowSpan<const RowState> row = {};
  RowSpan<const std::uint32_t> page_table = {};
  const std::uint32_t* valid = nullptr;
  Tensor qkv = {};
  Tensor k_cache = {};
  Tensor v_cache = {};
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
  float eps = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);
/// cpu() of the parts in turn, for comparison.
Status in_turn(const Args& args, ThreadPool& pool);

}  // namespace voxfuse::qk_norm_rope_append
