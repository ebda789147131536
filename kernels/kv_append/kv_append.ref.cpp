#include "kernels/kv_append/kv_append.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::kv_append {

Status check(const Args& a) {
  VOXFUSE_TRY(check_cache(a));
  VOXFUSE_REQUIRE(a.x.dtype == a.cache.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_written_pages(a));
  for (std::uint32_t lane = 0; lane < a.lanes; ++lane) {
    for (std::uint32_t t = 0; t < valid_tokens(a, lane); ++t) {
      for (std::uint32_t h = 0; h < a.kv_heads; ++h) {
        const std::size_t from = ((std::size_t{lane} * a.tokens + t) * a.kv_heads + h) * a.head_dim;
        const std::size_t to = cache_offset(a, lane, h, first_position(a, lane) + t);
        for (std::size_t d = 0; d < a.head_dim; ++d) a.cache.set(to + d, a.x.at(from + d));
      }
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::kv_append
