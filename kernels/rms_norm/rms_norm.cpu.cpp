#include "kernels/rms_norm/rms_norm.hpp"

#include <cstddef>

#include "kernels/support/norm_row.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::rms_norm::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t width = a.width;
  pool.parallel_for(a.rows, row_grain(width), [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t m = begin; m < end; ++m) {
      rms_norm_row(a.x.f32() + m * width, a.gain, a.eps, width, a.y.f32() + m * width);
    }
  });
  return {};
}

}  // namespace voxfuse::rms_norm::VOXFUSE_ISA
