#include "kernels/channel_statistics/channel_statistics.hpp"

#include <algorithm>
#include <cstddef>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::channel_statistics::VOXFUSE_ISA {

namespace {

constexpr std::size_t kBlockRows = 64;

/// The sum of value(m) over the rows, in blocks.
template <class Value>
VOXFUSE_SIMD F32x16 sum_rows(std::size_t rows, Value&& value) {
  F32x16 total = zero();
  for (std::size_t begin = 0; begin < rows; begin += kBlockRows) {
    const std::size_t end = std::min(begin + kBlockRows, rows);
    F32x16 block = zero();
    for (std::size_t m = begin; m < end; ++m) block = block + value(m);
    total = total + block;
  }
  return total;
}

/// Up to sixteen columns.
template <class Columns>
VOXFUSE_SIMD void pool_columns(const Args& a, Columns s) {
  const std::size_t width = a.width;
  const auto x = [&](std::size_t m) { return s.load(a.x.f32() + m * width); };
  F32x16 most = zero();
  if (a.scores) {
    most = s.load(a.scores.f32());
    for (std::size_t m = 1; m < a.rows; ++m)
      most = larger(s.load(a.scores.f32() + m * width), most);
  }
  const auto weight = [&](std::size_t m) {
    if (!a.scores) return broadcast(1.0f);
    return exp(s.load(a.scores.f32() + m * width) - most);
  };
  const F32x16 total = sum_rows(a.rows, weight);
  const F32x16 mean = sum_rows(a.rows, [&](std::size_t m) { return weight(m) * x(m); }) / total;
  const F32x16 square = sum_rows(a.rows, [&](std::size_t m) {
    const F32x16 off = x(m) - mean;
    return weight(m) * (off * off);
  });
  s.store(a.y.f32(), mean);
  s.store(a.y.f32() + width, sqrt(larger(square / total, broadcast(1e-12f))));
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t slices = (std::size_t{a.width} + 15) / 16;
  pool.parallel_for(slices, row_grain(16 * a.rows),
                    [&](std::size_t begin, std::size_t end, unsigned) {
                      const std::size_t last = std::min<std::size_t>(end * 16, a.width);
                      each_slice(begin * 16, last, [&](auto s) { pool_columns(a, s); });
                    });
  return {};
}

}  // namespace voxfuse::channel_statistics::VOXFUSE_ISA
