#pragma once

// Tiles of a product (tile_product.cuh) of bf16 with bf16 on tensor cores, summed in f32.
//
// Slices of A and w, 64 deep, come into a ring of stages while the warps multiply earlier ones. A
// slice's row is 128 bytes in eight chunks of 16; chunk c of row r lies where chunk c ^ (r mod 8)
// would, so that neither the copies nor the reads of eight rows at once meet in a bank.
// Only for `<op>.cuda.cu`.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/product/copy_engine.cuh"
#include "kernels/support/cuda/product/tensor_core.cuh"
#include "kernels/support/cuda/product/tile_product.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

/// Starts a copy of 16 bytes from global to shared memory, or of zeros from nowhere when `from` is
/// nullptr.
__device__ __forceinline__ void copy_ahead(Bf16* to, const Bf16* from, const void* somewhere) {
  const auto shared = static_cast<std::uint32_t>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared),
               "l"(from == nullptr ? somewhere : from), "r"(from == nullptr ? 0 : 16)
               : "memory");
}

__device__ __forceinline__ void wait_for_copies() {
  asm volatile("cp.async.wait_all;" ::: "memory");
}

/// Four 8 x 8 matrices: lane l names row l mod 8 of matrix l / 8, and is given elements 2 (l mod 4)
/// and the next of row l / 4 of each.
__device__ __forceinline__ void load_matrices(std::uint32_t (&into)[4], const Bf16* row) {
  const auto shared = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(into[0]), "=r"(into[1]), "=r"(into[2]), "=r"(into[3])
               : "r"(shared)
               : "memory");
}

inline constexpr std::uint32_t kSliceDepth = kPartStep;  ///< k of a stage.
inline constexpr std::uint32_t kChunk = 8;               ///< Elements of 16 bytes.
inline constexpr std::uint32_t kChunks = kSliceDepth / kChunk;

/// Where a chunk lies in a slice, in elements.
__device__ __forceinline__ std::uint32_t chunk_at(std::uint32_t row, std::uint32_t chunk) {
  return row * kSliceDepth + (chunk ^ row % kChunks) * kChunk;
}

/// What a thread copies: one chunk of some rows of each slice, one slice after the other.
template <class Tile, class Product>
class SliceCopies {
 public:
  __device__ __forceinline__ SliceCopies(const Product& p, const TileWork& work, Bf16* stages)
      : p_(p),
        stages_(stages + chunk_at(row_of_thread(), threadIdx.x % kChunks)),
        k_(part_begin(work.part, p.inputs) + threadIdx.x % kChunks * kChunk),
        k_of_weights_(k_),
        first_row_(work.first_row + row_of_thread()),
        first_output_(work.first_output + row_of_thread()) {}

  /// The slice of w that comes next goes into a stage.
  __device__ __forceinline__ void copy_weights(std::uint32_t stage) {
    const Bf16* w = static_cast<const Bf16*>(p_.w.data);
#pragma unroll
    for (std::uint32_t i = 0; i < Tile::kOutputs / kRowsApart; ++i) {
      const std::uint32_t output = first_output_ + i * kRowsApart;
      const bool inside = output < p_.outputs && k_of_weights_ < p_.inputs;
      const Bf16* from = w + std::size_t{output} * p_.inputs + k_of_weights_;
      const std::uint32_t row = Tile::kRows + i * kRowsApart;
      copy_ahead(stages_ + stage * Tile::kStage + row * kSliceDepth, inside ? from : nullptr, w);
    }
    k_of_weights_ += kSliceDepth;
  }

  /// Must come before copy_rows(). Whether the thread has a row that is not zeros.
  __device__ __forceinline__ bool find_rows() {
    bool any = false;
#pragma unroll
    for (std::uint32_t i = 0; i < kRowsOfThread; ++i) {
      rows_[i] = p_.of.row(first_row_ + i * kRowsApart);
      any = any || rows_[i];
    }
    place_ = p_.of.place(k_);
    return any;
  }

  /// The same for A.
  __device__ __forceinline__ void copy_rows(std::uint32_t stage) {
#pragma unroll
    for (std::uint32_t i = 0; i < kRowsOfThread; ++i) {
      const bool inside = rows_[i] && k_ < p_.inputs;
      const Bf16* from = inside ? p_.of.at(rows_[i], place_) : nullptr;
      copy_ahead(stages_ + stage * Tile::kStage + i * kRowsApart * kSliceDepth, from, p_.w.data);
    }
    p_.of.advance(place_, kSliceDepth);
    k_ += kSliceDepth;
  }

 private:
  static constexpr std::uint32_t kRowsApart = Tile::kThreads / kChunks;
  static constexpr std::uint32_t kRowsOfThread = Tile::kRows / kRowsApart;
  // All rows of a thread have their chunk in the same place, so one offset serves them.
  static_assert(kRowsApart % kChunks == 0);
  static_assert(Tile::kRows % kRowsApart == 0 && Tile::kOutputs % kRowsApart == 0);

  __device__ __forceinline__ static std::uint32_t row_of_thread() { return threadIdx.x / kChunks; }

  const Product& p_;
  Bf16* stages_;
  std::uint32_t k_;
  std::uint32_t k_of_weights_;
  std::uint32_t first_row_;
  std::uint32_t first_output_;
  typename Product::Row rows_[kRowsOfThread];
  typename Product::Place place_;
};

/// kWarpsDown · kWarpsAcross warps share out the tile.
template <std::uint32_t kRowsOfTile, std::uint32_t kOutputsOfTile, std::uint32_t kWarpsDown,
          std::uint32_t kWarpsAcross, std::uint32_t kStages>
class TensorTile {
 public:
  static constexpr std::uint32_t kRows = kRowsOfTile;
  static constexpr std::uint32_t kOutputs = kOutputsOfTile;
  static constexpr std::uint32_t kThreads = kWarp * kWarpsDown * kWarpsAcross;
  /// Elements of a stage: a slice of A, then one of w.
  static constexpr std::uint32_t kStage = (kRows + kOutputs) * kSliceDepth;
  /// Floats from one row of sums to the next: four rows of pairs fall into all 32 banks.
  static constexpr std::uint32_t kPitch = kOutputs + 8;
  static constexpr std::uint32_t kSums = kRows * kPitch;
  static constexpr std::size_t kSharedBytes =
      std::max(kStages * kStage * sizeof(Bf16), kSums * sizeof(float));

  /// Sums the work's parts. Nothing of the block is on its way to shared memory afterwards.
  template <class Product>
  __device__ __forceinline__ void sum(const Product& p, const TileWork& work, std::byte* shared) {
    Bf16* stages = reinterpret_cast<Bf16*>(shared);  // shared memory is untyped
    SliceCopies<TensorTile, Product> copies(p, work, stages);
    const std::uint32_t begin = part_begin(work.part, p.inputs) / kSliceDepth;
    const std::uint32_t slices = part_begin(work.part_end, p.inputs) / kSliceDepth - begin;
    for (std::uint32_t i = 0; i + 1 < kStages && i < slices; ++i) copies.copy_weights(i);
    begin_kernel();
    if (__syncthreads_or(copies.find_rows())) {
      for (std::uint32_t i = 0; i + 1 < kStages; ++i) {
        if (i < slices) copies.copy_rows(i);
        end_group();  // the first one holds all weights so far too
      }
      std::uint32_t slice = 0;
      for (std::uint32_t part = work.part; part < work.part_end; ++part) {
        const std::uint32_t end = part_begin(part + 1, p.inputs) / kSliceDepth - begin;
        for (; slice < end; ++slice) {
          wait_for_groups<kStages - 2>();
          // The slice has come for every thread, and the stage of the one before has been read.
          __syncthreads();
          const std::uint32_t ahead = slice + kStages - 1;
          if (ahead < slices) {
            copies.copy_weights(ahead % kStages);
            copies.copy_rows(ahead % kStages);
          }
          end_group();  // empty at the end, so that the count of groups goes on
          multiply(stages + slice % kStages * kStage);
        }
        close_part();
      }
    }
    wait_for_copies();
    __syncthreads();  // every warp has read its last slice: the stages are free
  }

  /// Puts the sums into (kRows, kPitch) floats.
  __device__ __forceinline__ void put(float* sums) const {
    const std::uint32_t lane = threadIdx.x % kWarp;
    float* at = sums + (row_of_warp() + lane / 4) * kPitch + output_of_warp() + lane % 4 * 2;
#pragma unroll
    for (std::uint32_t m = 0; m < kDown; ++m) {
#pragma unroll
      for (std::uint32_t n = 0; n < kAcross; ++n) {
        const float(&total)[4] = total_[m][n];
        float* upper = at + m * 16 * kPitch + n * 8;
        // Pairs begin at even columns of rows of even pitch.
        *reinterpret_cast<float2*>(upper) = {total[0], total[1]};
        *reinterpret_cast<float2*>(upper + 8 * kPitch) = {total[2], total[3]};  // as above
      }
    }
  }

 private:
  static constexpr std::uint32_t kDown = kRows / kWarpsDown / 16;
  static constexpr std::uint32_t kAcross = kOutputs / kWarpsAcross / 8;
  static_assert(kDown * 16 * kWarpsDown == kRows && kAcross * 8 * kWarpsAcross == kOutputs);
  static_assert(kAcross % 2 == 0, "two tiles of w are loaded at once");
  static_assert(kStages >= 2);

  __device__ __forceinline__ static std::uint32_t row_of_warp() {
    return threadIdx.x / kWarp / kWarpsAcross * kDown * 16;
  }
  __device__ __forceinline__ static std::uint32_t output_of_warp() {
    return threadIdx.x / kWarp % kWarpsAcross * kAcross * 8;
  }

  __device__ __forceinline__ void multiply(const Bf16* stage) {
    const std::uint32_t lane = threadIdx.x % kWarp;
    // Of A: rows 0-7 and 8-15 of the low k, then of the high k. Of w: outputs 0-7 with low and with
    // high k, then outputs 8-15.
    const std::uint32_t row = row_of_warp() + lane % 16;
    const std::uint32_t output = kRows + output_of_warp() + lane % 8 + lane / 16 * 8;
#pragma unroll
    for (std::uint32_t chunk = 0; chunk < kChunks; chunk += 2) {
      std::uint32_t a[kDown][4];
      std::uint32_t b[kAcross / 2][4];
#pragma unroll
      for (std::uint32_t m = 0; m < kDown; ++m) {
        load_matrices(a[m], stage + chunk_at(row + m * 16, chunk + lane / 16));
      }
#pragma unroll
      for (std::uint32_t n = 0; n < kAcross / 2; ++n) {
        load_matrices(b[n], stage + chunk_at(output + n * 16, chunk + lane / 8 % 2));
      }
#pragma unroll
      for (std::uint32_t m = 0; m < kDown; ++m) {
#pragma unroll
        for (std::uint32_t n = 0; n < kAcross; ++n) {
          const std::uint32_t(&pair)[4] = b[n / 2];
          multiply_matrices(part_[m][n], a[m], pair[n % 2 * 2], pair[n % 2 * 2 + 1]);
        }
      }
    }
  }

  __device__ __forceinline__ void close_part() {
#pragma unroll
    for (std::uint32_t m = 0; m < kDown; ++m) {
#pragma unroll
      for (std::uint32_t n = 0; n < kAcross; ++n) {
#pragma unroll
        for (std::uint32_t i = 0; i < 4; ++i) {
          total_[m][n][i] += part_[m][n][i];
          part_[m][n][i] = 0.0f;
        }
      }
    }
  }

  // As the multiplication lays them out: rows l / 4 and l / 4 + 8, columns 2 (l mod 4) and the
  // next.
  float part_[kDown][kAcross][4] = {};
  float total_[kDown][kAcross][4] = {};
};

/// Wide tiles divide the widths of a codec's late stages, which are multiples of 96.
struct TensorTiles {
  using Narrow = TensorTile<16, 64, 1, 4, 6>;
  using Square = TensorTile<64, 64, 2, 2, 4>;
  using Wide = TensorTile<128, 96, 4, 2, 3>;
};

}  // namespace voxfuse::device
