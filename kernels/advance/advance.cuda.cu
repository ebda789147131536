#include "kernels/advance/advance.hpp"
#include "kernels/support/cuda/tensor_rows.cuh"
#include "kernels/support/lanes.hpp"

namespace voxfuse::advance {

using namespace device;

namespace {

/// A block for each lane. The counters are one thread's, and nobody else looks at them.
__global__ void __launch_bounds__(kTensorRowThreads)
    advance_kernel(const __grid_constant__ Args a, bool whole) {
  const std::uint32_t lane = blockIdx.x;
  const Tensor hidden = a.hidden.at(lane);  // early: see tensor_rows.cuh
  RowState* const row = a.row.at(lane);
  begin_kernel();
  const std::uint32_t valid = lane_tokens(a.valid, lane, 1, a.tokens);
  if (valid == 0) return;
  const std::size_t last = (std::size_t{lane} * a.tokens + valid - 1) * a.width;
  copy_row({hidden, 0, a.width, whole}, {a.x, last, a.width, whole});
  if (threadIdx.x == 0) {
    row->position += valid;
    if (a.prefill != 0) row->prompt_done += valid;
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.x.data, a.hidden.base}) && a.hidden.stride % kAccess == 0;
  return launch(on, advance_kernel, a.lanes, kTensorRowThreads, 0, a, whole);
}

}  // namespace voxfuse::advance
