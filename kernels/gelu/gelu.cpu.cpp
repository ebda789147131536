#include "kernels/gelu/gelu.hpp"

#include <cstddef>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::gelu::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.y.dtype == Dtype::kF32, kBadDtype);
  const std::size_t count = std::size_t{a.rows} * a.width;
  pool.parallel_for(count, 4096, [&](std::size_t begin, std::size_t end, unsigned) {
    each_slice(begin, end, [&](auto s) {
      const F32x16 x = s.load(a.x.f32());
      const F32x16 twice = broadcast(1.0f) + erf(x * broadcast(0.707106769f));
      s.store(a.y.f32(), (x * broadcast(0.5f)) * twice);
    });
  });
  return {};
}

}  // namespace voxfuse::gelu::VOXFUSE_ISA
