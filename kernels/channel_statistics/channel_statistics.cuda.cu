#include "kernels/channel_statistics/channel_statistics.hpp"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::channel_statistics {

using namespace device;

namespace {

constexpr std::uint32_t kColumns = 32;
constexpr std::uint32_t kParts = 16;

/// The sum of a column's parts, in every one of its threads.
__device__ __forceinline__ float joined(float part, float (&room)[kParts][kColumns]) {
  __syncthreads();  // nobody reads what was there
  room[threadIdx.y][threadIdx.x] = part;
  __syncthreads();  // the parts are there
  float sum = 0.0f;
#pragma unroll
  for (std::uint32_t i = 0; i < kParts; ++i) sum += room[i][threadIdx.x];
  return sum;
}

__device__ __forceinline__ float highest(float part, float (&room)[kParts][kColumns]) {
  __syncthreads();  // nobody reads what was there
  room[threadIdx.y][threadIdx.x] = part;
  __syncthreads();  // the parts are there
  float most = room[0][threadIdx.x];
#pragma unroll
  for (std::uint32_t i = 1; i < kParts; ++i) most = fmaxf(most, room[i][threadIdx.x]);
  return most;
}

/// A warp's columns to a block, their rows shared out over its warps.
__global__ void __launch_bounds__(kColumns* kParts)
    channel_statistics_kernel(const __grid_constant__ Args a) {
  __shared__ float room[kParts][kColumns];
  begin_kernel();
  const std::uint32_t wanted = blockIdx.x * kColumns + threadIdx.x;
  const std::uint32_t c = min(wanted, a.width - 1);  // a thread too many works along
  const float* x = static_cast<const float*>(a.x.data) + c;
  const float* scores = a.scores ? static_cast<const float*>(a.scores.data) + c : nullptr;
  float most = 0.0f;
  if (scores != nullptr) {
    most = scores[0];
    for (std::uint32_t m = threadIdx.y; m < a.rows; m += kParts) {
      most = fmaxf(most, scores[std::size_t{m} * a.width]);
    }
    most = highest(most, room);
  }
  const auto weight = [&](std::uint32_t m) {
    return scores == nullptr ? 1.0f : expf(scores[std::size_t{m} * a.width] - most);
  };
  float total = 0.0f;
  float mean = 0.0f;
  for (std::uint32_t m = threadIdx.y; m < a.rows; m += kParts) {
    total += weight(m);
    mean = fmaf(weight(m), x[std::size_t{m} * a.width], mean);
  }
  total = joined(total, room);
  mean = joined(mean, room) / total;
  float square = 0.0f;
  for (std::uint32_t m = threadIdx.y; m < a.rows; m += kParts) {
    const float off = x[std::size_t{m} * a.width] - mean;
    square = fmaf(weight(m), off * off, square);
  }
  square = joined(square, room) / total;
  if (threadIdx.y != 0 || wanted >= a.width) return;
  float* y = static_cast<float*>(a.y.data);
  y[c] = mean;
  y[a.width + c] = sqrtf(fmaxf(square, 1e-12f));
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  return launch(on, channel_statistics_kernel, blocks_for(a.width, kColumns),
                dim3(kColumns, kParts), 0, a);
}

}  // namespace voxfuse::channel_statistics
