#pragma once

#include <immintrin.h>

namespace voxfuse {
inline namespace VOXFUSE_ISA {

/// Sum of eight lanes: (i, i + 4), (i, i + 2), (i, i + 1).
VOXFUSE_SIMD float fold(__m256 x) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// Each level adds the two halves of two vectors at once and leaves the sums of both in one vector.
VOXFUSE_SIMD __m256 fold_fours(__m256 a, __m256 b) {  // a: 0-3, b: 4-7
  return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
}
VOXFUSE_SIMD __m256 fold_twos(__m256 a, __m256 b) {  // in each half, a: 0-1, b: 2-3
  return _mm256_add_ps(_mm256_shuffle_ps(a, b, 0x44), _mm256_shuffle_ps(a, b, 0xee));
}
VOXFUSE_SIMD __m256 fold_ones(__m256 a, __m256 b) {  // in each half, a's two sums, then b's
  return _mm256_add_ps(_mm256_shuffle_ps(a, b, 0x88), _mm256_shuffle_ps(a, b, 0xdd));
}

/// out[j] = fold(x[j]) for eight vectors, with the same additions.
VOXFUSE_SIMD void fold8(const __m256* x, float* out) {
  // Low halves of the result come from x[0 … 3], high ones from x[4 … 7].
  const __m256 f04 = fold_fours(x[0], x[4]);
  const __m256 f15 = fold_fours(x[1], x[5]);
  const __m256 f26 = fold_fours(x[2], x[6]);
  const __m256 f37 = fold_fours(x[3], x[7]);
  _mm256_storeu_ps(out, fold_ones(fold_twos(f04, f15), fold_twos(f26, f37)));
}

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
