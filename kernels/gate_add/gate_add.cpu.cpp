#include "kernels/gate_add/gate_add.hpp"

#include <cstddef>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::gate_add::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t width = a.width;
  pool.parallel_for(a.rows, row_grain(width), [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t m = begin; m < end; ++m) {
      const float* d = a.d.f32() + m * width;
      float* x = a.x.f32() + m * width;
      each_slice(0, width, [&](auto s) {
        const F32x16 open =
            broadcast(1.0f) / (broadcast(1.0f) + exp(negated(s.load(a.gate.f32()))));
        s.store(x, fma(open, s.load(d), s.load(x)));
      });
    }
  });
  return {};
}

}  // namespace voxfuse::gate_add::VOXFUSE_ISA
