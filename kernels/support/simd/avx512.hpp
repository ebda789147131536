#pragma once

// GCC's own header for AVX-512 leaves a register undefined on purpose and warns of it where it is
// inlined. The same sources are compiled with this warning on for the other instruction sets.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/support/simd/fold8.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

struct F32x16 {
  __m512 v;
};
struct Mask16 {
  __mmask16 lanes;
};

constexpr int kParts = 1;
using Part = F32x16;

VOXFUSE_SIMD __m512i integers(F32x16 x) { return _mm512_castps_si512(x.v); }
VOXFUSE_SIMD F32x16 floats(__m512i x) { return {_mm512_castsi512_ps(x)}; }

VOXFUSE_SIMD F32x16 broadcast(float x) { return {_mm512_set1_ps(x)}; }
VOXFUSE_SIMD F32x16 zero() { return {_mm512_setzero_ps()}; }
VOXFUSE_SIMD F32x16 bits(std::uint32_t x) { return floats(_mm512_set1_epi32(static_cast<int>(x))); }

VOXFUSE_SIMD __mmask16 first_lanes(std::size_t n) { return static_cast<__mmask16>((1u << n) - 1u); }
VOXFUSE_SIMD F32x16 widen(__m256i sixteen) {
  return floats(_mm512_slli_epi32(_mm512_cvtepu16_epi32(sixteen), 16));
}
VOXFUSE_SIMD F32x16 load(const float* p) { return {_mm512_loadu_ps(p)}; }
VOXFUSE_SIMD F32x16 load(const std::uint16_t* p) {
  // The intrinsic's type asks for the cast; it reads bytes, at any alignment.
  return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
VOXFUSE_SIMD F32x16 widen(__m128i sixteen) {
  return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(sixteen))};
}
VOXFUSE_SIMD F32x16 load(const std::int8_t* p) {
  // As above.
  return widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
VOXFUSE_SIMD F32x16 load_first(const float* p, std::size_t n) {
  return {_mm512_maskz_loadu_ps(first_lanes(n), p)};
}
VOXFUSE_SIMD F32x16 load_first(const std::uint16_t* p, std::size_t n) {
  return widen(_mm256_maskz_loadu_epi16(first_lanes(n), p));
}
VOXFUSE_SIMD F32x16 load_first(const std::int8_t* p, std::size_t n) {
  return widen(_mm_maskz_loadu_epi8(first_lanes(n), p));
}
VOXFUSE_SIMD void store(float* p, F32x16 x) { _mm512_storeu_ps(p, x.v); }
VOXFUSE_SIMD void store_first(float* p, F32x16 x, std::size_t n) {
  _mm512_mask_storeu_ps(p, first_lanes(n), x.v);
}

VOXFUSE_SIMD F32x16 operator+(F32x16 a, F32x16 b) { return {_mm512_add_ps(a.v, b.v)}; }
VOXFUSE_SIMD F32x16 operator-(F32x16 a, F32x16 b) { return {_mm512_sub_ps(a.v, b.v)}; }
VOXFUSE_SIMD F32x16 operator*(F32x16 a, F32x16 b) { return {_mm512_mul_ps(a.v, b.v)}; }
VOXFUSE_SIMD F32x16 operator/(F32x16 a, F32x16 b) { return {_mm512_div_ps(a.v, b.v)}; }
VOXFUSE_SIMD F32x16 fma(F32x16 a, F32x16 b, F32x16 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
VOXFUSE_SIMD F32x16 sqrt(F32x16 x) { return {_mm512_sqrt_ps(x.v)}; }
VOXFUSE_SIMD F32x16 smaller(F32x16 a, F32x16 b) { return {_mm512_min_ps(a.v, b.v)}; }
VOXFUSE_SIMD F32x16 larger(F32x16 a, F32x16 b) { return {_mm512_max_ps(a.v, b.v)}; }
VOXFUSE_SIMD Mask16 less(F32x16 a, F32x16 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
VOXFUSE_SIMD F32x16 select(Mask16 mask, F32x16 yes, F32x16 no) {
  return {_mm512_mask_blend_ps(mask.lanes, no.v, yes.v)};
}

VOXFUSE_SIMD F32x16 and_bits(F32x16 a, F32x16 b) { return {_mm512_and_ps(a.v, b.v)}; }
VOXFUSE_SIMD F32x16 xor_bits(F32x16 a, F32x16 b) { return {_mm512_xor_ps(a.v, b.v)}; }
VOXFUSE_SIMD F32x16 add_bits(F32x16 a, F32x16 b) {
  return floats(_mm512_add_epi32(integers(a), integers(b)));
}
template <int kBits>
VOXFUSE_SIMD F32x16 shift_left(F32x16 a) {
  return floats(_mm512_slli_epi32(integers(a), kBits));
}

VOXFUSE_SIMD __m256 halves_added(F32x16 x) {
  return _mm256_add_ps(_mm512_castps512_ps256(x.v), _mm512_extractf32x8_ps(x.v, 1));
}
VOXFUSE_SIMD float sum(F32x16 x) { return fold(halves_added(x)); }
VOXFUSE_SIMD void sum8(const F32x16* x, float* out) {
  __m256 eight[8];
  for (int i = 0; i < 8; ++i) eight[i] = halves_added(x[i]);
  fold8(eight, out);
}

template <class Element>
VOXFUSE_SIMD Part load_part(const Element* p) {
  return load(p);
}
VOXFUSE_SIMD Part part_of(F32x16 x, int) { return x; }
VOXFUSE_SIMD F32x16 whole_of(const Part* parts) { return parts[0]; }

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
