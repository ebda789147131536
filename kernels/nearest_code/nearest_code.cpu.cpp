#include "kernels/nearest_code/nearest_code.hpp"

#include <cstddef>
#include <limits>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::nearest_code::VOXFUSE_ISA {

namespace {

float distance_to(const float* x, const float* entry, std::size_t dim) {
  F32x16 total = zero();
  each_slice(0, dim, [&](auto s) {
    const F32x16 off = s.load(x) - s.load(entry);
    total = fma(off, off, total);
  });
  return sum(total);
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t dim = a.dim;
  const std::size_t grain = row_grain(dim * a.size);
  pool.parallel_for(a.tokens, grain, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t t = begin; t < end; ++t) {
      float* x = a.x.f32() + t * dim;
      float least = std::numeric_limits<float>::infinity();
      std::uint32_t nearest = 0;
      for (std::uint32_t code = 0; code < a.size; ++code) {
        const float distance = distance_to(x, a.codebook + code * dim, dim);
        if (!(distance < least)) continue;
        least = distance;
        nearest = code;
      }
      a.codes[t * a.groups + a.group] = nearest;
      const float* entry = a.codebook + nearest * dim;
      each_slice(0, dim, [&](auto s) { s.store(x, s.load(x) - s.load(entry)); });
    }
  });
  return {};
}

}  // namespace voxfuse::nearest_code::VOXFUSE_ISA
