#include "kernels/silu_mul/silu_mul.hpp"

#include <cstddef>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::silu_mul::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.y.dtype == Dtype::kF32, kBadDtype);
  const std::size_t count = std::size_t{a.rows} * a.width;
  pool.parallel_for(count, 4096, [&](std::size_t begin, std::size_t end, unsigned) {
    each_slice(begin, end, [&](auto s) {
      s.store(a.y.f32(), swish(s.load(a.gate.f32())) * s.load(a.up.f32()));
    });
  });
  return {};
}

}  // namespace voxfuse::silu_mul::VOXFUSE_ISA
