#pragma once

// RMS norms of rows by themselves, with or without a residual added first. A row of at most 256
// elements is the work of a part of a warp, a longer one that of a block; a thread has a pack of it
// in registers, so that it is read once up to 8192 elements. How many threads share a row, and so
// the order of its sum, depends on its width alone. Only for `<op>.cuda.cu`.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kShortRowThreads = 128;
inline constexpr std::uint32_t kRowThreadsMax = 1024;

/// What is normalised. x and y carry no __restrict__: they may be one buffer.
template <class T, class Gain>
struct RmsRows {
  const T* x;
  const T* d;  ///< Added to x first; the sum goes to `sum`. nullptr: nothing is.
  T* sum;
  const Gain* gain;
  T* y;
  std::uint32_t rows;
  std::uint32_t width;
  float eps;
  bool whole;  ///< See in_packs().

  __device__ __forceinline__ Pack load_gain(std::uint32_t first) const {
    return load_pack(gain, first, width, whole);
  }
  /// A pack of a row, the residual added and stored.
  __device__ __forceinline__ Pack take(std::size_t row, std::uint32_t first) const {
    Pack pack = load_pack(x + row * width, first, width, whole);
    if (d == nullptr) return pack;
    const Pack term = load_pack(d + row * width, first, width, whole);
#pragma unroll
    for (std::uint32_t i = 0; i < kPack; ++i) {
      pack.at[i] = rounded<T>(pack.at[i] + term.at[i]);
    }
    store_pack(sum + row * width, first, width, whole, pack);
    return pack;
  }
  /// A pack that was taken before, as it is now.
  __device__ __forceinline__ Pack take_again(std::size_t row, std::uint32_t first) const {
    return load_pack((d == nullptr ? x : sum) + row * width, first, width, whole);
  }
  __device__ __forceinline__ float scale_of(float sum_of_squares) const {
    return 1.0f / sqrtf(sum_of_squares / static_cast<float>(width) + eps);
  }
  /// Rounded after the scale and after the gain.
  __device__ __forceinline__ void give(std::size_t row, std::uint32_t first, Pack pack,
                                       const Pack& gains, float scale) const {
#pragma unroll
    for (std::uint32_t i = 0; i < kPack; ++i) {
      pack.at[i] = rounded<T>(pack.at[i] * scale) * gains.at[i];
    }
    store_pack(y + row * width, first, width, whole, pack);
  }
};

/// The sum of a pack's squares: in four short chains, for speed and for small errors.
__device__ __forceinline__ float squares_of(const Pack& pack) {
  constexpr std::uint32_t kChains = 4;
  float sums[kChains];
#pragma unroll
  for (std::uint32_t i = 0; i < kChains; ++i) {
    const float square = pack.at[i] * pack.at[i];
    sums[i] = fmaf(pack.at[kChains + i], pack.at[kChains + i], square);
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}
static_assert(kPack == 8);

/// The sum over `team` neighbouring lanes, a power of two of them, in each.
__device__ __forceinline__ float team_sum(float x, std::uint32_t team) {
  for (std::uint32_t apart = team / 2; apart > 0; apart /= 2) {
    x += __shfl_xor_sync(kAllLanes, x, apart);
  }
  return x;
}

/// The sum over a block of whole warps. `room` holds a float for each.
__device__ __forceinline__ float block_sum_of_warps(float x, float* room) {
  const std::uint32_t lane = threadIdx.x % kWarp;
  x = warp_sum(x);
  if (lane == 0) room[threadIdx.x / kWarp] = x;
  __syncthreads();  // the warps' sums are in `room`
  return warp_sum(lane < blockDim.x / kWarp ? room[lane] : 0.0f);
}

/// Short rows: `team` lanes have one, several rows a block.
template <class T, class Gain>
__global__ void __launch_bounds__(kShortRowThreads)
    rms_short_rows_kernel(const RmsRows<T, Gain> a, std::uint32_t team) {
  const std::size_t row = std::size_t{blockIdx.x} * (kShortRowThreads / team) + threadIdx.x / team;
  const std::uint32_t first = threadIdx.x % team * kPack;
  const bool has_part = row < a.rows && first < a.width;
  Pack gains = {};
  if (has_part) gains = a.load_gain(first);  // a weight: no need to wait
  begin_kernel();
  Pack pack = {};
  if (has_part) pack = a.take(row, first);
  const float scale = a.scale_of(team_sum(squares_of(pack), team));
  if (has_part) a.give(row, first, pack, gains, scale);
}

/// A long row: a block has one.
template <class T, class Gain>
__global__ void __launch_bounds__(kRowThreadsMax) rms_long_row_kernel(const RmsRows<T, Gain> a) {
  __shared__ float room[kRowThreadsMax / kWarp];
  const std::size_t row = blockIdx.x;
  const std::uint32_t first = threadIdx.x * kPack;
  const std::uint32_t step = blockDim.x * kPack;
  Pack gains = {};
  if (first < a.width) gains = a.load_gain(first);  // a weight: no need to wait
  begin_kernel();
  Pack pack = {};
  if (first < a.width) pack = a.take(row, first);
  float sum = squares_of(pack);
  for (std::uint32_t i = first + step; i < a.width; i += step) {
    sum += squares_of(a.take(row, i));
  }
  const float scale = a.scale_of(block_sum_of_warps(sum, room));
  // A thread reads and writes only packs of its own, so that no second barrier is needed.
  if (first < a.width) a.give(row, first, pack, gains, scale);
  for (std::uint32_t i = first + step; i < a.width; i += step) {
    a.give(row, i, a.take_again(row, i), a.load_gain(i), scale);
  }
}

/// Enqueues the kernel that suits the width.
template <class T, class Gain>
Status launch_rms(CudaContext& on, const RmsRows<T, Gain>& a) {
  const std::uint32_t packs = blocks_for(a.width, kPack);
  if (packs <= kWarp) {
    const std::uint32_t team = std::bit_ceil(packs);
    return launch(on, rms_short_rows_kernel<T, Gain>, blocks_for(a.rows, kShortRowThreads / team),
                  kShortRowThreads, 0, a, team);
  }
  const std::uint32_t threads = std::min(blocks_for(packs, kWarp) * kWarp, kRowThreadsMax);
  return launch(on, rms_long_row_kernel<T, Gain>, a.rows, threads, 0, a);
}

}  // namespace voxfuse::device
