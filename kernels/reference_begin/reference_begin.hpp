#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::reference_begin {

/// valid[b] = min(frames, reference_count - reference_done) of the lane's row: the frames of its
/// voice's recording that the vocoder has yet to go through.
///
/// Shapes   row: one a lane; valid: (lanes).
/// Limits   lanes, frames >= 1. An idle lane's scratch row has no recording, so its valid is 0.
/// Errors   kBadShape when a limit is broken; nothing is written then.
struct Args {
  RowSpan<const RowState> row;
  std::uint32_t* valid = nullptr;
  std::uint32_t lanes = 0;
  std::uint32_t frames = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::reference_begin
