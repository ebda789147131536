#include "kernels/layer_norm/layer_norm.hpp"

#include <cstddef>

#include "kernels/support/norm_row.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::layer_norm::VOXFUSE_ISA {

static void layer_norm_row(const Args& a, const float* x, float* y) {
  const std::size_t width = a.width;
  F32x16 total = zero();
  each_slice(0, width, [&](auto s) { total = total + s.load(x); });
  const float mean = sum(total) / static_cast<float>(width);
  // A rest is kept apart, for the lanes it has not would count as deviations.
  F32x16 squares = zero();
  const std::size_t full = width / 16 * 16;
  each_slice(0, full, [&](auto s) {
    const F32x16 off = s.load(x) - broadcast(mean);
    squares = fma(off, off, squares);
  });
  float rest[16] = {};
  for (std::size_t i = full; i < width; ++i) rest[i - full] = x[i] - mean;
  if (full < width) squares = fma(load(rest), load(rest), squares);
  const float variance = sum(squares) / static_cast<float>(width);
  const float scale = 1.0f / __builtin_sqrtf(variance + a.eps);
  with_elements(a.gain, [&](const auto* gain) {
    with_elements(a.bias, [&](const auto* bias) {
      each_slice(0, width, [&](auto s) {
        const F32x16 normed = (s.load(x) - broadcast(mean)) * broadcast(scale);
        s.store(y, fma(normed, s.load(gain), s.load(bias)));
      });
    });
  });
}

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t width = a.width;
  pool.parallel_for(a.rows, row_grain(width), [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t m = begin; m < end; ++m) {
      layer_norm_row(a, a.x.f32() + m * width, a.y.f32() + m * width);
    }
  });
  return {};
}

}  // namespace voxfuse::layer_norm::VOXFUSE_ISA
