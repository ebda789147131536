#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::publish_codes {

/// frame += 1, then codes_count = max(codes_count, frame), where valid is 1: frames that were
/// published before stay published while they are replayed.
///
/// Shapes   valid: (lanes); row: one a lane.
/// Limits   lanes >= 1.
/// Errors   kBadShape; nothing is written then.
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

}  // namespace voxfuse::publish_codes
