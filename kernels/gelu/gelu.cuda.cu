#include "kernels/gelu/gelu.hpp"
#include "kernels/support/cuda/elementwise.cuh"

namespace voxfuse::gelu {

using namespace device;

namespace {

constexpr float kRootOfHalf = 0.707106769f;

/// A thread for each eight elements. 1 + erf(z) is formed as erfc(-z), which does not cancel where
/// x is negative.
template <class T>
__global__ void __launch_bounds__(kElementThreads) gelu_kernel(const T* x, T* y, Spread spread) {
  begin_kernel();
  const auto gated = [](float value) { return 0.5f * value * erfcf(value * -kRootOfHalf); };
  each_element(spread, gated, y, x);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const Spread spread = spread_of(std::size_t{a.rows} * a.width, {a.x.data, a.y.data});
  const std::uint32_t blocks = blocks_for(spread.items(), kElementThreads);
  return with_dtype(a.y.dtype, [&](auto act) {
    using T = decltype(act);
    return launch(on, gelu_kernel<T>, blocks, kElementThreads, 0, elements<T>(a.x),
                  elements<T>(a.y), spread);
  });
}

}  // namespace voxfuse::gelu
