#include "kernels/nearest_code/nearest_code.hpp"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::nearest_code {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;
constexpr std::uint32_t kWarps = kThreads / kWarp;

struct Nearest {
  float distance;
  std::uint32_t code;
};

/// The nearer one; of two alike the first.
__device__ __forceinline__ Nearest nearer(Nearest a, Nearest b) {
  const bool is_a = a.distance < b.distance || (a.distance == b.distance && a.code < b.code);
  return is_a ? a : b;
}

/// A block for each vector, which lies in shared memory; a warp for each entry in turn.
__global__ void __launch_bounds__(kThreads) nearest_code_kernel(const __grid_constant__ Args a) {
  extern __shared__ float vector[];
  __shared__ Nearest best[kWarps];
  begin_kernel();
  const std::uint32_t warp = threadIdx.x / kWarp;
  const std::uint32_t lane = threadIdx.x % kWarp;
  float* x = static_cast<float*>(a.x.data) + std::size_t{blockIdx.x} * a.dim;
  for (std::uint32_t i = threadIdx.x; i < a.dim; i += kThreads) vector[i] = x[i];
  __syncthreads();  // the vector is there
  Nearest mine{INFINITY, 0};
  for (std::uint32_t code = warp; code < a.size; code += kWarps) {
    const float* entry = a.codebook + std::size_t{code} * a.dim;
    float part = 0.0f;
    for (std::uint32_t i = lane; i < a.dim; i += kWarp) {
      const float off = vector[i] - entry[i];
      part = fmaf(off, off, part);
    }
    mine = nearer(mine, {warp_sum(part), code});
  }
  if (lane == 0) best[warp] = mine;
  __syncthreads();  // the warps' choices are there
  Nearest nearest = best[0];
#pragma unroll
  for (std::uint32_t i = 1; i < kWarps; ++i) nearest = nearer(nearest, best[i]);
  if (threadIdx.x == 0) a.codes[std::size_t{blockIdx.x} * a.groups + a.group] = nearest.code;
  const float* entry = a.codebook + std::size_t{nearest.code} * a.dim;
  for (std::uint32_t i = threadIdx.x; i < a.dim; i += kThreads) x[i] = vector[i] - entry[i];
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  return launch(on, nearest_code_kernel, a.tokens, kThreads, a.dim * sizeof(float), a);
}

}  // namespace voxfuse::nearest_code
