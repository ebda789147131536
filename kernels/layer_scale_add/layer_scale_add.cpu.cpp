#include "kernels/layer_scale_add/layer_scale_add.hpp"

#include <cstddef>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::layer_scale_add::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t width = a.width;
  pool.parallel_for(a.rows, row_grain(width), [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t m = begin; m < end; ++m) {
      const float* d = a.d.f32() + m * width;
      float* x = a.x.f32() + m * width;
      with_elements(a.scale, [&](const auto* scale) {
        each_slice(0, width, [&](auto s) { s.store(x, s.load(x) + s.load(scale) * s.load(d)); });
      });
    }
  });
  return {};
}

}  // namespace voxfuse::layer_scale_add::VOXFUSE_ISA
