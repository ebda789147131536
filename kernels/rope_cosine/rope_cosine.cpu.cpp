#include "kernels/rope_cosine/rope_cosine.hpp"

#include <cstddef>

#include "kernels/support/rope_table.hpp"

namespace voxfuse::rope_cosine::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t width = std::size_t{a.heads} * a.head_dim;
  each_rope_token(pool, a, width, [&](std::size_t t, const RopeTable& table) {
    for (std::size_t i = t * width; i < (t + 1) * width; i += a.head_dim) {
      table.scale(a.x.f32() + i, a.y.f32() + i);
    }
  });
  return {};
}

}  // namespace voxfuse::rope_cosine::VOXFUSE_ISA
