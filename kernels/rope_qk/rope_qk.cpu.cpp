#include "kernels/rope_qk/rope_qk.hpp"

#include <cstddef>

#include "kernels/support/rope_table.hpp"

namespace voxfuse::rope_qk::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.q.dtype == Dtype::kF32, kBadDtype);
  const std::size_t q_width = std::size_t{a.heads} * a.head_dim;
  const std::size_t k_width = std::size_t{a.kv_heads} * a.head_dim;
  each_rope_token(pool, a, q_width + k_width, [&](std::size_t t, const RopeTable& table) {
    float* q = a.q.f32() + t * q_width;
    float* k = a.k.f32() + t * k_width;
    for (std::size_t i = 0; i < q_width; i += a.head_dim) table.rotate(q + i);
    for (std::size_t i = 0; i < k_width; i += a.head_dim) table.rotate(k + i);
  });
  return {};
}

}  // namespace voxfuse::rope_qk::VOXFUSE_ISA
