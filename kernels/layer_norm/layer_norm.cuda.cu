#include "kernels/layer_norm/layer_norm.hpp"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::layer_norm {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 128;
constexpr std::uint32_t kStep = kThreads * kPack;

__device__ __forceinline__ float add_all(const Pack& pack, float sum) {
#pragma unroll
  for (std::uint32_t i = 0; i < kPack; ++i) sum += pack.at[i];
  return sum;
}

/// What of a pack lies beyond the row, `left` elements on, would count as a deviation.
__device__ __forceinline__ float add_deviations(const Pack& pack, float mean, std::uint32_t left,
                                                float sum) {
#pragma unroll
  for (std::uint32_t i = 0; i < kPack; ++i) {
    const float off = i < left ? pack.at[i] - mean : 0.0f;
    sum = fmaf(off, off, sum);
  }
  return sum;
}

/// A block for each row, of which a thread has its first pack in registers and reads the others, in
/// rows longer than 1024, once for each pass. x and y carry no __restrict__: they may be one
/// buffer, and a thread writes only packs that nobody else reads.
template <class T, class Gain, class Bias>
__global__ void __launch_bounds__(kThreads)
    layer_norm_kernel(const __grid_constant__ Args a, bool whole) {
  __shared__ float sums[kThreads / kWarp];
  __shared__ float squares[kThreads / kWarp];
  const std::uint32_t width = a.width;
  const T* x = static_cast<const T*>(a.x.data) + std::size_t{blockIdx.x} * width;
  T* y = static_cast<T*>(a.y.data) + std::size_t{blockIdx.x} * width;
  const std::uint32_t first = threadIdx.x * kPack;
  begin_kernel();
  Pack mine = {};
  if (first < width) mine = load_pack(x, first, width, whole);

  float sum = add_all(mine, 0.0f);
  for (std::uint32_t i = first + kStep; i < width; i += kStep) {
    sum = add_all(load_pack(x, i, width, whole), sum);
  }
  const float mean = block_sum<kThreads>(sum, sums) / static_cast<float>(width);

  float square = first < width ? add_deviations(mine, mean, width - first, 0.0f) : 0.0f;
  for (std::uint32_t i = first + kStep; i < width; i += kStep) {
    square = add_deviations(load_pack(x, i, width, whole), mean, width - i, square);
  }
  const float variance = block_sum<kThreads>(square, squares) / static_cast<float>(width);
  const float scale = 1.0f / sqrtf(variance + a.eps);

  for (std::uint32_t i = first; i < width; i += kStep) {
    Pack pack = i == first ? mine : load_pack(x, i, width, whole);
    const Pack gain = load_pack(static_cast<const Gain*>(a.gain.data), i, width, whole);
    const Pack bias = load_pack(static_cast<const Bias*>(a.bias.data), i, width, whole);
#pragma unroll
    for (std::uint32_t j = 0; j < kPack; ++j) {
      pack.at[j] = fmaf((pack.at[j] - mean) * scale, gain.at[j], bias.at[j]);
    }
    store_pack(y, i, width, whole, pack);
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.x.data, a.gain.data, a.bias.data, a.y.data});
  return with_dtype(a.x.dtype, [&](auto act) {
    return with_dtype(a.gain.dtype, [&](auto gain) {
      return with_dtype(a.bias.dtype, [&](auto bias) {
        using T = decltype(act);
        return launch(on, layer_norm_kernel<T, decltype(gain), decltype(bias)>, a.rows, kThreads, 0,
                      a, whole);
      });
    });
  });
}

}  // namespace voxfuse::layer_norm
