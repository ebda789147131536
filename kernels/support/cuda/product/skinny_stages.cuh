#pragma once

// How weights and rows come to a skinny product: what a block has of them in shared memory, and who
// brings it there. Only for skinny_product.cuh.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/product/copy_engine.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kSkinnyThreads = 256;
inline constexpr std::uint32_t kSkinnyWarps = kSkinnyThreads / kWarp;
inline constexpr std::uint32_t kStep = 32;        ///< k of one load of a lane, for four lanes.
inline constexpr std::uint32_t kTileOutputs = 8;  ///< n of an m16n8k16.
inline constexpr std::uint32_t kHalfRows = 8;     ///< Half of its m: what one register holds.
inline constexpr std::uint32_t kStageSteps = 16;  ///< Steps whose weights are copied together.
inline constexpr std::uint32_t kStageInputs = kStageSteps * kStep;
/// Bytes from one output of a stage to the next: 64 more than there are, so that lanes of two
/// outputs meet all banks.
inline constexpr std::uint32_t kStageRowBytes = kStageInputs * sizeof(Bf16) + 64;
inline constexpr std::uint32_t kStagesMax = 8;  ///< Of a ring that is filled again.
inline constexpr std::uint32_t kWarpSteps = kStageSteps / kSkinnyWarps;  ///< Of a stage.

/// Stages of rows that are on their way where rows have a ring. Those of a norm are few, and their
/// products have many weights.
__host__ __device__ constexpr std::uint32_t row_stages(int halves, bool has_norm) {
  return has_norm || halves > 4 ? 2 : 4;
}

/// What a skinny product reads.
struct SkinnyOperands {
  const Bf16* x;
  const Bf16* w;
  std::uint32_t rows;
  std::uint32_t inputs;
  std::uint32_t outputs;  ///< Rows of w.
  std::uint32_t x_stride;
  std::uint32_t ring = 1;  ///< Stages of weights that there is room for.
};

__device__ __forceinline__ uint4 load16(const Bf16* from) {
  return *reinterpret_cast<const uint4*>(from);  // aligned by the host's check
}

/// Elements from one row of x in shared memory to the next: 64 bytes more than the row, so that
/// eight lanes of two rows meet all banks.
__host__ __device__ constexpr std::uint32_t kept_stride(std::uint32_t inputs) {
  return (inputs + 63) / 64 * 64 + 32;
}

/// Sixteen bytes of x on their way to shared memory.
__device__ __forceinline__ void ask_for_row(void* to, const Bf16* from) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared_address(to)), "l"(from)
               : "memory");
}

/// Copies the rows of x of a block of eight to shared memory: one latency for all steps.
__device__ __forceinline__ void keep_rows(const SkinnyOperands& p, std::uint32_t first_row,
                                          Bf16* kept) {
  const std::uint32_t rows = min(kHalfRows, p.rows - first_row);
  std::uint32_t row = 0;
#pragma unroll 1
  for (std::uint32_t k = threadIdx.x * 8;; k += kSkinnyThreads * 8) {
    for (; k >= p.inputs && row < rows; k -= p.inputs) ++row;
    if (row >= rows) break;
    ask_for_row(kept + row * kept_stride(p.inputs) + k,
                p.x + std::size_t{first_row + row} * p.x_stride + k);
  }
  end_group();
  wait_for_groups<0>();
  __syncthreads();  // all rows are there
}

/// Where what a block keeps lies in its shared memory, in bytes: the ring of weights' stages, a
/// ring of rows unless they are kept, the warps' sums and their sums of squares, the gains of a
/// norm, and the rows that are kept. Where rows have a ring the sums take the place of both rings.
template <int kTiles, int kHalves>
struct SkinnyMemory {
  static constexpr bool kKeepsRows = kHalves == 1;
  static constexpr std::uint32_t kRows = kHalves * kHalfRows;
  static constexpr std::uint32_t kStageBytes = kTiles * kTileOutputs * kStageRowBytes;
  /// Floats from one row of a warp's sums to the next, such that the lanes that write them meet all
  /// banks: 4 or 12 more than a multiple of 16 where two rows are a lane's, else 8 of 16.
  static constexpr std::uint32_t kPitch = kTiles * kTileOutputs + (kHalves == 1      ? 4
                                                                   : kTiles % 2 == 0 ? 8
                                                                                     : 0);
  static constexpr std::uint32_t kRowStageBytes =
      kKeepsRows ? 0 : sizeof(uint4) * kWarpSteps * kHalves * kSkinnyThreads;

  std::uint32_t rows_at;
  std::uint32_t sums_at;
  std::uint32_t squares_at;
  std::uint32_t gains_at;
  std::uint32_t kept_at;
  std::uint32_t bytes;  ///< Of all.

  /// As little as there are rows: what is left lets the next kernels in.
  __host__ __device__ SkinnyMemory(const SkinnyOperands& p, std::uint32_t gain_bytes)
      : rows_at(p.ring * kStageBytes) {
    constexpr std::uint32_t kOfRow = sizeof(float) * kSkinnyWarps;
    const std::uint32_t rows = p.rows < kRows ? p.rows : kRows;
    const std::uint32_t rings = rows_at + row_stages(kHalves, gain_bytes != 0) * kRowStageBytes;
    sums_at = kKeepsRows ? rings : 0;
    const std::uint32_t sums_end = sums_at + kOfRow * rows * kPitch;
    squares_at = rings > sums_end ? rings : sums_end;
    gains_at = squares_at + kOfRow * kRows;
    // Beside a ring they are widened once for all rows.
    const bool as_stored = kKeepsRows || gain_bytes == 0;
    kept_at = gains_at + (as_stored ? gain_bytes : std::uint32_t{sizeof(float)}) * p.inputs;
    bytes = kept_at;
    if (kKeepsRows) bytes += rows * kept_stride(p.inputs) * std::uint32_t{sizeof(Bf16)};
  }
};

/// The weights of a block on their way: stages of kStageInputs of all its outputs, copied by the
/// GPU's copy engine, a row of w at a time, and announced at a barrier.
template <int kTiles>
struct WeightStages {
  static constexpr std::uint32_t kOutputs = kTiles * kTileOutputs;
  const SkinnyOperands& p;
  std::uint32_t first_output;
  unsigned char* memory;  ///< (ring, kOutputs, kStageRowBytes)

  /// By warp 0. An output beyond the last gets the last one's weights: its sum is never stored.
  __device__ __forceinline__ void ask(std::uint32_t stage, std::uint32_t slot,
                                      std::uint64_t* barrier) const {
    const std::uint32_t lane = threadIdx.x % kWarp;
    const std::uint32_t first = stage * kStageInputs;
    const std::uint32_t bytes = min(kStageInputs, p.inputs - first) * std::uint32_t{sizeof(Bf16)};
    if (lane == 0) expect_bytes(barrier, bytes * kOutputs);
    __syncwarp();
#pragma unroll 1
    for (std::uint32_t o = lane; o < kOutputs; o += kWarp) {
      const std::uint32_t output = min(first_output + o, p.outputs - 1);
      copy_bulk(memory + (slot * kOutputs + o) * kStageRowBytes,
                p.w + std::size_t{output} * p.inputs + first, bytes, barrier);
    }
  }
};

/// The rows lane / 4, + 8, + 16 … of a lane on their way, kStages stages of its warp's steps.
template <int kHalves, std::uint32_t kStages>
struct LaneRows {
  const Bf16* x[kHalves];  ///< nullptr beyond the last row.
  uint4* places;           ///< (kStages, kWarpSteps, kHalves, threads), from the thread's own on.

  __device__ __forceinline__ LaneRows(const SkinnyOperands& p, std::uint32_t first_row,
                                      unsigned char* memory)
      : places(reinterpret_cast<uint4*>(memory) + threadIdx.x) {  // the ring begins on 16 bytes
    const std::uint32_t lane = threadIdx.x % kWarp;
#pragma unroll
    for (int half = 0; half < kHalves; ++half) {
      const std::uint32_t row = first_row + half * kHalfRows + lane / 4;
      x[half] = row < p.rows ? p.x + std::size_t{row} * p.x_stride + lane % 4 * 8 : nullptr;
    }
  }
  __device__ __forceinline__ uint4* place(std::uint32_t stage, std::uint32_t i, int half) const {
    return places + ((stage % kStages * kWarpSteps + i) * kHalves + half) * kSkinnyThreads;
  }
  /// One group of copies, empty beyond the last stage.
  __device__ __forceinline__ void ask(std::uint32_t stage, std::uint32_t steps) const {
#pragma unroll
    for (std::uint32_t i = 0; i < kWarpSteps; ++i) {
      const std::uint32_t step = stage * kStageSteps + threadIdx.x / kWarp + i * kSkinnyWarps;
      if (step >= steps) break;
#pragma unroll
      for (int half = 0; half < kHalves; ++half) {
        if (x[half] != nullptr) ask_for_row(place(stage, i, half), x[half] + step * kStep);
      }
    }
    end_group();
  }
};

}  // namespace voxfuse::device
