#include "kernels/residual_add/residual_add.hpp"
#include "kernels/support/cuda/elementwise.cuh"

namespace voxfuse::residual_add {

using namespace device;

namespace {

/// A thread for each eight elements.
template <class T>
__global__ void __launch_bounds__(kElementThreads)
    residual_add_kernel(const T* d, T* x, Spread spread) {
  begin_kernel();
  each_element(spread, [](float sum, float term) { return sum + term; }, x, x, d);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const Spread spread = spread_of(std::size_t{a.rows} * a.width, {a.d.data, a.x.data});
  const std::uint32_t blocks = blocks_for(spread.items(), kElementThreads);
  return with_dtype(a.x.dtype, [&](auto act) {
    using T = decltype(act);
    return launch(on, residual_add_kernel<T>, blocks, kElementThreads, 0, elements<T>(a.d),
                  elements<T>(a.x), spread);
  });
}

}  // namespace voxfuse::residual_add
