#include "kernels/self_attention/self_attention.hpp"

#include <cstddef>

#include "kernels/support/attention_head.hpp"

namespace voxfuse::self_attention::VOXFUSE_ISA {

namespace {

/// One head of one token; `scores` has room for every key.
void attend(const Args& a, std::size_t t, std::size_t h, float* scores) {
  const std::size_t dim = a.head_dim;
  const std::size_t kv_width = a.kv_heads * dim;
  const std::size_t of_kv = h / (a.heads / a.kv_heads) * dim;
  const float* q = a.q.f32() + (t * a.heads + h) * dim;
  for (std::size_t j = 0; j <= t; ++j) {
    const float* k = a.k.f32() + j * kv_width + of_kv;
    F32x16 total = zero();
    each_slice(0, dim, [&](auto s) { total = fma(s.load(q), s.load(k), total); });
    scores[j] = sum(total) * a.scale;
  }
  softmax_row(scores, t + 1);
  float* y = a.y.f32() + (t * a.heads + h) * dim;
  const float* v = a.v.f32() + of_kv;
  each_slice(0, dim, [&](auto s) {
    F32x16 total = zero();
    for (std::size_t j = 0; j <= t; ++j) {
      total = fma(broadcast(scores[j]), s.load(v + j * kv_width), total);
    }
    s.store(y, total);
  });
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.y.dtype == Dtype::kF32, kBadDtype);
  // A token of the first half and one of the second see as many keys as any two others.
  const std::size_t tokens = a.tokens;
  const auto part = [&](std::size_t begin, std::size_t end, unsigned thread) {
    float* scores = pool.scratch(thread, tokens);
    for (std::size_t unit = begin; unit < end; ++unit) {
      const std::size_t i = unit / a.heads;
      attend(a, i % 2 == 0 ? i / 2 : tokens - 1 - i / 2, unit % a.heads, scores);
    }
  };
  pool.parallel_for(tokens * a.heads, row_grain(tokens * a.head_dim), part);
  return {};
}

}  // namespace voxfuse::self_attention::VOXFUSE_ISA
