#include "kernels/frame_begin/frame_begin.hpp"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::frame_begin {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 32;

/// A thread for each lane.
__global__ void __launch_bounds__(kThreads) frame_begin_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.x * kThreads + threadIdx.x;
  if (lane >= a.lanes) return;
  const RowState& row = *a.row.at(lane);
  const bool prompt_known = row.prompt_count > 0 && row.prompt_done == row.prompt_count;
  const bool text_known = row.frame < row.text_count || row.text_closed != 0;
  const bool live = row.done == 0 && text_known;
  const bool given = row.frame < row.codes_given;
  a.valid[lane] = prompt_known && (a.forced != 0 ? given : live) ? 1 : 0;
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return launch(on, frame_begin_kernel, blocks_for(a.lanes, kThreads), kThreads, 0, a);
}

}  // namespace voxfuse::frame_begin
