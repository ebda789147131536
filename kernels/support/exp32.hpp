#pragma once

#include <bit>
#include <cstdint>

#include "kernels/support/host_device.hpp"

namespace voxfuse {

namespace exp32_detail {
inline constexpr float kSmallest = -87.0f;          // exp(-87) is a normal number still
inline constexpr float kLog2e = 1.44269504f;        // 0x3fb8aa3b
inline constexpr float kToInteger = 12582912.0f;    // 1.5 * 2^23: adding it rounds to an integer
inline constexpr float kLn2High = 0.693359375f;     // 355 / 512: its products with n are exact
inline constexpr float kLn2Low = -0.000212194442f;  // ln 2 - kLn2High: 0xb95e8083
static_assert(std::bit_cast<std::uint32_t>(kLog2e) == 0x3fb8aa3bu);
static_assert(std::bit_cast<std::uint32_t>(kLn2Low) == 0xb95e8083u);

// A product and a sum that are each rounded by themselves. Host code is compiled with contraction
// off; device code would fuse the two, which these intrinsics forbid.
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline float rounded_product(float a, float b) {
#ifdef __CUDA_ARCH__
  return __fmul_rn(a, b);
#else
  return a * b;
#endif
}
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline float rounded_sum(float a, float b) {
#ifdef __CUDA_ARCH__
  return __fadd_rn(a, b);
#else
  return a + b;
#endif
}
}  // namespace exp32_detail

/// exp(x) for x <= 0, of the same bits wherever f32 is IEEE: picking rests on it.
///
/// x = n ln 2 + r with n the nearest integer to x * kLog2e; r by two subtractions; the Taylor
/// series to r^7 by Horner; 2^n by its exponent field. Every multiplication and every addition is
/// rounded to nearest by itself: never fused, never reordered, never flushed to zero.
///
/// Limits   x <= 0; below -87 (-inf as well) the result is 0. A NaN gives 0. Within 2 ulp of exp.
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline float exp32(float x) {
  namespace k = exp32_detail;
  // In here, since device code does not see arrays of a namespace.
  constexpr float kInverseFactorial[] = {1.0f,           1.0f,           0.5f,
                                         0.166666672f,   0.0416666679f,  0.00833333377f,
                                         0.00138888892f, 0.000198412701f};
  static_assert(std::bit_cast<std::uint32_t>(kInverseFactorial[3]) == 0x3e2aaaabu);
  static_assert(std::bit_cast<std::uint32_t>(kInverseFactorial[4]) == 0x3d2aaaabu);
  static_assert(std::bit_cast<std::uint32_t>(kInverseFactorial[5]) == 0x3c088889u);
  static_assert(std::bit_cast<std::uint32_t>(kInverseFactorial[6]) == 0x3ab60b61u);
  static_assert(std::bit_cast<std::uint32_t>(kInverseFactorial[7]) == 0x39500d01u);
  if (!(x >= k::kSmallest)) return 0.0f;
  const float n = k::rounded_sum(k::rounded_sum(k::rounded_product(x, k::kLog2e), k::kToInteger),
                                 -k::kToInteger);
  float r = k::rounded_sum(x, -k::rounded_product(n, k::kLn2High));
  r = k::rounded_sum(r, -k::rounded_product(n, k::kLn2Low));
  float sum = kInverseFactorial[7];
  sum = k::rounded_sum(k::rounded_product(sum, r), kInverseFactorial[6]);
  sum = k::rounded_sum(k::rounded_product(sum, r), kInverseFactorial[5]);
  sum = k::rounded_sum(k::rounded_product(sum, r), kInverseFactorial[4]);
  sum = k::rounded_sum(k::rounded_product(sum, r), kInverseFactorial[3]);
  sum = k::rounded_sum(k::rounded_product(sum, r), kInverseFactorial[2]);
  sum = k::rounded_sum(k::rounded_product(sum, r), kInverseFactorial[1]);
  sum = k::rounded_sum(k::rounded_product(sum, r), kInverseFactorial[0]);
  // n is -126 to 0 here, so 2^n is a normal number.
  const auto exponent = static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127);
  return k::rounded_product(sum, std::bit_cast<float>(exponent << 23));
}

}  // namespace voxfuse
