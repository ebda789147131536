#include "kernels/reference_advance/reference_advance.hpp"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::reference_advance {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 32;

/// A thread for each lane.
__global__ void __launch_bounds__(kThreads)
    reference_advance_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.x * kThreads + threadIdx.x;
  if (lane >= a.lanes || a.valid[lane] == 0) return;
  a.row.at(lane)->reference_done += a.valid[lane];
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return launch(on, reference_advance_kernel, blocks_for(a.lanes, kThreads), kThreads, 0, a);
}

}  // namespace voxfuse::reference_advance
