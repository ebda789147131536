#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::rope_qk {

/// q and k rotated in place by the angles of their positions
///
/// Token t of a lane stands at position source + position_offset + t; the row gives the source, and
/// may be absent only when position_source is zero.
/// Shapes   q: (lanes, tokens, heads, head_dim), k: (lanes, tokens, kv_heads, head_dim),
///          contiguous; frequencies: (head_dim / 2).
/// Dtypes   q, k: f32 or bf16 alike (cpu(): f32); the angle is the f32 product.
/// Aliasing None overlap.
/// Limits   All sizes >= 1; heads a multiple of kv_heads; head_dim even, at most 512.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Bits     cpu() gives the same bits as in_turn().
/// Source   rope_cosine and rope_rotate_add on q and on k.
struct Args {
  const float* frequencies = nullptr;
  RowSpan<const RowState> row = {};
  Tensor q = {};
  Tensor k = {};
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t heads = 0;
  std::uint32_t kv_heads = 0;
  std::uint32_t head_dim = 0;
  std::uint32_t position_source = 0;
  std::uint32_t position_offset = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);
/// cpu() of the parts in turn, for comparison.
Status in_turn(const Args& args, ThreadPool& pool);

}  // namespace voxfuse::rope_qk
