#pragma once

// Products of any dtypes and shapes in f32: a warp for each output, eight rows at a time. What f32
// activations run on, and shapes that fill no tile. Lane l takes quads of k, l mod 32 of them, in
// order; the lanes' sums are added as warp_sum() does: an order that depends on K alone.
// Only for `<op>.cuda.cu`.

#include <cstdint>

#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"
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

  /// Whether quads of x and w are on one access each.
  bool in_quads() const {
    const auto aligned = [](const auto* at) {
      // An address is asked for its alignment.
      return reinterpret_cast<std::uintptr_t>(at) % (kQuad * sizeof *at) == 0;
    };
    return inputs % kQuad == 0 && x_stride % kQuad == 0 && aligned(x) && aligned(w);
  }
};

/// The gain and eps of a norm of x; no norm without a gain.
struct PlainNorm {
  ConstTensor gain;
  float eps;
};

/// Four elements from k on, zeros beyond the last.
template <class T>
__device__ __forceinline__ float4 quad_at(const T* row, std::uint32_t k, std::uint32_t inputs,
                                          bool in_quads) {
  if (k >= inputs) return {0, 0, 0, 0};
  if (in_quads) return load_quad(row + k);
  return {widen(row[k]), k + 1 < inputs ? widen(row[k + 1]) : 0.0f,
          k + 2 < inputs ? widen(row[k + 2]) : 0.0f, k + 3 < inputs ? widen(row[k + 3]) : 0.0f};
}

/// x normalised, with rms_norm's roundings.
template <class X>
__device__ __forceinline__ float normed(float x, float scale, float gain) {
  return rounded<X>(rounded<X>(x * scale) * gain);
}

/// sums[r] of the warp's output and the rows of x, in every lane.
template <class X, class W>
__device__ __forceinline__ void plain_sums(const PlainOperands<X, W>& p, const PlainNorm& norm,
                                           bool in_quads, const float* scales,
                                           std::uint32_t first_row, std::uint32_t output,
                                           float (&sums)[kPlainRows]) {
  constexpr std::uint32_t kAtOnce = 4;  // quads of weights under way
  constexpr std::uint32_t kApart = kWarp * kQuad;
  const W* w = p.w + std::size_t{output} * p.inputs;
#pragma unroll
  for (float& sum : sums) sum = 0.0f;
  const std::uint32_t of_lane = threadIdx.x % kWarp * kQuad;
  for (std::uint32_t first = of_lane; first < p.inputs; first += kAtOnce * kApart) {
    float4 weights[kAtOnce];
#pragma unroll
    for (std::uint32_t i = 0; i < kAtOnce; ++i) {
      weights[i] = quad_at(w, first + i * kApart, p.inputs, in_quads);
    }
#pragma unroll
    for (std::uint32_t i = 0; i < kAtOnce; ++i) {
      const std::uint32_t k = first + i * kApart;
      if (k >= p.inputs) break;
      float4 gain = {1, 1, 1, 1};
      if (norm.gain) {
        gain = {norm.gain.at(k), k + 1 < p.inputs ? norm.gain.at(k + 1) : 0.0f,
                k + 2 < p.inputs ? norm.gain.at(k + 2) : 0.0f,
                k + 3 < p.inputs ? norm.gain.at(k + 3) : 0.0f};
      }
#pragma unroll
      for (std::uint32_t r = 0; r < kPlainRows; ++r) {
        if (first_row + r >= p.rows) break;
        float4 x = quad_at(p.x + std::size_t{first_row + r} * p.x_stride, k, p.inputs, in_quads);
        if (norm.gain) {
          x = {normed<X>(x.x, scales[r], gain.x), normed<X>(x.y, scales[r], gain.y),
               normed<X>(x.z, scales[r], gain.z), normed<X>(x.w, scales[r], gain.w)};
        }
        sums[r] = fmaf(x.x, weights[i].x, sums[r]);
        sums[r] = fmaf(x.y, weights[i].y, sums[r]);
        sums[r] = fmaf(x.z, weights[i].z, sums[r]);
        sums[r] = fmaf(x.w, weights[i].w, sums[r]);
      }
    }
  }
#pragma unroll
  for (float& sum : sums) sum = warp_sum(sum);
}

/// One block: 8 · kEach outputs of eight rows. kEach = 2 gives a warp a gate and its up.
template <std::uint32_t kEach, class X, class W, class Epilogue>
__global__ void __launch_bounds__(kPlainThreads)
    plain_product_kernel(const PlainOperands<X, W> p, const PlainNorm norm, bool in_quads,
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
    plain_sums(p, norm, in_quads, scales, first_row, output + i, sums[i]);
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
                p.in_quads(), epilogue);
}

}  // namespace voxfuse::device
