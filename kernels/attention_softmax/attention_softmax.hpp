#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::attention_softmax {

/// scores[h, :] = softmax over the keys the query has, in place
///
/// Token t of a lane stands at position source + position_offset + t; the row gives the source, and
/// may be absent only when position_source is zero. Keys are counted as in attention_scores.
/// Shapes   scores: (lanes, tokens, heads, context_max).
/// Valid    Tokens below valid[lane] * rate are valid; rate 0 makes all of them so.
/// Dtypes   f32.
/// Order    exp(s - max) is summed in 16 accumulators by key mod 16, joined as in matmul.
/// Limits   All sizes >= 1.
/// Errors   kBadShape; kBadLimit when a query has more keys than context_max. Nothing is written.
struct Args {
  RowSpan<const RowState> row = {};
  const std::uint32_t* valid = nullptr;
  float* scores = nullptr;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t heads = 0;
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

}  // namespace voxfuse::attention_softmax
