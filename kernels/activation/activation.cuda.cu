#include "kernels/activation/activation.hpp"
#include "kernels/support/activate.hpp"
#include "kernels/support/cuda/elementwise.cuh"

namespace voxfuse::activation {

using namespace device;

namespace {

/// A thread for each eight elements.
template <class T>
__global__ void __launch_bounds__(kElementThreads)
    activation_kernel(const T* x, T* y, Spread spread, std::uint32_t kind) {
  begin_kernel();
  const auto apply = [kind](float value) { return activate(kind, value); };
  each_element(spread, apply, y, x);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const Spread spread = spread_of(std::size_t{a.rows} * a.width, {a.x.data, a.y.data});
  const std::uint32_t blocks = blocks_for(spread.items(), kElementThreads);
  return with_dtype(a.y.dtype, [&](auto act) {
    using T = decltype(act);
    return launch(on, activation_kernel<T>, blocks, kElementThreads, 0, elements<T>(a.x),
                  elements<T>(a.y), spread, a.kind);
  });
}

}  // namespace voxfuse::activation
