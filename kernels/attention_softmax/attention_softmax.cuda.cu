#include "kernels/attention_softmax/attention_softmax.hpp"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::attention_softmax {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;
constexpr std::uint32_t kWarps = kThreads / kWarp;

/// One block a query and head; a thread takes every 256th score.
__global__ void __launch_bounds__(kThreads)
    attention_softmax_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  __shared__ float room[kWarps];
  begin_kernel();
  const std::uint32_t lane = blockIdx.y / a.tokens;
  const std::uint32_t token = blockIdx.y % a.tokens;
  if (token >= valid_tokens(a, lane)) return;
  const std::uint32_t position = first_position(a, lane) + token;
  const std::uint32_t keys = position + 1 - first_key(position, a.window);
  if (keys > a.context_max) {
    report(fault, ErrorCode::kBadLimit);
    return;
  }
  float* scores = a.scores + (std::size_t{blockIdx.y} * a.heads + blockIdx.x) * a.context_max;
  float most = -INFINITY;
  for (std::uint32_t j = threadIdx.x; j < keys; j += kThreads) most = fmaxf(most, scores[j]);
  most = warp_max(most);
  if (threadIdx.x % kWarp == 0) room[threadIdx.x / kWarp] = most;
  __syncthreads();  // every warp's largest is in `room`
#pragma unroll
  for (const float one : room) most = fmaxf(most, one);
  __syncthreads();  // `room` has been read and is block_sum's now
  float sum = 0.0f;
  for (std::uint32_t j = threadIdx.x; j < keys; j += kThreads) sum += expf(scores[j] - most);
  sum = block_sum<kThreads>(sum, room);
  for (std::uint32_t j = threadIdx.x; j < keys; j += kThreads) {
    scores[j] = expf(scores[j] - most) / sum;
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return launch(on, attention_softmax_kernel, dim3(a.heads, a.lanes * a.tokens), kThreads, 0, a,
                on.fault);
}

}  // namespace voxfuse::attention_softmax
