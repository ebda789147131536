#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::advance {

/// Closes a talker step or a prompt chunk: hidden = x[valid - 1], position += valid, and in a
/// prefill program prompt_done += valid. Nothing where valid is 0.
///
/// Shapes   x: (lanes, tokens, width); hidden: (width) in the row.
/// Dtypes   x, hidden: one dtype, f32 or bf16. Exact.
/// Limits   lanes, tokens, width >= 1; prefill is 0 or 1; valid above tokens counts as tokens.
/// Errors   kBadShape, kBadDtype; nothing is written then.
struct Args {
  ConstTensor x;
  const std::uint32_t* valid = nullptr;
  RowSpan<RowState> row;
  RowTensor hidden;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t width = 0;
  std::uint32_t prefill = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::advance
