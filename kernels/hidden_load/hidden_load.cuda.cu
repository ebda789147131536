#include "kernels/hidden_load/hidden_load.hpp"
#include "kernels/support/cuda/tensor_rows.cuh"

namespace voxfuse::hidden_load {

using namespace device;

namespace {

/// A block for each lane.
__global__ void __launch_bounds__(kTensorRowThreads)
    hidden_load_kernel(const __grid_constant__ Args a, bool whole) {
  const std::uint32_t lane = blockIdx.x;
  begin_kernel();
  const std::size_t at = (std::size_t{lane} * a.tokens + a.token) * a.width;
  copy_row({a.y, at, a.width, whole}, {a.hidden.at(lane), 0, a.width, whole});
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.hidden.base, a.y.data}) && a.hidden.stride % kAccess == 0;
  return launch(on, hidden_load_kernel, a.lanes, kTensorRowThreads, 0, a, whole);
}

}  // namespace voxfuse::hidden_load
