#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::export_logits {

/// exported[0, vocab) = the lane's logits: they leave the run for a host that picks by itself.
///
/// Shapes   logits: (lanes, vocab); exported: (logits_max) in the row, which keeps the rest.
/// Dtypes   f32. Exact.
/// Limits   lanes, vocab >= 1; vocab <= logits_max.
/// Errors   kBadShape; nothing is written then.
struct Args {
  const float* logits = nullptr;
  RowSpan<float> exported;
  std::uint32_t lanes = 0;
  std::uint32_t vocab = 0;
  std::uint32_t logits_max = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::export_logits
