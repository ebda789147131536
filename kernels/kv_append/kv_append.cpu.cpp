#include "kernels/kv_append/kv_append.hpp"

#include <cstddef>
#include <cstring>

#include "kernels/support/kv_cache.hpp"

namespace voxfuse::kv_append::VOXFUSE_ISA {

// A copy: one thread is enough for a step's few kilobytes, and for a prompt's it is soon done.
Status cpu(const Args& a, ThreadPool&) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_TRY(check_written_pages(a));
  const float* x = a.x.f32();
  for (std::uint32_t lane = 0; lane < a.lanes; ++lane) {
    const std::uint32_t tokens = valid_tokens(a, lane);
    for (std::uint32_t t = 0; t < tokens; ++t) {
      const float* token = x + (std::size_t{lane} * a.tokens + t) * a.kv_heads * a.head_dim;
      for (std::uint32_t h = 0; h < a.kv_heads; ++h, token += a.head_dim) {
        const std::size_t to = cache_offset(a, lane, h, first_position(a, lane) + t);
        std::memcpy(a.cache.f32() + to, token, a.head_dim * sizeof(float));
      }
    }
  }
  return {};
}

}  // namespace voxfuse::kv_append::VOXFUSE_ISA
