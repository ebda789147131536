#include "kernels/snake/snake.hpp"

#include <cstddef>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::snake::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.y.dtype == Dtype::kF32, kBadDtype);
  const std::size_t width = a.width;
  pool.parallel_for(a.rows, row_grain(8 * width),
                    [&](std::size_t begin, std::size_t end, unsigned) {
                      for (std::size_t m = begin; m < end; ++m) {
                        const float* x = a.x.f32() + m * width;
                        float* y = a.y.f32() + m * width;
                        each_slice(0, width, [&](auto s) {
                          const F32x16 v = s.load(x);
                          const F32x16 squared = sin_squared(v * s.load(a.frequency));
                          s.store(y, fma(squared, s.load(a.magnitude), v));
                        });
                      }
                    });
  return {};
}

}  // namespace voxfuse::snake::VOXFUSE_ISA
