#include "kernels/prefill_begin/prefill_begin.hpp"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::prefill_begin {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 32;

/// A thread for each lane.
__global__ void __launch_bounds__(kThreads) prefill_begin_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.x * kThreads + threadIdx.x;
  if (lane >= a.lanes) return;
  const RowState& row = *a.row.at(lane);
  const bool waits = row.done == 0 && row.prompt_count > row.prompt_done;
  a.valid[lane] = waits ? min(row.prompt_count - row.prompt_done, a.tokens) : 0;
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return launch(on, prefill_begin_kernel, blocks_for(a.lanes, kThreads), kThreads, 0, a);
}

}  // namespace voxfuse::prefill_begin
