#pragma once

// The three steps of attention for the query heads that share one kv head. Only for `<op>.cpu.cpp`;
// the fused op and the three ops apart run the same code, so their bits are the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/support/dot_tile.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

/// One (lane, token, kv head) of a program, numbered in that order.
struct HeadUnit {
  std::uint32_t lane;
  std::uint32_t token;
  std::uint32_t kv_head;
  std::size_t token_of_all;

  [[gnu::always_inline]] HeadUnit(std::size_t unit, std::uint32_t tokens, std::uint32_t kv_heads)
      : lane(static_cast<std::uint32_t>(unit / kv_heads / tokens)),
        token(static_cast<std::uint32_t>(unit / kv_heads % tokens)),
        kv_head(static_cast<std::uint32_t>(unit % kv_heads)),
        token_of_all(unit / kv_heads) {}
};

/// Calls body(unit, thread) for every unit of a program, on all threads.
template <class Args, class Body>
VOXFUSE_SIMD void each_head_unit(ThreadPool& pool, const Args& a, Body&& body) {
  const std::size_t units = std::size_t{a.lanes} * a.tokens * a.kv_heads;
  const std::size_t group = a.heads / a.kv_heads;
  const std::size_t multiplies = 2 * group * a.head_dim * (std::size_t{keys_max(a)} + 1);
  const std::size_t grain = kMultipliesOfThread / multiplies + 1;
  pool.parallel_for(units, grain, [&](std::size_t begin, std::size_t end, unsigned thread) {
    for (std::size_t u = begin; u < end; ++u) body(HeadUnit(u, a.tokens, a.kv_heads), thread);
  });
}

/// scores[m * stride + j] = scale * (q[m] · key j), m over the heads of the group.
template <class Args>
VOXFUSE_SIMD void score_keys(const Args& a, const HeadUnit& unit, const float* q, float* scores,
                             std::size_t stride) {
  const DotRows heads{.x = q,
                      .rows = a.heads / a.kv_heads,
                      .stride = static_cast<std::ptrdiff_t>(a.head_dim),
                      .inputs = a.head_dim};
  const auto put = [&](std::size_t m, std::size_t n, float sum) {
    scores[m * stride + n] = sum * a.scale;
  };
  const std::uint32_t position = first_position(a, unit.lane) + unit.token;
  each_key_run(a, unit.lane, unit.kv_head, position,
               [&](std::size_t offset, std::size_t ordinal, std::size_t count) {
                 dot_block(heads, 0, heads.rows, a.k_cache.f32() + offset, a.head_dim, ordinal,
                           ordinal + count, put);
               });
}

/// s = exp(s - max) / sum over `keys` scores, in place.
VOXFUSE_SIMD void softmax_row(float* scores, std::size_t keys) {
  const std::size_t full = keys / 16 * 16;
  F32x16 most16 = broadcast(scores[0]);
  each_slice(0, full, [&](auto s) { most16 = larger(s.load(scores), most16); });
  float lanes[16];
  store(lanes, most16);
  float most = lanes[0];
  for (int i = 1; i < 16; ++i) most = std::max(most, lanes[i]);
  for (std::size_t j = full; j < keys; ++j) most = std::max(most, scores[j]);
  F32x16 total = zero();
  each_slice(0, keys, [&](auto s) {
    s.store(scores, exp(s.load(scores) - broadcast(most)));
    total = total + s.load(scores);  // read back: lanes beyond the keys add zero
  });
  const F32x16 factor = broadcast(1.0f / sum(total));
  each_slice(0, keys, [&](auto s) { s.store(scores, s.load(scores) * factor); });
}

/// y[d] += Σ_j weights[j] * v[j * head_dim + d] for kVectors vectors of d, keys in order.
template <std::size_t kVectors>
VOXFUSE_SIMD void add_values(const float* weights, const float* v, std::size_t head_dim,
                             std::size_t count, float* y) {
  F32x16 total[kVectors];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kVectors; ++i) total[i] = load(y + 16 * i);
  for (std::size_t j = 0; j < count; ++j) {
    const F32x16 weight = broadcast(weights[j]);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kVectors; ++i) {
      total[i] = fma(weight, load(v + j * head_dim + 16 * i), total[i]);
    }
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kVectors; ++i) store(y + 16 * i, total[i]);
}

/// y[m * head_dim + d] = Σ_j weights[m * stride + j] * v[j][d], m over the heads of the group.
template <class Args>
VOXFUSE_SIMD void weigh_values(const Args& a, const HeadUnit& unit, const float* weights,
                               std::size_t stride, float* y) {
  const std::size_t head_dim = a.head_dim;
  const std::size_t group = a.heads / a.kv_heads;
  std::fill_n(y, group * head_dim, 0.0f);
  const std::uint32_t position = first_position(a, unit.lane) + unit.token;
  each_key_run(a, unit.lane, unit.kv_head, position,
               [&](std::size_t offset, std::size_t ordinal, std::size_t count) {
                 const float* v = a.v_cache.f32() + offset;
                 for (std::size_t m = 0; m < group; ++m) {
                   const float* w = weights + m * stride + ordinal;
                   float* out = y + m * head_dim;
                   std::size_t d = 0;
                   for (; d + 64 <= head_dim; d += 64) {
                     add_values<4>(w, v + d, head_dim, count, out + d);
                   }
                   for (; d + 16 <= head_dim; d += 16) {
                     add_values<1>(w, v + d, head_dim, count, out + d);
                   }
                   for (; d < head_dim; ++d) {
                     for (std::size_t j = 0; j < count; ++j) {
                       out[d] = __builtin_fmaf(w[j], v[j * head_dim + d], out[d]);
                     }
                   }
                 }
               });
}

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
