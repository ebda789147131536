#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::publish_pcm {

/// pcm[0, valid * frame_samples) = x clamped to [-1, 1], then vocoded += valid, for each lane.
///
/// A NaN becomes 0, silence, so that no reader of PCM ever meets one. pcm beyond the valid frames
/// keeps what it held; valid = 0 changes nothing.
///
/// Shapes   x: (lanes, frames * frame_samples); pcm: (frames_max * frame_samples) in the row.
/// Dtypes   x: f32 or bf16 (cpu: f32); pcm: f32. Exact.
/// Limits   lanes, frames, frame_samples >= 1; frames <= frames_max; valid above frames counts as
///          frames.
/// Errors   kBadShape, kBadDtype (cpu); nothing is written then.
struct Args {
  ConstTensor x;
  const std::uint32_t* valid = nullptr;
  RowSpan<RowState> row;
  RowSpan<float> pcm;
  std::uint32_t lanes = 0;
  std::uint32_t frames = 0;
  std::uint32_t frame_samples = 0;
  std::uint32_t frames_max = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::publish_pcm
