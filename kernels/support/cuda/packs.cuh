#pragma once

// Eight elements at a time, f32 in registers whatever they are in memory: what a thread loads,
// works on and stores at once. Eight of bf16 are one access of 16 bytes, eight of f32 two, so that
// tensors of both dtypes keep step. Only for `<op>.cuda.cu`.

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "kernels/support/cuda/elements.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kPack = 8;
inline constexpr std::size_t kAccess = 16;  ///< Bytes of the widest load.

struct Pack {
  float at[kPack];
};

/// Whether rows of `width` elements in these buffers can be read and written by whole packs: every
/// row begins where a 16-byte access may.
inline bool in_packs(std::size_t width, std::initializer_list<const void*> buffers) {
  for (const void* buffer : buffers) {
    // An address is asked for its alignment.
    if (reinterpret_cast<std::uintptr_t>(buffer) % kAccess != 0) return false;
  }
  return width % kPack == 0;
}

/// A pack that lies at a 16-byte boundary. The casts make one access of what is aligned for it.
__device__ __forceinline__ Pack load_pack(const float* from) {
  const float4* words = reinterpret_cast<const float4*>(from);  // as above
  const float4 a = words[0];
  const float4 b = words[1];
  return {{a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w}};
}
__device__ __forceinline__ Pack load_pack(const Bf16* from) {
  const uint4 pairs = *reinterpret_cast<const uint4*>(from);  // as above
  const std::uint32_t words[] = {pairs.x, pairs.y, pairs.z, pairs.w};
  Pack pack;
#pragma unroll
  for (std::uint32_t i = 0; i < kPack / 2; ++i) {
    pack.at[2 * i] = __uint_as_float(words[i] << 16);
    pack.at[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
  }
  return pack;
}

__device__ __forceinline__ void store_pack(float* to, const Pack& pack) {
  const float* x = pack.at;
  float4* words = reinterpret_cast<float4*>(to);  // as above
  words[0] = {x[0], x[1], x[2], x[3]};
  words[1] = {x[4], x[5], x[6], x[7]};
}
__device__ __forceinline__ void store_pack(Bf16* to, const Pack& pack) {
  std::uint32_t words[kPack / 2];
#pragma unroll
  for (std::uint32_t i = 0; i < kPack / 2; ++i) {
    const std::uint32_t low = __bfloat16_as_ushort(narrow<Bf16>(pack.at[2 * i]));
    const std::uint32_t high = __bfloat16_as_ushort(narrow<Bf16>(pack.at[2 * i + 1]));
    words[i] = low | high << 16;
  }
  *reinterpret_cast<uint4*>(to) = {words[0], words[1], words[2], words[3]};  // as above
}

inline constexpr std::uint32_t kQuad = 4;  ///< Half a pack.

/// Four neighbours from an address of their own alignment.
__device__ __forceinline__ float4 load_quad(const float* from) {
  return *reinterpret_cast<const float4*>(from);  // aligned, as said
}
__device__ __forceinline__ float4 load_quad(const Bf16* from) {
  const uint2 pairs = *reinterpret_cast<const uint2*>(from);  // as above
  return {__uint_as_float(pairs.x << 16), __uint_as_float(pairs.x & 0xffff0000u),
          __uint_as_float(pairs.y << 16), __uint_as_float(pairs.y & 0xffff0000u)};
}

/// The pack from element `first` of a row on, zeros beyond its end. `whole`: see in_packs().
template <class T>
__device__ __forceinline__ Pack load_pack(const T* row, std::uint32_t first, std::uint32_t width,
                                          bool whole) {
  if (whole) return load_pack(row + first);
  Pack pack;
#pragma unroll
  for (std::uint32_t i = 0; i < kPack; ++i) {
    pack.at[i] = i < width - first ? widen(row[first + i]) : 0.0f;
  }
  return pack;
}

/// Stores what of a pack lies within its row.
template <class T>
__device__ __forceinline__ void store_pack(T* row, std::uint32_t first, std::uint32_t width,
                                           bool whole, const Pack& pack) {
  if (whole) return store_pack(row + first, pack);
#pragma unroll
  for (std::uint32_t i = 0; i < kPack; ++i) {
    if (i < width - first) row[first + i] = narrow<T>(pack.at[i]);
  }
}

}  // namespace voxfuse::device
