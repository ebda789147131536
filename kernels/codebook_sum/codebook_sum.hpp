#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::codebook_sum {

/// semantic[t] = sum of the semantic groups' codebook entries of frame vocoded + t, acoustic[t] =
/// sum of the other groups' entries; zeros for t >= valid. With of_reference = 1, codes are those
/// of the voice's recording, and its frame reference_done + t is taken.
///
/// Shapes   codes: (frames_max, groups) in the row; codebooks: (groups, size, dim); semantic,
///          acoustic: (lanes, frames, dim). All row-major, contiguous.
/// Dtypes   codebooks: f32; semantic, acoustic: f32 or bf16 alike (cpu: f32). Sums are f32, from
///          zero, in group order, in every twin: the result is exact to the bit.
/// Aliasing none.
/// Limits   lanes, frames, groups, size, dim, frames_max >= 1; semantic_groups <= groups;
///          of_reference <= 1; valid above frames counts as frames.
/// Errors   kBadShape, kBadDtype (cpu, cuda); kBadIndex when a code is not below size, or a frame
///          not below frames_max: the outputs are unspecified then.
/// Source   split residual vector quantiser of the codec decoder.
struct Args {
  RowSpan<const RowState> row;
  RowSpan<const std::uint32_t> codes;
  const std::uint32_t* valid = nullptr;
  const float* codebooks = nullptr;
  Tensor semantic;
  Tensor acoustic;
  std::uint32_t lanes = 0;
  std::uint32_t frames = 0;
  std::uint32_t groups = 0;
  std::uint32_t semantic_groups = 0;
  std::uint32_t size = 0;
  std::uint32_t dim = 0;
  std::uint32_t frames_max = 0;
  std::uint32_t of_reference = 0;

  /// Frame that t = 0 is.
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE std::size_t first_frame(std::uint32_t lane) const {
    return of_reference == 0 ? row.at(lane)->vocoded : row.at(lane)->reference_done;
  }
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same bits, over the pool's threads.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::codebook_sum
