#pragma once

// What becomes of a skinny product's sums. Only for skinny_product.cuh and the products beside it.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/product/skinny_stages.cuh"

namespace voxfuse::device {

/// The sums that a block's warps leave in shared memory.
struct SkinnySums {
  const float* sums;
  const float* squares;  ///< nullptr without a norm.
  std::uint32_t rows;
  std::uint32_t outputs;
  std::uint32_t inputs;
  float eps;

  /// The scale of a row; 1 without a norm. Warps in their order.
  __device__ __forceinline__ float scale(std::uint32_t row) const {
    if (squares == nullptr) return 1.0f;
    float sum = 0.0f;
#pragma unroll
    for (std::uint32_t warp = 0; warp < kSkinnyWarps; ++warp) sum += squares[warp * rows + row];
    return 1.0f / sqrtf(sum / static_cast<float>(inputs) + eps);
  }
  /// The sum of all warps at one output of a row, in their order.
  __device__ __forceinline__ float at(std::uint32_t row, std::uint32_t output) const {
    float sum = 0.0f;
#pragma unroll
    for (std::uint32_t warp = 0; warp < kSkinnyWarps; ++warp) {
      sum += sums[(warp * rows + row) * outputs + output];
    }
    return sum;
  }
};

/// Element i of a bias, or 0 without one.
__device__ __forceinline__ float bias_at(ConstTensor bias, std::uint32_t i) {
  return bias ? bias.at(i) : 0.0f;
}

/// y = sum + bias, or y += it when kAdds; the sum is rounded first, as two ops would.
template <class Y, bool kAdds>
struct StoreEpilogue {
  ConstTensor bias;
  Y* y;

  __device__ __forceinline__ void store_one(std::uint32_t row, std::uint32_t output,
                                            std::uint32_t outputs, float sum) const {
    const std::size_t at = std::size_t{row} * outputs + output;
    store_onto(at, output, sum, kAdds ? y[at] : Y{});
  }
  __device__ __forceinline__ void store_onto(std::size_t at, std::uint32_t output, float sum,
                                             Y held) const {
    sum += bias_at(bias, output);
    y[at] = kAdds ? narrow<Y>(widen(held) + rounded<Y>(sum)) : narrow<Y>(sum);
  }
  /// What y holds where the thread stores first: asked for long before the sum is there, and as it
  /// is, for a thread stands still at the first use of what it has asked for.
  __device__ __forceinline__ Y ask(std::uint32_t rows, std::uint32_t block_outputs,
                                   std::uint32_t first_row, std::uint32_t first_output,
                                   std::uint32_t outputs) const {
    const std::uint32_t row = threadIdx.x / block_outputs;
    const std::uint32_t output = first_output + threadIdx.x % block_outputs;
    if (!kAdds || row >= rows || output >= outputs) return Y{};
    return y[std::size_t{first_row + row} * outputs + output];
  }
  __device__ __forceinline__ void store(const SkinnySums& all, std::uint32_t rows,
                                        std::uint32_t first_row, std::uint32_t first_output,
                                        std::uint32_t outputs, Y held) const {
#pragma unroll 1
    for (std::uint32_t i = threadIdx.x; i < rows * all.outputs; i += kSkinnyThreads) {
      const std::uint32_t row = i / all.outputs;
      const std::uint32_t output = first_output + i % all.outputs;
      if (output >= outputs) continue;
      const float sum = all.at(row, i % all.outputs) * all.scale(row);
      const std::size_t at = std::size_t{first_row + row} * outputs + output;
      if (kAdds && i != threadIdx.x) held = y[at];
      store_onto(at, output, sum, held);
    }
  }
};

/// y = silu(gate) * up for outputs that are gate and up in turn, with the roundings of three ops.
template <class Y>
struct SwigluEpilogue {
  Y* y;

  __device__ __forceinline__ void store_pair(std::uint32_t row, std::uint32_t pair,
                                             std::uint32_t pairs, float gate, float up) const {
    gate = rounded<Y>(gate);
    const float gated = rounded<Y>(gate / (1.0f + expf(-gate)));
    y[std::size_t{row} * pairs + pair] = narrow<Y>(gated * rounded<Y>(up));
  }
  /// Nothing is added to.
  __device__ __forceinline__ float ask(std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t,
                                       std::uint32_t) const {
    return 0.0f;
  }
  __device__ __forceinline__ void store(const SkinnySums& all, std::uint32_t rows,
                                        std::uint32_t first_row, std::uint32_t first_output,
                                        std::uint32_t outputs, float) const {
    const std::uint32_t row_pairs = all.outputs / 2;
#pragma unroll 1
    for (std::uint32_t i = threadIdx.x; i < rows * row_pairs; i += kSkinnyThreads) {
      const std::uint32_t row = i / row_pairs;
      const std::uint32_t output = i % row_pairs * 2;
      if (first_output + output >= outputs) continue;
      const float scale = all.scale(row);
      store_pair(first_row + row, (first_output + output) / 2, outputs / 2,
                 all.at(row, output) * scale, all.at(row, output + 1) * scale);
    }
  }
};

}  // namespace voxfuse::device
