#include "kernels/log_mel/log_mel.hpp"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::log_mel {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 128;

/// A block for each frame: sizes into shared memory, then a warp for each band in turn.
__global__ void __launch_bounds__(kThreads) log_mel_kernel(const __grid_constant__ Args a) {
  extern __shared__ float sizes[];
  begin_kernel();
  const float* x = static_cast<const float*>(a.x.data) + std::size_t{blockIdx.x} * a.bins * 2;
  for (std::uint32_t bin = threadIdx.x; bin < a.bins; bin += kThreads) {
    const float re = x[2 * bin];
    const float im = x[2 * bin + 1];
    sizes[bin] = sqrtf(re * re + im * im + 1e-9f);
  }
  __syncthreads();  // the sizes are there
  float* y = static_cast<float*>(a.y.data) + std::size_t{blockIdx.x} * a.bands;
  for (std::uint32_t m = threadIdx.x / kWarp; m < a.bands; m += kThreads / kWarp) {
    float part = 0.0f;
    for (std::uint32_t bin = threadIdx.x % kWarp; bin < a.bins; bin += kWarp) {
      part = fmaf(a.filters[std::size_t{m} * a.bins + bin], sizes[bin], part);
    }
    const float sum = warp_sum(part);
    if (threadIdx.x % kWarp == 0) y[m] = logf(fmaxf(sum, 1e-5f));
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  return launch(on, log_mel_kernel, a.frames, kThreads, a.bins * sizeof(float), a);
}

}  // namespace voxfuse::log_mel
