#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::frame_begin {

/// valid[b] = 1 where the lane's row has a frame to run, else 0.
///
/// Live, that is: not done, prompt_done = prompt_count > 0, and the frame's text known (frame <
/// text_count, or the text is closed). Forced: the prompt in the cache as well, and frame <
/// codes_given; a row that is done is forced all the same, as a replay needs it.
///
/// Shapes   row: one a lane; valid: (lanes).
/// Limits   lanes >= 1; forced is 0 or 1.
/// Errors   kBadShape; nothing is written then.
struct Args {
  RowSpan<const RowState> row;
  std::uint32_t* valid = nullptr;
  std::uint32_t lanes = 0;
  std::uint32_t forced = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::frame_begin
