#include "kernels/columns/columns.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::columns {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;

/// A thread for each element.
template <class T>
__global__ void __launch_bounds__(kThreads) columns_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::size_t item = std::size_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::size_t row = item / a.width;
  const std::size_t i = item - row * a.width;
  if (row >= a.rows) return;
  const std::size_t from = (a.x_rows == 1 ? 0 : row) * a.x_stride + a.x_at + i;
  static_cast<T*>(a.y.data)[row * a.y_stride + a.y_at + i] = static_cast<const T*>(a.x.data)[from];
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const std::uint32_t blocks = blocks_for(std::size_t{a.rows} * a.width, kThreads);
  return with_dtype(a.y.dtype, [&](auto act) {
    return launch(on, columns_kernel<decltype(act)>, blocks, kThreads, 0, a);
  });
}

}  // namespace voxfuse::columns
