#include "kernels/conv1d/conv1d.hpp"
#include "kernels/support/activate.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::conv1d {

using namespace device;

namespace {

// A block makes a square of outputs, a thread four by four of them, from slices of the sum that
// lie in shared memory: a product whose left rows are put together as they are read.
constexpr std::uint32_t kSide = 64;
constexpr std::uint32_t kSlice = 16;
constexpr std::uint32_t kEach = 4;
constexpr std::uint32_t kAcross = kSide / kEach;
constexpr std::uint32_t kThreads = kAcross * kAcross;

/// What the convolution sees of channel c at a position that may lie beyond the ends.
template <class T>
__device__ __forceinline__ float seen(const Args& a, std::int64_t position, std::uint32_t c) {
  const std::int64_t last = std::int64_t{a.tokens} - 1;
  if (position < 0 || position > last) {
    if (a.padding == static_cast<std::uint32_t>(Padding::kZeros)) return 0.0f;
    const bool mirrors = a.padding == static_cast<std::uint32_t>(Padding::kReflect);
    if (position < 0) {
      position = mirrors ? -position : 0;
    } else {
      position = mirrors ? 2 * last - position : last;
    }
  }
  const T* x = static_cast<const T*>(a.x.data);
  return activate(a.before, widen(x[static_cast<std::size_t>(position) * a.inputs + c]));
}

template <class T, class Weight>
__global__ void __launch_bounds__(kThreads) conv1d_kernel(const __grid_constant__ Args a) {
  __shared__ float left[kSlice][kSide + 1];
  __shared__ float right[kSlice][kSide + 1];
  const std::uint32_t length = a.taps * a.inputs;
  const std::size_t first_step = std::size_t{blockIdx.x} * kSide;
  const std::uint32_t first_output = blockIdx.y * kSide;
  const std::uint32_t across = threadIdx.x % kAcross;
  const std::uint32_t down = threadIdx.x / kAcross;
  const Weight* w = static_cast<const Weight*>(a.w.data);
  float sums[kEach][kEach] = {};
  begin_kernel();
  for (std::uint32_t begin = 0; begin < length; begin += kSlice) {
    for (std::uint32_t i = threadIdx.x; i < kSlice * kSide; i += kThreads) {
      // Neighbours read neighbours: the sum's index runs fastest.
      const std::uint32_t k = begin + i % kSlice;
      const std::uint32_t row = i / kSlice;
      const std::size_t step = first_step + row;
      const std::uint32_t output = first_output + row;
      const std::uint32_t tap = k / a.inputs;
      const auto position = static_cast<std::int64_t>(step * a.stride) +
                            std::int64_t{tap} * a.dilation - std::int64_t{a.pad_left};
      const bool counts = k < length;
      left[i % kSlice][row] =
          counts && step < a.steps ? seen<T>(a, position, k - tap * a.inputs) : 0.0f;
      right[i % kSlice][row] =
          counts && output < a.outputs ? widen(w[std::size_t{output} * length + k]) : 0.0f;
    }
    __syncthreads();  // the slice is there
#pragma unroll
    for (std::uint32_t k = 0; k < kSlice; ++k) {
      float rows[kEach];
      float columns[kEach];
#pragma unroll
      for (std::uint32_t i = 0; i < kEach; ++i) rows[i] = left[k][down * kEach + i];
#pragma unroll
      for (std::uint32_t i = 0; i < kEach; ++i) columns[i] = right[k][across * kEach + i];
#pragma unroll
      for (std::uint32_t i = 0; i < kEach; ++i) {
#pragma unroll
        for (std::uint32_t j = 0; j < kEach; ++j) {
          sums[i][j] = fmaf(rows[i], columns[j], sums[i][j]);
        }
      }
    }
    __syncthreads();  // nobody reads the slice any more
  }
  T* y = static_cast<T*>(a.y.data);
  for (std::uint32_t i = 0; i < kEach; ++i) {
    const std::size_t step = first_step + down * kEach + i;
    for (std::uint32_t j = 0; j < kEach; ++j) {
      const std::uint32_t output = first_output + across * kEach + j;
      if (step >= a.steps || output >= a.outputs) continue;
      const float sum = sums[i][j] + (a.bias ? a.bias.at(output) : 0.0f);
      T* const at = y + step * a.outputs + output;
      const float held = a.adds == 1 ? widen(*at) : 0.0f;
      *at = narrow<T>(held + activate(a.after, sum));
    }
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const dim3 grid(blocks_for(a.steps, kSide), blocks_for(a.outputs, kSide));
  return with_dtype(a.x.dtype, [&](auto act) {
    return with_dtype(a.w.dtype, [&](auto weight) {
      return launch(on, conv1d_kernel<decltype(act), decltype(weight)>, grid, kThreads, 0, a);
    });
  });
}

}  // namespace voxfuse::conv1d
