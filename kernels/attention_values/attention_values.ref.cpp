#include "kernels/attention_values/attention_values.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::attention_values {

Status check(const Args& a) {
  VOXFUSE_TRY(check_cache(a));
  VOXFUSE_TRY(check_heads(a.heads, a.kv_heads));
  VOXFUSE_REQUIRE(a.v_cache.dtype == a.y.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.context_max >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_read_pages(a));
  VOXFUSE_REQUIRE(keys_max(a) <= a.context_max, kBadLimit);
  for (std::uint32_t lane = 0; lane < a.lanes; ++lane) {
    for (std::uint32_t t = 0; t < a.tokens; ++t) {
      const std::uint32_t position = first_position(a, lane) + t;
      const std::uint32_t oldest = first_key(position, a.window);
      for (std::uint32_t h = 0; h < a.heads; ++h) {
        const std::size_t head = (std::size_t{lane} * a.tokens + t) * a.heads + h;
        const std::uint32_t kv_head = h / (a.heads / a.kv_heads);
        for (std::size_t d = 0; d < a.head_dim; ++d) {
          double sum = 0;
          for (std::uint32_t p = oldest; t < valid_tokens(a, lane) && p <= position; ++p) {
            sum += double{a.scores[head * a.context_max + (p - oldest)]} *
                   a.v_cache.at(cache_offset(a, lane, kv_head, p) + d);
          }
          a.y.set(head * a.head_dim + d, sum);
        }
      }
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::attention_values
