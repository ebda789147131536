#include "kernels/publish_codes/publish_codes.hpp"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::publish_codes {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 32;

/// A thread for each lane.
__global__ void __launch_bounds__(kThreads) publish_codes_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.x * kThreads + threadIdx.x;
  if (lane >= a.lanes || a.valid[lane] == 0) return;
  RowState& row = *a.row.at(lane);
  row.frame += 1;
  row.codes_count = max(row.codes_count, row.frame);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return launch(on, publish_codes_kernel, blocks_for(a.lanes, kThreads), kThreads, 0, a);
}

}  // namespace voxfuse::publish_codes
