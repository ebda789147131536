#pragma once

// Rotary embedding of one position, for every head of a token. Only for `<op>.cpu.cpp`.

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cache.hpp"
#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

struct RopeTable {
  std::size_t half;
  float cosine[kHeadDimMax / 2];
  float sine[kHeadDimMax / 2];

  [[gnu::always_inline]] RopeTable(const float* frequencies, std::size_t head_dim,
                                   std::uint32_t position)
      : half(head_dim / 2) {
    const F32x16 p = broadcast(static_cast<float>(position));
    each_slice(0, half, [&](auto s) {
      F32x16 sines;
      F32x16 cosines;
      sin_cos(p * s.load(frequencies), sines, cosines);
      s.store(cosine, cosines);
      s.store(sine, sines);
    });
  }

  /// y = x * cosine, both halves; y may be x.
  [[gnu::always_inline]] void scale(const float* x, float* y) const {
    each_slice(0, half, [&](auto s) {
      s.store(y, s.load(x) * s.load(cosine));
      s.store(y + half, s.load(x + half) * s.load(cosine));
    });
  }

  /// y += (-second half, first half) * sine.
  [[gnu::always_inline]] void add_rotated(const float* x, float* y) const {
    each_slice(0, half, [&](auto s) {
      s.store(y, fma(negated(s.load(x + half)), s.load(sine), s.load(y)));
      s.store(y + half, fma(s.load(x), s.load(sine), s.load(y + half)));
    });
  }

  /// Both at once, in place, with the same roundings.
  [[gnu::always_inline]] void rotate(float* x) const {
    each_slice(0, half, [&](auto s) {
      const F32x16 first = s.load(x);
      const F32x16 second = s.load(x + half);
      const F32x16 c = s.load(cosine);
      const F32x16 d = s.load(sine);
      s.store(x, fma(negated(second), d, first * c));
      s.store(x + half, fma(first, d, second * c));
    });
  }
};

/// Calls body(token of all, table) for each token of every lane, on all threads.
template <class Args, class Body>
VOXFUSE_SIMD void each_rope_token(ThreadPool& pool, const Args& a, std::size_t width, Body&& body) {
  const std::size_t tokens = std::size_t{a.lanes} * a.tokens;
  pool.parallel_for(tokens, row_grain(width), [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t t = begin; t < end; ++t) {
      const auto lane = static_cast<std::uint32_t>(t / a.tokens);
      const auto token = static_cast<std::uint32_t>(t % a.tokens);
      const RopeTable table(a.frequencies, a.head_dim, first_position(a, lane) + token);
      body(t, table);
    }
  });
}

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
