#include "kernels/attention_values/attention_values.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/kv_place.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::attention_values {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;
constexpr std::uint32_t kElements = 32;  ///< Of the head that a block has: a lane each.
constexpr std::uint32_t kWarps = kThreads / kWarp;

/// A block has 32 elements of one query's head; a warp takes every eighth key, and the warps' sums
/// are added in their order.
template <class T>
__global__ void __launch_bounds__(kThreads)
    attention_values_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  __shared__ float room[kWarps][kElements];
  begin_kernel();
  const std::uint32_t lane = blockIdx.y / a.tokens;
  const std::uint32_t token = blockIdx.y % a.tokens;
  const std::uint32_t position = first_position(a, lane) + token;
  const std::uint32_t oldest = first_key(position, a.window);
  std::uint32_t keys = token < valid_tokens(a, lane) ? position + 1 - oldest : 0;
  const bool has_page = keys_fit(a, position) && page_of(a, lane, position) < a.pages;
  if (keys != 0 && (!has_page || keys > a.context_max)) {
    report(fault, has_page ? ErrorCode::kBadLimit : ErrorCode::kBadPage);
    keys = 0;
  }
  const std::uint32_t head = blockIdx.x;
  const std::uint32_t warp = threadIdx.x / kWarp;
  const std::uint32_t d = blockIdx.z * kElements + threadIdx.x % kWarp;
  const float* scores = a.scores + (std::size_t{blockIdx.y} * a.heads + head) * a.context_max;
  float sum = 0.0f;
  for (std::uint32_t j = warp; j < keys; j += kWarps) {
    const std::size_t at =
        checked_offset(a, lane, head / (a.heads / a.kv_heads), oldest + j, fault);
    if (at == kNowhere || d >= a.head_dim) continue;
    sum = fmaf(scores[j], widen(static_cast<const T*>(a.v_cache.data)[at + d]), sum);
  }
  room[warp][threadIdx.x % kWarp] = sum;
  __syncthreads();  // every warp's sums are in `room`
  if (warp != 0 || d >= a.head_dim) return;
  sum = 0.0f;
#pragma unroll
  for (std::uint32_t w = 0; w < kWarps; ++w) sum += room[w][threadIdx.x];
  static_cast<T*>(a.y.data)[(std::size_t{blockIdx.y} * a.heads + head) * a.head_dim + d] =
      narrow<T>(sum);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const dim3 grid(a.heads, a.lanes * a.tokens, blocks_for(a.head_dim, kElements));
  return with_dtype(a.y.dtype, [&](auto act) {
    return launch(on, attention_values_kernel<decltype(act)>, grid, kThreads, 0, a, on.fault);
  });
}

}  // namespace voxfuse::attention_values
