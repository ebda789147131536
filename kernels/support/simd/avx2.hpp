#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/support/simd/fold8.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

struct Part {
  __m256 v;
};
constexpr int kParts = 2;

/// Lanes 0 to 7, then 8 to 15.
struct F32x16 {
  __m256 low;
  __m256 high;
};
using Mask16 = F32x16;  // all bits of a lane, or none

VOXFUSE_SIMD __m256i integers(__m256 x) { return _mm256_castps_si256(x); }
VOXFUSE_SIMD __m256 floats(__m256i x) { return _mm256_castsi256_ps(x); }

VOXFUSE_SIMD F32x16 broadcast(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
VOXFUSE_SIMD F32x16 zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
VOXFUSE_SIMD F32x16 bits(std::uint32_t x) {
  const __m256 all = floats(_mm256_set1_epi32(static_cast<int>(x)));
  return {all, all};
}

VOXFUSE_SIMD __m256 load8(const float* p) { return _mm256_loadu_ps(p); }
VOXFUSE_SIMD __m256 load8(const std::uint16_t* p) {
  // The intrinsic's type asks for the cast; it reads bytes, at any alignment.
  const __m128i eight = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return floats(_mm256_slli_epi32(_mm256_cvtepu16_epi32(eight), 16));
}
VOXFUSE_SIMD __m256 load8(const std::int8_t* p) {
  // As above.
  const __m128i eight = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(eight));
}
template <class Element>
VOXFUSE_SIMD F32x16 load(const Element* p) {
  return {load8(p), load8(p + 8)};
}

/// All bits of the lanes below n.
VOXFUSE_SIMD __m256i first_lanes(std::size_t n) {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), index);
}
VOXFUSE_SIMD std::size_t beyond8(std::size_t n) { return n > 8 ? n - 8 : 0; }

VOXFUSE_SIMD F32x16 load_first(const float* p, std::size_t n) {
  return {_mm256_maskload_ps(p, first_lanes(n)),
          _mm256_maskload_ps(p + 8, first_lanes(beyond8(n)))};
}
VOXFUSE_SIMD F32x16 load_first(const std::uint16_t* p, std::size_t n) {
  std::uint16_t filled[16] = {};
  for (std::size_t i = 0; i < n; ++i) filled[i] = p[i];
  return load(filled);
}
VOXFUSE_SIMD F32x16 load_first(const std::int8_t* p, std::size_t n) {
  std::int8_t filled[16] = {};
  for (std::size_t i = 0; i < n; ++i) filled[i] = p[i];
  return load(filled);
}
VOXFUSE_SIMD void store(float* p, F32x16 x) {
  _mm256_storeu_ps(p, x.low);
  _mm256_storeu_ps(p + 8, x.high);
}
VOXFUSE_SIMD void store_first(float* p, F32x16 x, std::size_t n) {
  _mm256_maskstore_ps(p, first_lanes(n), x.low);
  _mm256_maskstore_ps(p + 8, first_lanes(beyond8(n)), x.high);
}

VOXFUSE_SIMD F32x16 operator+(F32x16 a, F32x16 b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
VOXFUSE_SIMD F32x16 operator-(F32x16 a, F32x16 b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
VOXFUSE_SIMD F32x16 operator*(F32x16 a, F32x16 b) {
  return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}
VOXFUSE_SIMD F32x16 operator/(F32x16 a, F32x16 b) {
  return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
}
VOXFUSE_SIMD F32x16 fma(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
VOXFUSE_SIMD Part fma(Part a, Part b, Part c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
VOXFUSE_SIMD F32x16 sqrt(F32x16 x) { return {_mm256_sqrt_ps(x.low), _mm256_sqrt_ps(x.high)}; }
VOXFUSE_SIMD F32x16 smaller(F32x16 a, F32x16 b) {
  return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
}
VOXFUSE_SIMD F32x16 larger(F32x16 a, F32x16 b) {
  return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
}
VOXFUSE_SIMD Mask16 less(F32x16 a, F32x16 b) {
  return {_mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ)};
}
VOXFUSE_SIMD F32x16 select(Mask16 mask, F32x16 yes, F32x16 no) {
  return {_mm256_blendv_ps(no.low, yes.low, mask.low),
          _mm256_blendv_ps(no.high, yes.high, mask.high)};
}

VOXFUSE_SIMD F32x16 and_bits(F32x16 a, F32x16 b) {
  return {_mm256_and_ps(a.low, b.low), _mm256_and_ps(a.high, b.high)};
}
VOXFUSE_SIMD F32x16 xor_bits(F32x16 a, F32x16 b) {
  return {_mm256_xor_ps(a.low, b.low), _mm256_xor_ps(a.high, b.high)};
}
VOXFUSE_SIMD F32x16 add_bits(F32x16 a, F32x16 b) {
  return {floats(_mm256_add_epi32(integers(a.low), integers(b.low))),
          floats(_mm256_add_epi32(integers(a.high), integers(b.high)))};
}
template <int kBits>
VOXFUSE_SIMD F32x16 shift_left(F32x16 a) {
  return {floats(_mm256_slli_epi32(integers(a.low), kBits)),
          floats(_mm256_slli_epi32(integers(a.high), kBits))};
}

VOXFUSE_SIMD float sum(F32x16 x) { return fold(_mm256_add_ps(x.low, x.high)); }
VOXFUSE_SIMD void sum8(const F32x16* x, float* out) {
  __m256 eight[8];
  for (int i = 0; i < 8; ++i) eight[i] = _mm256_add_ps(x[i].low, x[i].high);
  fold8(eight, out);
}

template <class Element>
VOXFUSE_SIMD Part load_part(const Element* p) {
  return {load8(p)};
}
VOXFUSE_SIMD Part part_of(F32x16 x, int part) { return {part == 0 ? x.low : x.high}; }
VOXFUSE_SIMD F32x16 whole_of(const Part* parts) { return {parts[0].v, parts[1].v}; }

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
