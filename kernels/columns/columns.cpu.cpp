#include "kernels/columns/columns.hpp"

#include <cstddef>
#include <cstring>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::columns::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.y.dtype == Dtype::kF32, kBadDtype);
  const float* x = a.x.f32() + a.x_at;
  float* y = a.y.f32() + a.y_at;
  pool.parallel_for(a.rows, row_grain(a.width), [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t m = begin; m < end; ++m) {
      const float* from = x + (a.x_rows == 1 ? 0 : m) * a.x_stride;
      std::memcpy(y + m * a.y_stride, from, a.width * sizeof(float));
    }
  });
  return {};
}

}  // namespace voxfuse::columns::VOXFUSE_ISA
