#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::prefill_begin {

/// valid[b] = min(tokens, prompt_count - prompt_done) of the lane's row; 0 for a row that is done.
///
/// Shapes   row: one a lane; valid: (lanes).
/// Limits   lanes, tokens >= 1.
/// Errors   kBadShape; nothing is written then.
struct Args {
  RowSpan<const RowState> row;
  std::uint32_t* valid = nullptr;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::prefill_begin
