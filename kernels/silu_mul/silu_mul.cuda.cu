#include "kernels/silu_mul/silu_mul.hpp"
#include "kernels/support/cuda/elementwise.cuh"

namespace voxfuse::silu_mul {

using namespace device;

namespace {

/// A thread for each eight elements. What silu would store is rounded as it would be.
template <class T>
__global__ void __launch_bounds__(kElementThreads)
    silu_mul_kernel(const T* gate, const T* up, T* y, Spread spread) {
  begin_kernel();
  const auto gated = [](float gate_value, float up_value) {
    return rounded<T>(gate_value / (1.0f + expf(-gate_value))) * up_value;
  };
  each_element(spread, gated, y, gate, up);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const Spread spread =
      spread_of(std::size_t{a.rows} * a.width, {a.gate.data, a.up.data, a.y.data});
  const std::uint32_t blocks = blocks_for(spread.items(), kElementThreads);
  return with_dtype(a.y.dtype, [&](auto act) {
    using T = decltype(act);
    return launch(on, silu_mul_kernel<T>, blocks, kElementThreads, 0, elements<T>(a.gate),
                  elements<T>(a.up), elements<T>(a.y), spread);
  });
}

}  // namespace voxfuse::silu_mul
