#include "kernels/mul/mul.hpp"
#include "kernels/support/cuda/elementwise.cuh"

namespace voxfuse::mul {

using namespace device;

namespace {

/// A thread for each eight elements.
template <class T>
__global__ void __launch_bounds__(kElementThreads)
    mul_kernel(const T* a, const T* b, T* y, Spread spread) {
  begin_kernel();
  each_element(spread, [](float left, float right) { return left * right; }, y, a, b);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const Spread spread = spread_of(std::size_t{a.rows} * a.width, {a.a.data, a.b.data, a.y.data});
  const std::uint32_t blocks = blocks_for(spread.items(), kElementThreads);
  return with_dtype(a.y.dtype, [&](auto act) {
    using T = decltype(act);
    return launch(on, mul_kernel<T>, blocks, kElementThreads, 0, elements<T>(a.a), elements<T>(a.b),
                  elements<T>(a.y), spread);
  });
}

}  // namespace voxfuse::mul
