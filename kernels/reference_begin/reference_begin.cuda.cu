#include "kernels/reference_begin/reference_begin.hpp"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::reference_begin {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 32;

/// A thread for each lane.
__global__ void __launch_bounds__(kThreads) reference_begin_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.x * kThreads + threadIdx.x;
  if (lane >= a.lanes) return;
  const RowState& row = *a.row.at(lane);
  const std::uint32_t left =
      row.reference_count > row.reference_done ? row.reference_count - row.reference_done : 0;
  a.valid[lane] = min(left, a.frames);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return launch(on, reference_begin_kernel, blocks_for(a.lanes, kThreads), kThreads, 0, a);
}

}  // namespace voxfuse::reference_begin
