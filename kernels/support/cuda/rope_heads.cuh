#pragma once

// Rotary embedding of the heads of a token. A thread has a pack of a head's first half and the pack
// that goes with it of the second half; the angles of a position are reckoned once a block. Only
// for `<op>.cuda.cu`.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::device {

inline constexpr std::uint32_t kRopeThreads = 256;
static_assert(kRopeThreads >= kHeadDimMax / 2, "a thread for each angle of a position");

struct RopeAngles {
  float cosine[kHeadDimMax / 2];
  float sine[kHeadDimMax / 2];
};

/// Cosines and sines of the angles that a token turns by. `frequency` is that of this thread's
/// angle. Ends with a barrier.
template <class Args>
__device__ __forceinline__ void fill_angles(const Args& a, std::uint32_t lane, std::uint32_t token,
                                            float frequency, RopeAngles& angles) {
  if (threadIdx.x < a.head_dim / 2) {
    const auto position = static_cast<float>(first_position(a, lane) + token);
    sincosf(__fmul_rn(position, frequency), &angles.sine[threadIdx.x], &angles.cosine[threadIdx.x]);
  }
  __syncthreads();  // the angles are there for every thread
}

template <class Args>
__device__ __forceinline__ float own_frequency(const Args& a) {
  return threadIdx.x < a.head_dim / 2 ? a.frequencies[threadIdx.x] : 0.0f;
}

/// Which packs of a token are this thread's.
struct RopePlace {
  std::uint32_t head;
  std::uint32_t first;  ///< Element within the half.

  __device__ __forceinline__ RopePlace(std::uint32_t half) {
    const std::uint32_t packs = (half + kPack - 1) / kPack;
    const std::uint32_t item = blockIdx.y * kRopeThreads + threadIdx.x;
    head = item / packs;
    first = item % packs * kPack;
  }
};

/// The two packs of a place.
struct PackPair {
  Pack first;
  Pack second;
};

template <class T>
__device__ __forceinline__ PackPair load_pair(const T* head, std::uint32_t first,
                                              std::uint32_t half, bool whole) {
  return {load_pack(head, first, half, whole), load_pack(head + half, first, half, whole)};
}
template <class T>
__device__ __forceinline__ void store_pair(T* head, std::uint32_t first, std::uint32_t half,
                                           bool whole, const PackPair& pair) {
  store_pack(head, first, half, whole, pair.first);
  store_pack(head + half, first, half, whole, pair.second);
}

/// x * cosine.
template <class T>
__device__ __forceinline__ PackPair by_cosine(const PackPair& x, std::uint32_t first,
                                              const RopeAngles& angles) {
  PackPair y;
#pragma unroll
  for (std::uint32_t i = 0; i < kPack; ++i) {
    y.first.at[i] = rounded<T>(x.first.at[i] * angles.cosine[first + i]);
    y.second.at[i] = rounded<T>(x.second.at[i] * angles.cosine[first + i]);
  }
  return y;
}

/// y + (-second half, first half) * sine.
__device__ __forceinline__ PackPair add_rotated(const PackPair& y, const PackPair& x,
                                                std::uint32_t first, const RopeAngles& angles) {
  PackPair sum;
#pragma unroll
  for (std::uint32_t i = 0; i < kPack; ++i) {
    sum.first.at[i] = fmaf(-x.second.at[i], angles.sine[first + i], y.first.at[i]);
    sum.second.at[i] = fmaf(x.first.at[i], angles.sine[first + i], y.second.at[i]);
  }
  return sum;
}

/// A block for so many packs of each token of each lane.
inline dim3 rope_grid(std::uint32_t tokens_of_all, std::uint32_t heads, std::uint32_t head_dim) {
  const std::size_t packs = blocks_for(head_dim / 2, kPack);
  return {tokens_of_all, blocks_for(heads * packs, kRopeThreads), 1};
}

}  // namespace voxfuse::device
