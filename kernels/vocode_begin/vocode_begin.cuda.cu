#include "kernels/support/cuda/launch.cuh"
#include "kernels/vocode_begin/vocode_begin.hpp"

namespace voxfuse::vocode_begin {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 32;

/// A thread for each lane.
__global__ void __launch_bounds__(kThreads) vocode_begin_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.x * kThreads + threadIdx.x;
  if (lane >= a.lanes) return;
  const RowState& row = *a.row.at(lane);
  const std::uint32_t waiting = row.codes_count > row.vocoded ? row.codes_count - row.vocoded : 0;
  a.valid[lane] = min(waiting, a.frames);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return launch(on, vocode_begin_kernel, blocks_for(a.lanes, kThreads), kThreads, 0, a);
}

}  // namespace voxfuse::vocode_begin
