#include "kernels/attention_values/attention_values.hpp"

#include <cstddef>

#include "kernels/support/attention_head.hpp"

namespace voxfuse::attention_values::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.y.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_TRY(check_read_pages(a));
  VOXFUSE_REQUIRE(keys_max(a) <= a.context_max, kBadLimit);
  each_head_unit(pool, a, [&](const HeadUnit& unit, unsigned) {
    const std::size_t group = a.heads / a.kv_heads;
    const std::size_t head = unit.token_of_all * a.heads + unit.kv_head * group;
    float* y = a.y.f32() + head * a.head_dim;
    if (unit.token >= valid_tokens(a, unit.lane)) {
      std::fill_n(y, group * a.head_dim, 0.0f);
      return;
    }
    weigh_values(a, unit, a.scores + head * a.context_max, a.context_max, y);
  });
  return {};
}

}  // namespace voxfuse::attention_values::VOXFUSE_ISA
