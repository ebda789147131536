#include "kernels/nearest_code/nearest_code.hpp"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::nearest_code {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;

struct Nearest {
  float distance;
  std::uint32_t code;
};

/// The nearer one; of two alike the first.
__device__ __forceinline__ Nearest nearer(Nearest a, Nearest b) {
  const bool is_a = a.distance < b.distance || (a.distance == b.distance && a.code < b.code);
  return is_a ? a : b;
}

/// A block for each vector, which lies in shared memory; a thread for each entry in turn.
__global__ void __launch_bounds__(kThreads) nearest_code_kernel(const __grid_constant__ Args a) {
  extern __shared__ float vector[];
  __shared__ Nearest best[kThreads];
  begin_kernel();
  float* x = static_cast<float*>(a.x.data) + std::size_t{blockIdx.x} * a.dim;
  for (std::uint32_t i = threadIdx.x; i < a.dim; i += kThreads) vector[i] = x[i];
  __syncthreads();  // the vector is there
  Nearest mine{INFINITY, 0};
  for (std::uint32_t code = threadIdx.x; code < a.size; code += kThreads) {
    const float* entry = a.codebook + std::size_t{code} * a.dim;
    float distance = 0.0f;
    for (std::uint32_t i = 0; i < a.dim; ++i) {
      const float off = vector[i] - entry[i];
      distance = fmaf(off, off, distance);
    }
    mine = nearer(mine, {distance, code});
  }
  best[threadIdx.x] = mine;
  for (std::uint32_t apart = kThreads / 2; apart > 0; apart /= 2) {
    __syncthreads();  // the last round's choices are there
    if (threadIdx.x < apart) {
      best[threadIdx.x] = nearer(best[threadIdx.x], best[threadIdx.x + apart]);
    }
  }
  __syncthreads();  // the choice is there
  const std::uint32_t nearest = best[0].code;
  if (threadIdx.x == 0) a.codes[std::size_t{blockIdx.x} * a.groups + a.group] = nearest;
  const float* entry = a.codebook + std::size_t{nearest} * a.dim;
  for (std::uint32_t i = threadIdx.x; i < a.dim; i += kThreads) x[i] = vector[i] - entry[i];
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  return launch(on, nearest_code_kernel, a.tokens, kThreads, a.dim * sizeof(float), a);
}

}  // namespace voxfuse::nearest_code
