#include "kernels/attention/attention.hpp"

#include <cstddef>

#include "kernels/support/attention_head.hpp"

namespace voxfuse::attention::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.q.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_TRY(check_read_pages(a));
  const std::size_t stride = keys_max(a);
  each_head_unit(pool, a, [&](const HeadUnit& unit, unsigned thread) {
    const std::size_t group = a.heads / a.kv_heads;
    const std::size_t first = unit.kv_head * group * a.head_dim;
    float* y = a.y.f32() + unit.token_of_all * a.heads * a.head_dim + first;
    if (unit.token >= valid_tokens(a, unit.lane)) {
      std::fill_n(y, group * a.head_dim, 0.0f);
      return;
    }
    const std::uint32_t position = first_position(a, unit.lane) + unit.token;
    const std::size_t keys = position + 1 - first_key(position, a.window);
    float* scores = pool.scratch(thread, group * stride);
    score_keys(a, unit, a.q.f32() + unit.token_of_all * a.q_stride + first, scores, stride);
    for (std::size_t m = 0; m < group; ++m) softmax_row(scores + m * stride, keys);
    weigh_values(a, unit, scores, stride, y);
  });
  return {};
}

}  // namespace voxfuse::attention::VOXFUSE_ISA
