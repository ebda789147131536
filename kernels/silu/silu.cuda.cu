#include "kernels/silu/silu.hpp"
#include "kernels/support/cuda/elementwise.cuh"

namespace voxfuse::silu {

using namespace device;

namespace {

/// A thread for each eight elements.
template <class T>
__global__ void __launch_bounds__(kElementThreads) silu_kernel(const T* x, T* y, Spread spread) {
  begin_kernel();
  each_element(spread, [](float value) { return value / (1.0f + expf(-value)); }, y, x);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const Spread spread = spread_of(std::size_t{a.rows} * a.width, {a.x.data, a.y.data});
  const std::uint32_t blocks = blocks_for(spread.items(), kElementThreads);
  return with_dtype(a.y.dtype, [&](auto act) {
    using T = decltype(act);
    return launch(on, silu_kernel<T>, blocks, kElementThreads, 0, elements<T>(a.x),
                  elements<T>(a.y), spread);
  });
}

}  // namespace voxfuse::silu
