#include "kernels/qk_norm_rope_append/qk_norm_rope_append.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/kv_place.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::qk_norm_rope_append {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;
constexpr std::uint32_t kWarps = kThreads / kWarp;
/// Pairs (j, j + head_dim / 2) that a lane holds.
constexpr std::uint32_t kPairsMax = kHeadDimMax / 2 / kWarp;

/// A head in the registers of a warp: lane l has the pairs l, l + 32, …
struct Head {
  float first[kPairsMax];
  float second[kPairsMax];
};

template <class T>
__device__ __forceinline__ void load_head(const T* x, std::uint32_t half, Head& head) {
#pragma unroll
  for (std::uint32_t i = 0; i < kPairsMax; ++i) {
    const std::uint32_t j = threadIdx.x % kWarp + i * kWarp;
    if (i * kWarp >= half) break;
    head.first[i] = j < half ? widen(x[j]) : 0.0f;
    head.second[i] = j < half ? widen(x[half + j]) : 0.0f;
  }
}

template <class T>
__device__ __forceinline__ void store_head(T* y, std::uint32_t half, const Head& head) {
#pragma unroll
  for (std::uint32_t i = 0; i < kPairsMax; ++i) {
    const std::uint32_t j = threadIdx.x % kWarp + i * kWarp;
    if (j >= half) break;
    y[j] = narrow<T>(head.first[i]);
    y[half + j] = narrow<T>(head.second[i]);
  }
}

/// rms_norm, then rope_qk, with their roundings.
template <class T>
__device__ __forceinline__ void norm_and_rotate(const Args& a, ConstTensor gain,
                                                std::uint32_t position, Head& head) {
  const std::uint32_t half = a.head_dim / 2;
  float sum = 0.0f;
#pragma unroll
  for (std::uint32_t i = 0; i < kPairsMax; ++i) {
    if (i * kWarp >= half) break;
    sum = fmaf(head.first[i], head.first[i], sum);
    sum = fmaf(head.second[i], head.second[i], sum);
  }
  const float scale = 1.0f / sqrtf(warp_sum(sum) / static_cast<float>(a.head_dim) + a.eps);
#pragma unroll
  for (std::uint32_t i = 0; i < kPairsMax; ++i) {
    const std::uint32_t j = threadIdx.x % kWarp + i * kWarp;
    if (j >= half) break;
    const float first = rounded<T>(rounded<T>(head.first[i] * scale) * gain.at(j));
    const float second = rounded<T>(rounded<T>(head.second[i] * scale) * gain.at(half + j));
    float sine;
    float cosine;
    sincosf(static_cast<float>(position) * a.frequencies[j], &sine, &cosine);
    head.first[i] = rounded<T>(fmaf(-second, sine, rounded<T>(first * cosine)));
    head.second[i] = rounded<T>(fmaf(first, sine, rounded<T>(second * cosine)));
  }
}

/// A warp for each head of a token: q, k and v heads in turn. k and v of valid tokens go into the
/// caches on the way.
template <class T>
__global__ void __launch_bounds__(kThreads)
    qk_norm_rope_append_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  begin_kernel();
  const std::uint32_t head_index = blockIdx.x * kWarps + threadIdx.x / kWarp;
  const std::uint32_t heads = a.heads + 2 * a.kv_heads;
  if (head_index >= heads) return;
  const std::uint32_t lane = blockIdx.y / a.tokens;
  const std::uint32_t token = blockIdx.y % a.tokens;
  const std::uint32_t position = first_position(a, lane) + token;
  const bool is_q = head_index < a.heads;
  const bool is_v = head_index >= a.heads + a.kv_heads;
  const std::uint32_t half = a.head_dim / 2;

  T* x = static_cast<T*>(a.qkv.data) + (std::size_t{blockIdx.y} * heads + head_index) * a.head_dim;
  Head head;
  load_head(x, half, head);
  if (!is_v) {
    norm_and_rotate<T>(a, is_q ? a.q_gain : a.k_gain, position, head);
    store_head(x, half, head);
  }
  if (is_q || token >= valid_tokens(a, lane)) return;
  const std::uint32_t kv_head = (head_index - a.heads) % a.kv_heads;
  const std::size_t at = checked_offset(a, lane, kv_head, position, fault);
  if (at == kNowhere) return;
  store_head(static_cast<T*>(is_v ? a.v_cache.data : a.k_cache.data) + at, half, head);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const dim3 grid(blocks_for(a.heads + 2 * a.kv_heads, kWarps), a.lanes * a.tokens);
  return with_dtype(a.qkv.dtype, [&](auto act) {
    return launch(on, qk_norm_rope_append_kernel<decltype(act)>, grid, kThreads, 0, a, on.fault);
  });
}

}  // namespace voxfuse::qk_norm_rope_append
