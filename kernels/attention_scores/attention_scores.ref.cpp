#include "kernels/attention_scores/attention_scores.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::attention_scores {

Status check(const Args& a) {
  VOXFUSE_TRY(check_cache(a));
  VOXFUSE_TRY(check_heads(a.heads, a.kv_heads));
  VOXFUSE_REQUIRE(a.q.dtype == a.k_cache.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.context_max >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_read_pages(a));
  VOXFUSE_REQUIRE(keys_max(a) <= a.context_max, kBadLimit);
  for (std::uint32_t lane = 0; lane < a.lanes; ++lane) {
    for (std::uint32_t t = 0; t < valid_tokens(a, lane); ++t) {
      const std::uint32_t position = first_position(a, lane) + t;
      const std::uint32_t oldest = first_key(position, a.window);
      for (std::uint32_t h = 0; h < a.heads; ++h) {
        const std::size_t head = (std::size_t{lane} * a.tokens + t) * a.heads + h;
        const std::uint32_t kv_head = h / (a.heads / a.kv_heads);
        for (std::uint32_t p = oldest; p <= position; ++p) {
          const std::size_t key = cache_offset(a, lane, kv_head, p);
          double sum = 0;
          for (std::size_t d = 0; d < a.head_dim; ++d) {
            sum += double{a.q.at(head * a.head_dim + d)} * a.k_cache.at(key + d);
          }
          a.scores[head * a.context_max + (p - oldest)] = static_cast<float>(sum * a.scale);
        }
      }
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::attention_scores
