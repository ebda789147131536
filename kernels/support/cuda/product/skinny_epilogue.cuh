#pragma once

// What becomes of a skinny product's sums. Only for skinny_product.cuh and the products beside it.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/product/skinny_stages.cuh"

namespace voxfuse::device {

/// The sums that a block's warps leave in shared memory, and how its threads share them out: two
/// neighbouring outputs of a row each.
template <int kTiles, int kHalves>
struct SkinnySums {
  using Memory = SkinnyMemory<kTiles, kHalves>;
  static constexpr std::uint32_t kPairs = kTiles * kTileOutputs / 2;  ///< Of a row.
  /// Turns that a thread has at most.
  static constexpr std::uint32_t kTurns =
      (kHalves * kHalfRows * kPairs + kSkinnyThreads - 1) / kSkinnyThreads;

  const float* sums;     ///< (warps, row count, Memory::kPitch)
  const float* squares;  ///< (row count, warps); nullptr without a norm.
  std::uint32_t row_count;
  float inputs;
  float eps;

  __device__ __forceinline__ static std::uint32_t row_of(std::uint32_t turn) {
    return (threadIdx.x + turn * kSkinnyThreads) / kPairs;
  }
  __device__ __forceinline__ static std::uint32_t output_of(std::uint32_t turn) {
    return (threadIdx.x + turn * kSkinnyThreads) % kPairs * 2;
  }

  /// The scale of a row; 1 without a norm. Warps in their order.
  __device__ __forceinline__ float scale(std::uint32_t row) const {
    if (squares == nullptr) return 1.0f;
    const float4 low = *reinterpret_cast<const float4*>(squares + row * kSkinnyWarps);
    const float4 high = *reinterpret_cast<const float4*>(squares + row * kSkinnyWarps + 4);
    const float of_warps[] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
    static_assert(sizeof of_warps == kSkinnyWarps * sizeof(float));
    float sum = 0.0f;
#pragma unroll
    for (const float of_warp : of_warps) sum += of_warp;
    return rsqrtf(__fdividef(sum, inputs) + eps);
  }
  /// The sum of all warps, in their order, at two outputs of a row.
  __device__ __forceinline__ float2 at(std::uint32_t row, std::uint32_t output) const {
    float2 of_warps[kSkinnyWarps];
#pragma unroll
    for (std::uint32_t warp = 0; warp < kSkinnyWarps; ++warp) {
      // Pitch and output are even.
      of_warps[warp] = *reinterpret_cast<const float2*>(
          sums + (warp * row_count + row) * Memory::kPitch + output);
    }
    float2 sum = {0.0f, 0.0f};
#pragma unroll
    for (const float2& of_warp : of_warps) {
      sum.x += of_warp.x;
      sum.y += of_warp.y;
    }
    return sum;
  }
  /// The sums of all turns of this thread, scaled, of so many rows.
  __device__ __forceinline__ void take(std::uint32_t rows, float2 (&into)[kTurns]) const {
#pragma unroll
    for (std::uint32_t turn = 0; turn < kTurns; ++turn) {
      // Of a row beyond the last nothing is stored: some other one will do.
      const std::uint32_t row = min(row_of(turn), rows - 1);
      const float by = scale(row);
      into[turn] = at(row, output_of(turn));
      into[turn].x *= by;
      into[turn].y *= by;
    }
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
    Y& to = y[std::size_t{row} * outputs + output];
    to = result(output, sum, kAdds ? to : Y{});
  }
  /// Outputs `output` to `output` + 3, where both are multiples of four.
  __device__ __forceinline__ void store_four(std::uint32_t row, std::uint32_t output,
                                             std::uint32_t outputs, float4 sums) const {
    struct alignas(4 * sizeof(Y)) Four {
      Y at[4];
    };
    // Rows of y begin on fours.
    Four* to = reinterpret_cast<Four*>(y + std::size_t{row} * outputs + output);
    Four four = kAdds ? *to : Four{};
    const float values[4] = {sums.x, sums.y, sums.z, sums.w};
#pragma unroll
    for (std::uint32_t i = 0; i < 4; ++i) four.at[i] = result(output + i, values[i], four.at[i]);
    *to = four;
  }
  __device__ __forceinline__ Y result(std::uint32_t output, float sum, Y held) const {
    sum += bias_at(bias, output);
    return kAdds ? narrow<Y>(widen(held) + rounded<Y>(sum)) : narrow<Y>(sum);
  }

  /// What y holds at two outputs.
  struct Held {
    alignas(2 * sizeof(Y)) Y at[2];
  };
  /// That of a thread's first turn, asked for long before the sums are there, and as it is: a
  /// thread stands still at the first use of what it has asked for.
  template <class Sums>
  __device__ __forceinline__ Held ask(std::uint32_t rows, std::uint32_t first_row,
                                      std::uint32_t first_output, std::uint32_t outputs) const {
    if (!kAdds || Sums::row_of(0) >= rows) return {};
    return held_at(first_row + Sums::row_of(0), first_output + Sums::output_of(0), outputs);
  }
  template <class Sums>
  __device__ __forceinline__ void store(const Sums& all, std::uint32_t rows,
                                        std::uint32_t first_row, std::uint32_t first_output,
                                        std::uint32_t outputs, Held held) const {
    float2 sums[Sums::kTurns];
    all.take(rows, sums);
#pragma unroll
    for (std::uint32_t turn = 0; turn < Sums::kTurns; ++turn) {
      if (Sums::row_of(turn) >= rows) break;
      const std::uint32_t row = first_row + Sums::row_of(turn);
      const std::uint32_t output = first_output + Sums::output_of(turn);
      if (output >= outputs) continue;
      if (kAdds && turn != 0) held = held_at(row, output, outputs);
      const std::size_t at = std::size_t{row} * outputs + output;
      if (outputs % 2 == 0) {
        // Both are on one access: outputs and output are even.
        *reinterpret_cast<Held*>(y + at) = {result(output, sums[turn].x, held.at[0]),
                                            result(output + 1, sums[turn].y, held.at[1])};
      } else {
        y[at] = result(output, sums[turn].x, held.at[0]);
        if (output + 1 < outputs) y[at + 1] = result(output + 1, sums[turn].y, held.at[1]);
      }
    }
  }

 private:
  __device__ __forceinline__ Held held_at(std::uint32_t row, std::uint32_t output,
                                          std::uint32_t outputs) const {
    const Y* at = y + std::size_t{row} * outputs + output;
    if (output >= outputs) return {};
    if (outputs % 2 == 0) return *reinterpret_cast<const Held*>(at);  // as in store()
    return {at[0], output + 1 < outputs ? at[1] : Y{}};
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
  struct Held {};
  template <class Sums>
  __device__ __forceinline__ Held ask(std::uint32_t, std::uint32_t, std::uint32_t,
                                      std::uint32_t) const {
    return {};
  }
  template <class Sums>
  __device__ __forceinline__ void store(const Sums& all, std::uint32_t rows,
                                        std::uint32_t first_row, std::uint32_t first_output,
                                        std::uint32_t outputs, Held) const {
    float2 sums[Sums::kTurns];
    all.take(rows, sums);
#pragma unroll
    for (std::uint32_t turn = 0; turn < Sums::kTurns; ++turn) {
      if (Sums::row_of(turn) >= rows) break;
      const std::uint32_t output = first_output + Sums::output_of(turn);
      if (output >= outputs) continue;
      store_pair(first_row + Sums::row_of(turn), output / 2, outputs / 2, sums[turn].x,
                 sums[turn].y);
    }
  }
};

}  // namespace voxfuse::device
