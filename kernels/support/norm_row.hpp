#pragma once

// The norms of one row, for every op that begins with one. Only for `<op>.cpu.cpp`.

#include <cstddef>

#include "kernels/support/dot_tile.hpp"
#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

/// y = (x * rsqrt(mean(x^2) + eps)) * gain; y may be x.
template <class Gain>
VOXFUSE_SIMD void scale_row(const float* x, float scale, const Gain* gain, std::size_t width,
                            float* y) {
  const F32x16 factor = broadcast(scale);
  each_slice(0, width, [&](auto s) { s.store(y, (s.load(x) * factor) * s.load(gain)); });
}

VOXFUSE_SIMD float rms_scale(const float* x, std::size_t width, float eps) {
  F32x16 squares = zero();
  each_slice(0, width, [&](auto s) {
    const F32x16 v = s.load(x);
    squares = fma(v, v, squares);
  });
  const float mean = sum(squares) / static_cast<float>(width);
  return 1.0f / __builtin_sqrtf(mean + eps);
}

VOXFUSE_SIMD void rms_norm_row(const float* x, ConstTensor gain, float eps, std::size_t width,
                               float* y) {
  const float scale = rms_scale(x, width, eps);
  with_elements(gain, [&](const auto* g) { scale_row(x, scale, g, width, y); });
}

/// All rows normalised into pool.shared_scratch, as the left side of a product.
VOXFUSE_SIMD DotRows rms_norm_rows(ThreadPool& pool, const float* x, ConstTensor gain, float eps,
                                   std::size_t rows, std::size_t width) {
  float* normed = pool.shared_scratch(rows * width);
  pool.parallel_for(rows, row_grain(width), [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t m = begin; m < end; ++m) {
      rms_norm_row(x + m * width, gain, eps, width, normed + m * width);
    }
  });
  return {.x = normed, .rows = rows, .stride = static_cast<std::ptrdiff_t>(width), .inputs = width};
}

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
