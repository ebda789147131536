#include "kernels/self_attention/self_attention.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::self_attention {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 128;
constexpr std::uint32_t kWarps = kThreads / kWarp;

/// A block for each head of each token: a warp for each key in turn, then a thread for each element
/// of the result.
template <class T>
__global__ void __launch_bounds__(kThreads) self_attention_kernel(const __grid_constant__ Args a) {
  extern __shared__ float scores[];
  __shared__ float room[kWarps];
  __shared__ float tops[kWarps];
  begin_kernel();
  const std::uint32_t t = blockIdx.x;
  const std::uint32_t h = blockIdx.y;
  const std::uint32_t warp = threadIdx.x / kWarp;
  const std::uint32_t lane = threadIdx.x % kWarp;
  const std::size_t kv_width = std::size_t{a.kv_heads} * a.head_dim;
  const std::size_t of_kv = std::size_t{h / (a.heads / a.kv_heads)} * a.head_dim;
  const std::size_t at = (std::size_t{t} * a.heads + h) * a.head_dim;
  const T* q = static_cast<const T*>(a.q.data) + at;
  const T* k = static_cast<const T*>(a.k.data) + of_kv;
  const T* v = static_cast<const T*>(a.v.data) + of_kv;
  float most = -INFINITY;
  for (std::uint32_t j = warp; j <= t; j += kWarps) {
    float part = 0.0f;
    for (std::uint32_t d = lane; d < a.head_dim; d += kWarp) {
      part = fmaf(widen(q[d]), widen(k[j * kv_width + d]), part);
    }
    const float score = warp_sum(part) * a.scale;
    if (lane == 0) scores[j] = score;
    most = fmaxf(most, score);
  }
  if (lane == 0) tops[warp] = most;
  __syncthreads();  // scores and tops are there
#pragma unroll
  for (std::uint32_t i = 0; i < kWarps; ++i) most = fmaxf(most, tops[i]);
  float part = 0.0f;
  for (std::uint32_t j = threadIdx.x; j <= t; j += kThreads) {
    scores[j] = expf(scores[j] - most);
    part += scores[j];
  }
  const float total = block_sum<kThreads>(part, room);  // and the weights are there
  T* y = static_cast<T*>(a.y.data) + at;
  for (std::uint32_t d = threadIdx.x; d < a.head_dim; d += kThreads) {
    float sum = 0.0f;
    for (std::uint32_t j = 0; j <= t; ++j) sum = fmaf(scores[j], widen(v[j * kv_width + d]), sum);
    y[d] = narrow<T>(sum / total);
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const std::size_t shared = a.tokens * sizeof(float);
  return with_dtype(a.y.dtype, [&](auto act) {
    return launch(on, self_attention_kernel<decltype(act)>, dim3(a.tokens, a.heads), kThreads,
                  shared, a);
  });
}

}  // namespace voxfuse::self_attention
