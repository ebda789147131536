#pragma once

// Attention of heads that attention_split.cuh has no form for. Only for `<op>.cuda.cu`.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/attention_split.cuh"

namespace voxfuse::device {

/// The attention of one head of any width over the cache: a thread a key, then a thread an element.
///
/// Shapes   q, y: (head_dim), q of float or T; scores: kAttentionThreads floats, room:
///          kAttentionWarps, both shared and free again when this returns.
template <class T, class Q, class Args>
__device__ __forceinline__ void attend_any(const Args& a, const KeySpan& span, const Q* q,
                                           float* scores, float* room, T* y, std::uint32_t* fault) {
  constexpr std::uint32_t kThreads = kAttentionThreads;
  constexpr std::uint32_t kEach = kHeadDimMax / kThreads;  // elements of the head a thread has
  const T* k_cache = static_cast<const T*>(a.k_cache.data);
  const T* v_cache = static_cast<const T*>(a.v_cache.data);
  float largest = -INFINITY;
  float sum = 0.0f;
  float value[kEach] = {};
  for (std::uint32_t base = 0; base < span.keys; base += kThreads) {
    const std::uint32_t count = min(kThreads, span.keys - base);
    float score = -INFINITY;
    if (threadIdx.x < count) {
      const std::size_t at =
          checked_offset(a, span.lane, span.kv_head, span.oldest + base + threadIdx.x, fault);
      float dot = 0.0f;
      for (std::uint32_t d = 0; at != kNowhere && d < a.head_dim; ++d) {
        dot = fmaf(widen(q[d]), widen(k_cache[at + d]), dot);
      }
      score = dot * a.scale;
    }
    scores[threadIdx.x] = score;
    __syncthreads();  // the scores are there
    float most = largest;
    for (std::uint32_t j = 0; j < count; ++j) most = fmaxf(most, scores[j]);
    const float factor = expf(largest - most);  // 0 in the first round
    const float weight = threadIdx.x < count ? expf(score - most) : 0.0f;
    __syncthreads();  // every thread has seen every score
    scores[threadIdx.x] = weight;
    sum = fmaf(sum, factor, block_sum<kThreads>(weight, room));  // its barrier: weights are there
    largest = most;
#pragma unroll
    for (std::uint32_t i = 0; i < kEach; ++i) value[i] *= factor;
    for (std::uint32_t j = 0; j < count; ++j) {
      const std::size_t at =
          checked_offset(a, span.lane, span.kv_head, span.oldest + base + j, fault);
#pragma unroll
      for (std::uint32_t i = 0; i < kEach; ++i) {
        const std::uint32_t d = threadIdx.x + i * kThreads;
        if (at == kNowhere || d >= a.head_dim) continue;
        value[i] = fmaf(scores[j], widen(v_cache[at + d]), value[i]);
      }
    }
    __syncthreads();  // `scores` and `room` may be used again
  }
#pragma unroll
  for (std::uint32_t i = 0; i < kEach; ++i) {
    const std::uint32_t d = threadIdx.x + i * kThreads;
    if (d < a.head_dim) y[d] = narrow<T>(span.keys == 0 ? 0.0f : value[i] / sum);
  }
}

}  // namespace voxfuse::device
