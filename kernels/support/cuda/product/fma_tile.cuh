#pragma once

// Tiles of a product (tile_product.cuh) of any dtypes, summed by fused multiply-adds in f32: what
// f32 activations run on, and shapes that do not suit tensor cores.
//
// Slices of A and w are widened on their way to shared memory, where they lie by k: row r of quad q
// (k = 4q … 4q + 3) at column r ^ 8 (q mod 4), so that a warp's writes fall into many banks while
// four neighbouring rows stay neighbours. Only for `<op>.cuda.cu`.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/cuda/product/tile_product.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

/// What quad q flips of a row's number to come to its column.
__device__ __forceinline__ constexpr std::uint32_t quad_flip(std::uint32_t quad) {
  return quad % 4 * 8;
}

/// What a thread brings: one quad of some rows of each slice, Tile::kDepth deep, through registers.
template <class Tile, class Product>
class QuadCopies {
 public:
  __device__ __forceinline__ QuadCopies(const Product& p, const TileWork& work)
      : p_(p),
        work_(work),
        k_(part_begin(work.part, p.inputs) + quad() * kQuad),
        k_of_weights_(k_) {}

  __device__ __forceinline__ void fetch_weights() {
#pragma unroll
    for (std::uint32_t i = 0; i < kOutputsOfThread; ++i) {
      weights_[i] = weights_at(work_.first_output + row(i));
    }
    k_of_weights_ += kDepth;
  }

  /// Must come before fetch_rows(). Whether the thread has a row that is not zeros.
  __device__ __forceinline__ bool find_rows() {
    bool any = false;
#pragma unroll
    for (std::uint32_t i = 0; i < kRowsOfThread; ++i) {
      if (row(i) < Tile::kRows) rows_[i] = p_.of.row(work_.first_row + row(i));
      any = any || rows_[i];
    }
    place_ = p_.of.place(k_);
    return any;
  }

  __device__ __forceinline__ void fetch_rows() {
#pragma unroll
    for (std::uint32_t i = 0; i < kRowsOfThread; ++i) fetched_[i] = row_at(rows_[i]);
    p_.of.advance(place_, kDepth);
    k_ += kDepth;
  }

  /// What was fetched goes into a stage.
  __device__ __forceinline__ void put(float* stage) const {
#pragma unroll
    for (std::uint32_t i = 0; i < kRowsOfThread; ++i) {
      if (row(i) < Tile::kRows) put_quad(stage, Tile::kRowPitch, row(i), fetched_[i]);
    }
    stage += kDepth * Tile::kRowPitch;
#pragma unroll
    for (std::uint32_t i = 0; i < kOutputsOfThread; ++i) {
      put_quad(stage, Tile::kOutputs, row(i), weights_[i]);
    }
  }

 private:
  using Row = typename Product::Row;
  using Place = typename Product::Place;

  static constexpr std::uint32_t kDepth = Tile::kDepth;
  static constexpr std::uint32_t kQuads = kDepth / kQuad;
  static constexpr std::uint32_t kRowsApart = Tile::kThreads / kQuads;
  static constexpr std::uint32_t kRowsOfThread = (Tile::kRows + kRowsApart - 1) / kRowsApart;
  static constexpr std::uint32_t kOutputsOfThread = Tile::kOutputs / kRowsApart;
  static_assert(kOutputsOfThread * kRowsApart == Tile::kOutputs);

  __device__ __forceinline__ static std::uint32_t quad() { return threadIdx.x % kQuads; }
  __device__ __forceinline__ static std::uint32_t row(std::uint32_t i) {
    return threadIdx.x / kQuads + i * kRowsApart;
  }

  __device__ __forceinline__ static void put_quad(float* slice, std::uint32_t pitch,
                                                  std::uint32_t row, float4 elements) {
    float* at = slice + quad() * kQuad * pitch + (row ^ quad_flip(quad()));
    at[0] = elements.x;
    at[pitch] = elements.y;
    at[2 * pitch] = elements.z;
    at[3 * pitch] = elements.w;
  }

  __device__ __forceinline__ float4 weights_at(std::uint32_t output) const {
    if (output >= p_.outputs || k_of_weights_ >= p_.inputs) return {0, 0, 0, 0};
    const std::size_t at = std::size_t{output} * p_.inputs + k_of_weights_;
    if (p_.in_packs) {
      return p_.w.dtype == Dtype::kBf16 ? load_quad(static_cast<const Bf16*>(p_.w.data) + at)
                                        : load_quad(static_cast<const float*>(p_.w.data) + at);
    }
    float elements[kQuad];
#pragma unroll
    for (std::uint32_t i = 0; i < kQuad; ++i) {
      elements[i] = k_of_weights_ + i < p_.inputs ? p_.w.at(at + i) : 0.0f;
    }
    return {elements[0], elements[1], elements[2], elements[3]};
  }

  __device__ __forceinline__ float4 row_at(const Row& row) const {
    if (!row || k_ >= p_.inputs) return {0, 0, 0, 0};
    if (p_.in_packs) return load_quad(p_.of.at(row, place_));
    float elements[kQuad];
    Place place = place_;
#pragma unroll
    for (std::uint32_t i = 0; i < kQuad; ++i) {
      elements[i] = k_ + i < p_.inputs ? widen(*p_.of.at(row, place)) : 0.0f;
      p_.of.advance(place, 1);
    }
    return {elements[0], elements[1], elements[2], elements[3]};
  }

  const Product& p_;
  const TileWork& work_;
  std::uint32_t k_;
  std::uint32_t k_of_weights_;
  Row rows_[kRowsOfThread] = {};
  Place place_ = {};
  float4 fetched_[kRowsOfThread];
  float4 weights_[kOutputsOfThread];
};

/// Each lane of a warp has kHalves² squares of 4 x 4 sums; kLanesDown · (32 / kLanesDown) lanes lie
/// side by side, and the halves apart, so that lanes read neighbouring quads.
template <std::uint32_t kLanesDown, std::uint32_t kHalves, std::uint32_t kWarpsDown,
          std::uint32_t kWarpsAcross, std::uint32_t kDepthOfSlice>
class FmaTile {
 public:
  static constexpr std::uint32_t kDepth = kDepthOfSlice;  ///< k of a slice.
  static constexpr std::uint32_t kLanesAcross = kWarp / kLanesDown;
  static constexpr std::uint32_t kRows = kWarpsDown * kHalves * kLanesDown * 4;
  static constexpr std::uint32_t kOutputs = kWarpsAcross * kHalves * kLanesAcross * 4;
  static constexpr std::uint32_t kThreads = kWarp * kWarpsDown * kWarpsAcross;
  /// Columns of A's slices: the flip of quads reaches over 32 of them.
  static constexpr std::uint32_t kRowPitch = std::max(kRows, 32u);
  static constexpr std::uint32_t kStage = (kRowPitch + kOutputs) * kDepth;
  static constexpr std::uint32_t kPitch = kOutputs + 8;
  static constexpr std::uint32_t kSums = kRows * kPitch;
  static constexpr std::size_t kSharedBytes = std::max(2 * kStage, kSums) * sizeof(float);
  static_assert(kRowPitch % 32 == 0 && kOutputs % 32 == 0);

  /// Sums the work's parts. Nobody reads the shared memory any more afterwards.
  template <class Product>
  __device__ __forceinline__ void sum(const Product& p, const TileWork& work, std::byte* shared) {
    float* stages = reinterpret_cast<float*>(shared);  // shared memory is untyped
    QuadCopies<FmaTile, Product> copies(p, work);
    copies.fetch_weights();
    begin_kernel();
    if (!__syncthreads_or(copies.find_rows())) return;
    copies.fetch_rows();
    copies.put(stages);
    __syncthreads();  // the first slice is in place
    const std::uint32_t begin = part_begin(work.part, p.inputs);
    const std::uint32_t slices = slices_until(work.part_end, begin, p.inputs);
    std::uint32_t slice = 0;
    for (std::uint32_t part = work.part; part < work.part_end; ++part) {
      const std::uint32_t end = slices_until(part + 1, begin, p.inputs);
      for (; slice < end; ++slice) {
        const bool more = slice + 1 < slices;
        if (more) copies.fetch_weights(), copies.fetch_rows();
        multiply(stages + slice % 2 * kStage);
        if (more) copies.put(stages + (slice + 1) % 2 * kStage);
        __syncthreads();  // the next slice is in place, and this one has been read
      }
      close_part();
    }
  }

  /// Puts the sums into (kRows, kPitch) floats.
  __device__ __forceinline__ void put(float* sums) const {
#pragma unroll
    for (std::uint32_t m = 0; m < 4 * kHalves; ++m) {
#pragma unroll
      for (std::uint32_t half = 0; half < kHalves; ++half) {
        const std::uint32_t row = first_row(m / 4) + m % 4;
        const float* total = total_[m] + 4 * half;
        // Quads of rows whose pitch is a multiple of four.
        *reinterpret_cast<float4*>(sums + row * kPitch + first_output(half)) = {total[0], total[1],
                                                                                total[2], total[3]};
      }
    }
  }

 private:
  /// Slices from k = begin to the end of the part before `part`.
  __device__ __forceinline__ static std::uint32_t slices_until(std::uint32_t part,
                                                               std::uint32_t begin,
                                                               std::uint32_t inputs) {
    return (min(part_begin(part, inputs), inputs) - begin + kDepth - 1) / kDepth;
  }

  // A lane's bits are dealt out in turn, so that pairs of lanes read the same quad of one operand
  // or of the other: loads that a warp then makes in half as many steps.
  __device__ __forceinline__ static std::uint32_t lane_down() {
    const std::uint32_t lane = threadIdx.x % kWarp;
    const std::uint32_t high = kLanesDown == 8 ? lane / 8 : lane / 8 % 2;
    return lane / 2 % 2 + high * 2;
  }
  __device__ __forceinline__ static std::uint32_t lane_across() {
    const std::uint32_t lane = threadIdx.x % kWarp;
    const std::uint32_t high = kLanesDown == 8 ? 0 : lane / 16;
    return lane % 2 + lane / 4 % 2 * 2 + high * 4;
  }
  static_assert(kLanesDown == 8 || kLanesDown == 4);

  __device__ __forceinline__ static std::uint32_t first_row(std::uint32_t half) {
    const std::uint32_t warp = threadIdx.x / kWarp / kWarpsAcross;
    return ((warp * kHalves + half) * kLanesDown + lane_down()) * 4;
  }
  __device__ __forceinline__ static std::uint32_t first_output(std::uint32_t half) {
    const std::uint32_t warp = threadIdx.x / kWarp % kWarpsAcross;
    return ((warp * kHalves + half) * kLanesAcross + lane_across()) * 4;
  }

  __device__ __forceinline__ void multiply(const float* stage) {
    const float* weights = stage + kDepth * kRowPitch;
#pragma unroll 16
    for (std::uint32_t k = 0; k < kDepth; ++k) {
      const std::uint32_t flip = quad_flip(k / kQuad);
      float a[4 * kHalves];
      float b[4 * kHalves];
#pragma unroll
      for (std::uint32_t half = 0; half < kHalves; ++half) {
        const float4 rows = load_quad(stage + k * kRowPitch + (first_row(half) ^ flip));
        const float4 outputs = load_quad(weights + k * kOutputs + (first_output(half) ^ flip));
        a[4 * half] = rows.x, a[4 * half + 1] = rows.y;
        a[4 * half + 2] = rows.z, a[4 * half + 3] = rows.w;
        b[4 * half] = outputs.x, b[4 * half + 1] = outputs.y;
        b[4 * half + 2] = outputs.z, b[4 * half + 3] = outputs.w;
      }
#pragma unroll
      for (std::uint32_t m = 0; m < 4 * kHalves; ++m) {
#pragma unroll
        for (std::uint32_t n = 0; n < 4 * kHalves; ++n) {
          part_[m][n] = fmaf(a[m], b[n], part_[m][n]);
        }
      }
    }
  }

  __device__ __forceinline__ void close_part() {
#pragma unroll
    for (std::uint32_t m = 0; m < 4 * kHalves; ++m) {
#pragma unroll
      for (std::uint32_t n = 0; n < 4 * kHalves; ++n) {
        total_[m][n] += part_[m][n];
        part_[m][n] = 0.0f;
      }
    }
  }

  float part_[4 * kHalves][4 * kHalves] = {};
  float total_[4 * kHalves][4 * kHalves] = {};
};

/// 16 x 64, 64 x 64 and 128 x 96. A narrow one has little to compute while a slice comes, so that
/// it takes few of them, and deep ones.
struct FmaTiles {
  using Narrow = FmaTile<4, 1, 1, 2, 64>;
  using Square = FmaTile<8, 1, 2, 4, 16>;
  using Wide = FmaTile<8, 2, 2, 3, 16>;
};

}  // namespace voxfuse::device
