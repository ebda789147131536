#pragma once

// Sums and maxima over a warp or a block, in one order whatever else runs. Only for `<op>.cuda.cu`.

#include <cuda_runtime.h>

#include <cstdint>

namespace voxfuse::device {

inline constexpr std::uint32_t kWarp = 32;
inline constexpr std::uint32_t kAllLanes = 0xffffffffu;

/// The sum over the lanes of a warp, in every lane.
__device__ __forceinline__ float warp_sum(float x) {
#pragma unroll
  for (std::uint32_t apart = kWarp / 2; apart > 0; apart /= 2) {
    x += __shfl_xor_sync(kAllLanes, x, apart);
  }
  return x;
}

__device__ __forceinline__ float warp_max(float x) {
#pragma unroll
  for (std::uint32_t apart = kWarp / 2; apart > 0; apart /= 2) {
    x = fmaxf(x, __shfl_xor_sync(kAllLanes, x, apart));
  }
  return x;
}

/// The sum over a block of kThreads, in every thread; warps are added in their order. `room` holds
/// kThreads / 32 floats and may be used again after the next barrier.
template <std::uint32_t kThreads>
__device__ __forceinline__ float block_sum(float x, float* room) {
  x = warp_sum(x);
  if (threadIdx.x % kWarp == 0) room[threadIdx.x / kWarp] = x;
  __syncthreads();  // the warps' sums are in `room`
  float sum = 0.0f;
#pragma unroll
  for (std::uint32_t warp = 0; warp < kThreads / kWarp; ++warp) sum += room[warp];
  return sum;
}

}  // namespace voxfuse::device
