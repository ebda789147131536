#include "kernels/qkv_attention/qkv_attention.hpp"

#include <cstddef>

#include "kernels/support/attention_head.hpp"
#include "kernels/support/norm_row.hpp"
#include "kernels/support/rope_table.hpp"

namespace voxfuse::qkv_attention::VOXFUSE_ISA {

/// The keys of token t of all, normalised and rotated, and its values go into the caches.
static void append(const Args& a, std::size_t t, const RopeTable& table, const float* k) {
  const auto lane = static_cast<std::uint32_t>(t / a.tokens);
  const auto token = static_cast<std::uint32_t>(t % a.tokens);
  if (token >= valid_tokens(a, lane)) return;
  const float* v = k + std::size_t{a.kv_heads} * a.head_dim;
  for (std::uint32_t h = 0; h < a.kv_heads; ++h, k += a.head_dim, v += a.head_dim) {
    const std::size_t to = cache_offset(a, lane, h, first_position(a, lane) + token);
    float* key = a.k_cache.f32() + to;
    rms_norm_row(k, a.k_gain, a.eps, a.head_dim, key);
    table.rotate(key);
    each_slice(0, a.head_dim, [&](auto s) { s.store(a.v_cache.f32() + to, s.load(v)); });
  }
}

/// What the tokens see: every query of all tokens, normalised and rotated, in `q`.
static void attend(const Args& a, ThreadPool& pool, const float* q) {
  const std::size_t stride = keys_max(a);
  const std::size_t group = a.heads / a.kv_heads;
  each_head_unit(pool, a, [&](const HeadUnit& unit, unsigned thread) {
    const std::size_t first = (unit.token_of_all * a.heads + unit.kv_head * group) * a.head_dim;
    float* y = a.y.f32() + first;
    if (unit.token >= valid_tokens(a, unit.lane)) {
      std::fill_n(y, group * a.head_dim, 0.0f);
      return;
    }
    const std::uint32_t position = first_position(a, unit.lane) + unit.token;
    const std::size_t keys = position + 1 - first_key(position, a.window);
    float* scores = pool.scratch(thread, group * stride);
    score_keys(a, unit, q + first, scores, stride);
    for (std::size_t m = 0; m < group; ++m) softmax_row(scores + m * stride, keys);
    weigh_values(a, unit, scores, stride, y);
  });
}

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.qkv.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_TRY(check_written_pages(a));
  VOXFUSE_TRY(check_read_pages(a));
  const std::size_t width = (a.heads + 2 * std::size_t{a.kv_heads}) * a.head_dim;
  const std::size_t q_width = std::size_t{a.heads} * a.head_dim;
  float* q = pool.shared_scratch(std::size_t{a.lanes} * a.tokens * q_width);
  each_rope_token(pool, a, width, [&](std::size_t t, const RopeTable& table) {
    const float* x = a.qkv.f32() + t * width;
    float* y = q + t * q_width;
    for (std::uint32_t h = 0; h < a.heads; ++h, x += a.head_dim, y += a.head_dim) {
      rms_norm_row(x, a.q_gain, a.eps, a.head_dim, y);
      table.rotate(y);
    }
    append(a, t, table, x);
  });
  attend(a, pool, q);
  return {};
}

}  // namespace voxfuse::qkv_attention::VOXFUSE_ISA
