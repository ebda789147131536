#pragma once

// Products of any dtypes and shapes in f32: a warp for each output, eight rows at a time. What f32
// activations run on, and shapes that fill no tile. Lane l takes every k of l mod 32 in order; the
// lanes' sums are added as warp_sum() does: an order that depends on K alone.
// Only for `<op>.cuda.cu`.

#include <cstdint>

#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kPlainThreads = 256;
inline constexpr std::uint32_t kPlainWarps = kPlainThreads / kWarp;
inline constexpr std::uint32_t kPlainRows = 8;

template <class X, class W>
struct PlainOperands {
  const X* x;
  const W* w;
  std::uint32_t rows;
  std::uint32_t inputs;
  std::uint32_t outputs;  ///< Rows of w.
  std::uint32_t x_stride;
};

/// The gain and eps of a norm of x; no norm without a gain.
struct PlainNorm {
  ConstTensor gain;
  float eps;
};

/// sums[r] of the warp's output and the rows of x, in every lane.
template <class X, class W>
__device__ __forceinline__ void plain_sums(const PlainOperands<X, W>& p, const PlainNorm& norm,
                                           const float* scales, std::uint32_t first_row,
                                           std::uint32_t output, float (&sums)[kPlainRows]) {
  const W* w = p.w + std::size_t{output} * p.inputs;
#pragma unroll
  for (float& sum : sums) sum = 0.0f;
  for (std::uint32_t k = threadIdx.x % kWarp; k < p.inputs; k += kWarp) {
    const float weight = widen(w[k]);
    const float gain = norm.gain ? norm.gain.at(k) : 1.0f;
#pragma unroll
    for (std::uint32_t r = 0; r < kPlainRows; ++r) {
      if (first_row + r >= p.rows) break;
      float x = widen(p.x[std::size_t{first_row + r} * p.x_stride + k]);
      if (norm.gain.data != nullptr) x = rounded<X>(rounded<X>(x * scales[r]) * gain);
      sums[r] = fmaf(x, weight, sums[r]);
    }
  }
#pragma unroll
  for (float& sum : sums) sum = warp_sum(sum);
}

/// One block: 8 · kEach outputs of eight rows. kEach = 2 gives a warp a gate and its up.
template <std::uint32_t kEach, class X, class W, class Epilogue>
__global__ void __launch_bounds__(kPlainThreads)
    plain_product_kernel(const PlainOperands<X, W> p, const PlainNorm norm,
                         const Epilogue epilogue) {
  __shared__ float scales[kPlainRows];
  begin_kernel();
  const std::uint32_t lane = threadIdx.x % kWarp;
  const std::uint32_t warp = threadIdx.x / kWarp;
  const std::uint32_t first_row = blockIdx.y * kPlainRows;
  if (norm.gain.data != nullptr) {
    // As many warps as rows: each makes the scale of one.
    float sum = 0.0f;
    const std::uint32_t row = first_row + warp;
    for (std::uint32_t k = lane; row < p.rows && k < p.inputs; k += kWarp) {
      const float x = widen(p.x[std::size_t{row} * p.x_stride + k]);
      sum = fmaf(x, x, sum);
    }
    sum = warp_sum(sum);
    if (lane == 0) scales[warp] = 1.0f / sqrtf(sum / static_cast<float>(p.inputs) + norm.eps);
    __syncthreads();  // all eight scales are there
  }
  const std::uint32_t output = (blockIdx.x * kPlainWarps + warp) * kEach;
  if (output >= p.outputs) return;
  float sums[kEach][kPlainRows];
#pragma unroll
  for (std::uint32_t i = 0; i < kEach; ++i) {
    plain_sums(p, norm, scales, first_row, output + i, sums[i]);
  }
#pragma unroll
  for (std::uint32_t r = 0; r < kPlainRows; ++r) {
    if (lane != r || first_row + r >= p.rows) continue;
    if constexpr (kEach == 2) {
      epilogue.store_pair(first_row + r, output / 2, p.outputs / 2, sums[0][r], sums[1][r]);
    } else {
      epilogue.store_one(first_row + r, output, p.outputs, sums[0][r]);
    }
  }
}

/// The product of x with every row of w; `norm` without a gain leaves x as it is.
template <std::uint32_t kEach, class X, class W, class Epilogue>
Status launch_plain(CudaContext& on, const PlainOperands<X, W>& p, const PlainNorm& norm,
                    const Epilogue& epilogue) {
  static_assert(kPlainWarps == kPlainRows);
  const dim3 grid(blocks_for(p.outputs, kPlainWarps * kEach), blocks_for(p.rows, kPlainRows));
  return launch(on, plain_product_kernel<kEach, X, W, Epilogue>, grid, kPlainThreads, 0, p, norm,
                epilogue);
}

}  // namespace voxfuse::device
