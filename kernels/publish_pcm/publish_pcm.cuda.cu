#include "kernels/publish_pcm/publish_pcm.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/lanes.hpp"

namespace voxfuse::publish_pcm {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;

__device__ __forceinline__ float clamped(float sample) {
  if (sample != sample) return 0.0f;  // a NaN is silence
  if (sample < -1.0f) return -1.0f;
  return sample > 1.0f ? 1.0f : sample;
}

/// A thread for each sample, lanes along y. No thread needs `vocoded`, so the lane's first one may
/// advance it while others still copy.
template <class T>
__global__ void __launch_bounds__(kThreads) publish_pcm_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.y;
  const std::uint32_t valid = lane_tokens(a.valid, lane, 1, a.frames);
  const std::size_t i = std::size_t{blockIdx.x} * kThreads + threadIdx.x;
  if (i >= std::size_t{valid} * a.frame_samples) return;  // an idle lane's row is not even touched
  const T* x = static_cast<const T*>(a.x.data) + std::size_t{lane} * a.frames * a.frame_samples;
  a.pcm.at(lane)[i] = clamped(widen(x[i]));
  if (i == 0) a.row.at(lane)->vocoded += valid;
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const dim3 grid(blocks_for(std::size_t{a.frames} * a.frame_samples, kThreads), a.lanes);
  return with_dtype(a.x.dtype, [&](auto act) {
    return launch(on, publish_pcm_kernel<decltype(act)>, grid, kThreads, 0, a);
  });
}

}  // namespace voxfuse::publish_pcm
