#include "kernels/gate_add/gate_add.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::gate_add {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;

/// A thread for each element.
template <class T>
__global__ void __launch_bounds__(kThreads) gate_add_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::size_t i = std::size_t{blockIdx.x} * kThreads + threadIdx.x;
  if (i >= std::size_t{a.rows} * a.width) return;
  T* x = static_cast<T*>(a.x.data);
  const float gate = widen(static_cast<const T*>(a.gate.data)[i % a.width]);
  const float d = widen(static_cast<const T*>(a.d.data)[i]);
  x[i] = narrow<T>(fmaf(1.0f / (1.0f + expf(-gate)), d, widen(x[i])));
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const std::uint32_t blocks = blocks_for(std::size_t{a.rows} * a.width, kThreads);
  return with_dtype(a.x.dtype, [&](auto act) {
    return launch(on, gate_add_kernel<decltype(act)>, blocks, kThreads, 0, a);
  });
}

}  // namespace voxfuse::gate_add
