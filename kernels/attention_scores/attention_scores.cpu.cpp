#include "kernels/attention_scores/attention_scores.hpp"

#include <cstddef>

#include "kernels/support/attention_head.hpp"

namespace voxfuse::attention_scores::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.q.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_TRY(check_read_pages(a));
  VOXFUSE_REQUIRE(keys_max(a) <= a.context_max, kBadLimit);
  each_head_unit(pool, a, [&](const HeadUnit& unit, unsigned) {
    if (unit.token >= valid_tokens(a, unit.lane)) return;
    const std::size_t head =
        unit.token_of_all * a.heads + std::size_t{unit.kv_head} * (a.heads / a.kv_heads);
    score_keys(a, unit, a.q.f32() + head * a.head_dim, a.scores + head * a.context_max,
               a.context_max);
  });
  return {};
}

}  // namespace voxfuse::attention_scores::VOXFUSE_ISA
