#include "kernels/qk_norm_rope_append/qk_norm_rope_append.hpp"

#include <cstddef>

#include "kernels/support/kv_cache.hpp"
#include "kernels/support/norm_row.hpp"
#include "kernels/support/rope_table.hpp"

namespace voxfuse::qk_norm_rope_append::VOXFUSE_ISA {

/// Token t of all; its keys begin at `kv`, its values follow.
static void append(const Args& a, std::size_t t, const float* kv) {
  const auto lane = static_cast<std::uint32_t>(t / a.tokens);
  const auto token = static_cast<std::uint32_t>(t % a.tokens);
  if (token >= valid_tokens(a, lane)) return;
  for (std::uint32_t h = 0; h < a.kv_heads; ++h) {
    const std::size_t to = cache_offset(a, lane, h, first_position(a, lane) + token);
    const float* k = kv + std::size_t{h} * a.head_dim;
    const float* v = k + std::size_t{a.kv_heads} * a.head_dim;
    each_slice(0, a.head_dim, [&](auto s) {
      s.store(a.k_cache.f32() + to, s.load(k));
      s.store(a.v_cache.f32() + to, s.load(v));
    });
  }
}

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.qkv.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_TRY(check_written_pages(a));
  const std::size_t width = (a.heads + 2 * std::size_t{a.kv_heads}) * a.head_dim;
  each_rope_token(pool, a, width, [&](std::size_t t, const RopeTable& table) {
    float* x = a.qkv.f32() + t * width;
    for (std::uint32_t h = 0; h < a.heads + a.kv_heads; ++h, x += a.head_dim) {
      rms_norm_row(x, h < a.heads ? a.q_gain : a.k_gain, a.eps, a.head_dim, x);
      table.rotate(x);
    }
    append(a, t, x - std::size_t{a.kv_heads} * a.head_dim);
  });
  return {};
}

}  // namespace voxfuse::qk_norm_rope_append::VOXFUSE_ISA
