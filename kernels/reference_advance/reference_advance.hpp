#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::reference_advance {

/// reference_done += valid of each lane's row: what the vocoder went through leaves its state and
/// no PCM. valid = 0 changes nothing.
///
/// Shapes   valid: (lanes); row: one a lane.
/// Limits   lanes >= 1.
/// Errors   kBadShape when a limit is broken; nothing is written then.
struct Args {
  const std::uint32_t* valid = nullptr;
  RowSpan<RowState> row;
  std::uint32_t lanes = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::reference_advance
