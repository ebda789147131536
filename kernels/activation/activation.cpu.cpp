#include "kernels/activation/activation.hpp"

#include <cstddef>

#include "kernels/support/activated.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::activation::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.y.dtype == Dtype::kF32, kBadDtype);
  const std::size_t count = std::size_t{a.rows} * a.width;
  pool.parallel_for(count, 4096, [&](std::size_t begin, std::size_t end, unsigned) {
    each_slice(begin, end,
               [&](auto s) { s.store(a.y.f32(), activated(a.kind, s.load(a.x.f32()))); });
  });
  return {};
}

}  // namespace voxfuse::activation::VOXFUSE_ISA
