#include "kernels/residual_add/residual_add.hpp"

#include <cstddef>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::residual_add::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t count = std::size_t{a.rows} * a.width;
  pool.parallel_for(count, 32768, [&](std::size_t begin, std::size_t end, unsigned) {
    each_slice(begin, end,
               [&](auto s) { s.store(a.x.f32(), s.load(a.x.f32()) + s.load(a.d.f32())); });
  });
  return {};
}

}  // namespace voxfuse::residual_add::VOXFUSE_ISA
