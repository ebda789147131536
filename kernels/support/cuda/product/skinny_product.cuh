#pragma once

// Products of few rows with bf16 weights on tensor cores: what a decode step consists of. The time
// is that of reading w once, so all is arranged round its loads:
//   - a block owns kTiles tiles of eight outputs and all of K, which its eight warps share out in
//     steps of 32 (step s is warp s mod 8's): about one block a multiprocessor;
//   - a lane's weights of kRing steps are on their way to shared memory long before the predecessor
//     has ended: weights depend on no one, and a place of its own for each lane needs no barrier.
//     Registers and shared memory are few enough for three kernels to be resident at once, so that
//     memory is read without a pause while they wait for each other;
//   - x is the A operand of m16n8k16, w the B operand. A lane's 16 bytes hold eight consecutive k
//   of
//     one output; two multiplications take them as (0, 1, 2, 3) and (4, 5, 6, 7). A dot product may
//     number its terms as it likes as long as both operands agree, and x is read the same way;
//   - the warps' sums meet in shared memory and are added in their order.
// So the order of a sum depends on K alone: not on rows, on the tiles of a block or on the grid.
// Only for `<op>.cuda.cu`.

#include <algorithm>
#include <cstdint>

#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/product/tensor_core.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kSkinnyThreads = 256;
inline constexpr std::uint32_t kSkinnyWarps = kSkinnyThreads / kWarp;
inline constexpr std::uint32_t kStep = 32;        ///< k of one load of a lane, for four lanes.
inline constexpr std::uint32_t kTileOutputs = 8;  ///< n of an m16n8k16.
inline constexpr std::uint32_t kHalfRows = 8;     ///< Half of its m: what one register holds.

/// What a skinny product reads.
struct SkinnyOperands {
  const Bf16* x;
  const Bf16* w;
  std::uint32_t rows;
  std::uint32_t inputs;
  std::uint32_t outputs;  ///< Rows of w.
  std::uint32_t x_stride;
  Upcoming upcoming;  ///< Weights of a product to come.
};

/// The block's share of weights to come goes to L2: by the time that their own kernel asks for
/// them, they are there, whatever kept it from beginning.
__device__ __forceinline__ void fetch_upcoming(const Upcoming& upcoming) {
  if (threadIdx.x != 0 || blockIdx.y != 0) return;
  constexpr std::uint64_t kLine = 128;
  const std::uint64_t each = (upcoming.bytes / gridDim.x + kLine - 1) / kLine * kLine;
  const std::uint64_t first = each * blockIdx.x;
  if (first >= upcoming.bytes) return;
  const std::uint64_t left = upcoming.bytes - first;
  const auto bytes = static_cast<std::uint32_t>((left < each ? left : each) / 16 * 16);
  if (bytes == 0) return;
  const auto* from = static_cast<const std::byte*>(upcoming.data) + first;
  asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(from), "r"(bytes) : "memory");
}

/// Asks for sixteen bytes of weights, past L1 and a whole line of memory at a time.
__device__ __forceinline__ void ask_for_weights(uint4* to, const Bf16* from) {
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16;" ::"r"(
                   static_cast<std::uint32_t>(__cvta_generic_to_shared(to))),
               "l"(from));
}
__device__ __forceinline__ uint4 load16(const Bf16* from) {
  return *reinterpret_cast<const uint4*>(
      from);  // sixteen bytes as one: aligned by the host's check
}

/// Two bf16 of one word as floats.
__device__ __forceinline__ float2 unpack(std::uint32_t word) {
  return {__uint_as_float(word << 16), __uint_as_float(word & 0xffff0000u)};
}
__device__ __forceinline__ std::uint32_t pack(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const std::uint32_t*>(&pair);  // two halves as the word they make
}

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

/// x as it is.
struct NoPrologue {
  static constexpr bool kNorm = false;
};

/// x normalised over its row. The gain goes into x before the product, rounded once; the scale of
/// the row, which all of x is needed for, into the sum behind it, where it costs no barrier of its
/// own. That leaves out one of rms_norm's two roundings.
struct NormPrologue {
  static constexpr bool kNorm = true;
  ConstTensor gain;
  float eps;

  /// Copies the gains to shared memory, widened: they are weights and wait for no one.
  __device__ __forceinline__ void keep(std::uint32_t inputs, float* gains) const {
#pragma unroll 1
    for (std::uint32_t k = threadIdx.x; k < inputs; k += kSkinnyThreads) {
      gains[k] = gain.at(k);
    }
  }
};

__device__ __forceinline__ float norm_eps(const NoPrologue&) { return 0.0f; }
__device__ __forceinline__ float norm_eps(const NormPrologue& norm) { return norm.eps; }

/// x times the gains; `squares` grows by the squares of x.
__device__ __forceinline__ uint4 scale_and_square(uint4 x, const float* gains, float& squares) {
  const float4 low = *reinterpret_cast<const float4*>(gains);       // gains lie on 16 bytes
  const float4 high = *reinterpret_cast<const float4*>(gains + 4);  // as above
  const float g[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
  std::uint32_t words[4] = {x.x, x.y, x.z, x.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float2 pair = unpack(words[i]);
    squares = fmaf(pair.x, pair.x, squares);
    squares = fmaf(pair.y, pair.y, squares);
    words[i] = pack(pair.x * g[2 * i], pair.y * g[2 * i + 1]);
  }
  return {words[0], words[1], words[2], words[3]};
}

/// The rows of x that a lane feeds to the multiplications: rows lane / 4, + 8, + 16 …
template <int kHalves>
struct SkinnyRows {
  const Bf16* at[kHalves];  ///< nullptr beyond the last row.

  __device__ __forceinline__ SkinnyRows(const SkinnyOperands& p, std::uint32_t first_row,
                                        std::uint32_t lane) {
#pragma unroll
    for (int half = 0; half < kHalves; ++half) {
      const std::uint32_t row = first_row + half * kHalfRows + lane / 4;
      at[half] = row < p.rows ? p.x + std::size_t{row} * p.x_stride + lane % 4 * 8 : nullptr;
    }
  }
  __device__ __forceinline__ uint4 load(int half, std::uint32_t step) const {
    return at[half] == nullptr ? uint4{0, 0, 0, 0} : load16(at[half] + step * kStep);
  }
};

/// All rows of one step, if there is such a step.
template <int kHalves, int kCount>
__device__ __forceinline__ void load_step(const SkinnyRows<kHalves>& rows, std::uint32_t step,
                                          std::uint32_t steps, uint4 (&x)[kCount]) {
  if (step >= steps) return;
#pragma unroll
  for (int half = 0; half < kHalves; ++half) x[half] = rows.load(half, step);
}

/// Elements from one row of x in shared memory to the next: 64 bytes more than the row, so that
/// eight lanes of two rows meet all banks.
__host__ __device__ constexpr std::uint32_t kept_stride(std::uint32_t inputs) {
  return (inputs + 63) / 64 * 64 + 32;
}

/// Copies the rows of x of a block of eight to shared memory: one latency for all steps.
__device__ __forceinline__ void keep_rows(const SkinnyOperands& p, std::uint32_t first_row,
                                          Bf16* kept) {
  constexpr std::uint32_t kAtOnce = 4;  // rows whose loads are under way together
  const std::uint32_t rows = min(kHalfRows, p.rows - first_row);
  const std::uint32_t stride = kept_stride(p.inputs);
  const Bf16* x = p.x + std::size_t{first_row} * p.x_stride;
#pragma unroll 1
  for (std::uint32_t k = threadIdx.x * 8; k < p.inputs; k += kSkinnyThreads * 8) {
#pragma unroll 1
    for (std::uint32_t base = 0; base < rows; base += kAtOnce) {
      uint4 words[kAtOnce];
#pragma unroll
      for (std::uint32_t r = 0; r < kAtOnce; ++r) {
        if (base + r < rows) words[r] = load16(x + std::size_t{base + r} * p.x_stride + k);
      }
#pragma unroll
      for (std::uint32_t r = 0; r < kAtOnce; ++r) {
        // Rows and pieces lie on sixteen bytes.
        if (base + r < rows) *reinterpret_cast<uint4*>(kept + (base + r) * stride + k) = words[r];
      }
    }
  }
  __syncthreads();  // all rows are there, and the gains
}

/// Shared memory of a block: the ring of weights, the warps' sums, their sums of squares, the gains
/// of a norm, and x where it is kept.
template <int kTiles, int kRing, int kHalves>
std::size_t skinny_shared_bytes(const SkinnyOperands& p, bool has_norm) {
  constexpr std::size_t kRows = kHalves * kHalfRows;
  constexpr std::size_t kWeights = sizeof(uint4) * kRing * kTiles * kSkinnyThreads;
  constexpr std::size_t kSums = sizeof(float) * kSkinnyWarps * kRows * (kTiles * kTileOutputs + 1);
  // As little as there are rows: what is left lets the next kernels in.
  const std::size_t kept = kHalves == 1 ? std::min(p.rows, kHalfRows) : 0;
  return kWeights + kSums + (has_norm ? p.inputs * sizeof(float) : 0) +
         kept * kept_stride(p.inputs) * sizeof(Bf16);
}

/// A lane's weights on their way: kRing steps of its warp, kTiles outputs of each.
template <int kTiles, int kRing>
struct WeightRing {
  const Bf16* at[kTiles];
  uint4* places;  ///< (kRing, kTiles, threads), from the thread's own on.

  /// An output beyond the last reads the last one's weights: its sum is never stored.
  __device__ __forceinline__ WeightRing(const SkinnyOperands& p, std::uint32_t first_output,
                                        uint4* memory)
      : places(memory + threadIdx.x) {
    const std::uint32_t lane = threadIdx.x % kWarp;
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      const std::uint32_t output = min(first_output + t * kTileOutputs + lane / 4, p.outputs - 1);
      at[t] = p.w + std::size_t{output} * p.inputs + lane % 4 * 8;
    }
  }
  __device__ __forceinline__ uint4* place(int slot, int t) const {
    return places + (slot * kTiles + t) * kSkinnyThreads;
  }
  __device__ __forceinline__ void ask(int slot, std::uint32_t step, std::uint32_t steps) const {
    if (step < steps) {
#pragma unroll
      for (int t = 0; t < kTiles; ++t) ask_for_weights(place(slot, t), at[t] + step * kStep);
    }
    end_group();
  }
};

/// A warp's sums. The two multiplications of a step add to sums of their own, so that neither waits
/// for the other.
template <int kTiles, int kHalves>
struct WarpSums {
  static constexpr int kRowTiles = (kHalves + 1) / 2;
  float even[kRowTiles][kTiles][4] = {};
  float odd[kRowTiles][kTiles][4] = {};

  __device__ __forceinline__ void add(const uint4 (&x)[2 * kRowTiles], int t, const uint4& w) {
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
      const uint4& low = x[2 * m];
      const uint4& high = x[2 * m + 1];
      multiply_matrices(even[m][t], {low.x, high.x, low.y, high.y}, w.x, w.y);
      multiply_matrices(odd[m][t], {low.z, high.z, low.w, high.w}, w.z, w.w);
    }
  }
};

/// Blocks of 256 threads that the registers of a multiprocessor must hold.
template <int kTiles, int kHalves>
inline constexpr int kBlocksAtOnce = kHalves > 2   ? 1
                                     : kTiles <= 3 ? 3
                                                   : 2;

/// One block: outputs [blockIdx.x * 8 * kTiles, …) of rows [blockIdx.y * 8 * kHalves, …).
template <int kTiles, int kRing, int kHalves, class Prologue, class Epilogue>
__global__ void __launch_bounds__(kSkinnyThreads, (kBlocksAtOnce<kTiles, kHalves>))
    skinny_product_kernel(const SkinnyOperands p, const Prologue prologue,
                          const Epilogue epilogue) {
  constexpr int kRowTiles = (kHalves + 1) / 2;
  constexpr std::uint32_t kRows = kHalves * kHalfRows;
  constexpr std::uint32_t kOutputs = kTiles * kTileOutputs;
  extern __shared__ __align__(16) uint4 memory[];  // (kRing, kTiles, threads), then:
  auto* sums = reinterpret_cast<float*>(memory + kRing * kTiles * kSkinnyThreads);
  float* squares = sums + kSkinnyWarps * kRows * kOutputs;  // sums: (warps, kRows, kOutputs)
  float* gains = squares + kSkinnyWarps * kRows;            // squares: (warps, kRows)
  auto* kept = reinterpret_cast<Bf16*>(gains + (Prologue::kNorm ? p.inputs : 0));  // (8, stride)
  const std::uint32_t lane = threadIdx.x % kWarp;
  const std::uint32_t warp = threadIdx.x / kWarp;
  const std::uint32_t first_output = blockIdx.x * kOutputs;
  const std::uint32_t first_row = blockIdx.y * kRows;
  const std::uint32_t steps = p.inputs / kStep;

  const WeightRing<kTiles, kRing> weights(p, first_output, memory);
#pragma unroll
  for (int i = 0; i < kRing; ++i) weights.ask(i, warp + i * kSkinnyWarps, steps);
  fetch_upcoming(p.upcoming);
  if constexpr (Prologue::kNorm) prologue.keep(p.inputs, gains);
  begin_kernel();

  if constexpr (kHalves == 1) keep_rows(p, first_row, kept);
  if constexpr (kHalves != 1 && Prologue::kNorm) __syncthreads();  // the gains are there
  const SkinnyRows<kHalves> rows(p, first_row, lane);
  const bool has_row = first_row + lane / 4 < p.rows;
  const Bf16* kept_row = kept + lane / 4 * kept_stride(p.inputs) + lane % 4 * 8;
  float square[kHalves] = {};
  WarpSums<kTiles, kHalves> total;
  uint4 next_x[2 * kRowTiles] = {};  // of the step to come, where x is not kept
  if constexpr (kHalves != 1) load_step(rows, warp, steps, next_x);
  for (std::uint32_t base = warp; base < steps; base += kRing * kSkinnyWarps) {
#pragma unroll
    for (int i = 0; i < kRing; ++i) {
      const std::uint32_t step = base + i * kSkinnyWarps;
      if (step >= steps) break;
      uint4 x[2 * kRowTiles] = {};
      if constexpr (kHalves == 1) {
        if (has_row) x[0] = load16(kept_row + step * kStep);
      } else {
#pragma unroll
        for (int half = 0; half < kHalves; ++half) x[half] = next_x[half];
        load_step(rows, step + kSkinnyWarps, steps, next_x);
      }
      if constexpr (Prologue::kNorm) {
        const float* of_lane = gains + step * kStep + lane % 4 * 8;
#pragma unroll
        for (int half = 0; half < kHalves; ++half) {
          x[half] = scale_and_square(x[half], of_lane, square[half]);
        }
      }
      wait_for_groups<kRing - 1>();
#pragma unroll
      for (int t = 0; t < kTiles; ++t) total.add(x, t, *weights.place(i, t));
      weights.ask(i, step + kRing * kSkinnyWarps, steps);
    }
  }

#pragma unroll
  for (int half = 0; half < kHalves; ++half) {
    const std::uint32_t row = half * kHalfRows + lane / 4;
    if constexpr (Prologue::kNorm) {
      float sum = square[half];
      sum += __shfl_xor_sync(kAllLanes, sum, 1);
      sum += __shfl_xor_sync(kAllLanes, sum, 2);
      if (lane % 4 == 0) squares[warp * kRows + row] = sum;
    }
    if (first_row + row >= p.rows) continue;
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      const float* even = total.even[half / 2][t] + half % 2 * 2;
      const float* odd = total.odd[half / 2][t] + half % 2 * 2;
      float* at = sums + (warp * kRows + row) * kOutputs + t * kTileOutputs + lane % 4 * 2;
      at[0] = even[0] + odd[0];
      at[1] = even[1] + odd[1];
    }
  }
  __syncthreads();  // every warp's sums are in place
  const SkinnySums all = {
      sums, Prologue::kNorm ? squares : nullptr, kRows, kOutputs, p.inputs, norm_eps(prologue)};
  const std::uint32_t rows_here = min(kRows, p.rows - first_row);
  epilogue.store(all, rows_here, first_row, first_output, p.outputs);
}

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
    Y* at = y + std::size_t{row} * outputs + output;
    sum += bias_at(bias, output);
    *at = kAdds ? narrow<Y>(widen(*at) + rounded<Y>(sum)) : narrow<Y>(sum);
  }
  __device__ __forceinline__ void store(const SkinnySums& all, std::uint32_t rows,
                                        std::uint32_t first_row, std::uint32_t first_output,
                                        std::uint32_t outputs) const {
#pragma unroll 1
    for (std::uint32_t i = threadIdx.x; i < rows * all.outputs; i += kSkinnyThreads) {
      const std::uint32_t row = i / all.outputs;
      const std::uint32_t output = first_output + i % all.outputs;
      if (output >= outputs) continue;
      const float sum = all.at(row, i % all.outputs) * all.scale(row);
      store_one(first_row + row, output, outputs, sum);
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
  __device__ __forceinline__ void store(const SkinnySums& all, std::uint32_t rows,
                                        std::uint32_t first_row, std::uint32_t first_output,
                                        std::uint32_t outputs) const {
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

/// Whether the tensor-core form takes these operands: whole steps, and rows on 16 bytes.
inline bool is_skinny(ConstTensor x, ConstTensor w, std::uint32_t inputs, std::uint32_t x_stride,
                      std::uint32_t x_offset) {
  return x.dtype == Dtype::kBf16 && w.dtype == Dtype::kBf16 && inputs % kStep == 0 &&
         x_stride % 8 == 0 && x_offset % 8 == 0;
}

template <int kTiles, int kRing, int kHalves, class Prologue, class Epilogue>
Status launch_skinny_kernel(CudaContext& on, const SkinnyOperands& p, const Prologue& prologue,
                            const Epilogue& epilogue) {
  const dim3 grid(blocks_for(p.outputs, kTiles * kTileOutputs),
                  blocks_for(p.rows, kHalves * kHalfRows));
  return launch(on, skinny_product_kernel<kTiles, kRing, kHalves, Prologue, Epilogue>, grid,
                kSkinnyThreads, skinny_shared_bytes<kTiles, kRing, kHalves>(p, Prologue::kNorm), p,
                prologue, epilogue);
}

/// With a ring for all of a warp's steps where there are few.
template <int kTiles, int kHalves, class Prologue, class Epilogue>
Status launch_skinny_tiles(CudaContext& on, const SkinnyOperands& p, const Prologue& prologue,
                           const Epilogue& epilogue) {
  const std::uint32_t steps = blocks_for(p.inputs, kStep * kSkinnyWarps);
  if constexpr (kTiles == 1) {
    if (steps > 8) return launch_skinny_kernel<kTiles, 12, kHalves>(on, p, prologue, epilogue);
  }
  if constexpr (kTiles <= 2) {
    if (steps > 4) return launch_skinny_kernel<kTiles, 8, kHalves>(on, p, prologue, epilogue);
  }
  return launch_skinny_kernel<kTiles, 4, kHalves>(on, p, prologue, epilogue);
}

/// As many outputs a block as give every multiprocessor one, within what registers allow.
template <int kHalves, class Prologue, class Epilogue>
Status launch_skinny_rows(CudaContext& on, const SkinnyOperands& p, const Prologue& prologue,
                          const Epilogue& epilogue) {
  const std::uint32_t tiles = blocks_for(p.outputs, kTileOutputs);
  const std::uint32_t share = blocks_for(tiles, on.multiprocessors);
  if constexpr (kHalves <= 2) {
    if (share > 4) return launch_skinny_tiles<6, kHalves>(on, p, prologue, epilogue);
    if (share == 3) return launch_skinny_tiles<3, kHalves>(on, p, prologue, epilogue);
  }
  if constexpr (kHalves <= 4) {
    if (share > 2) return launch_skinny_tiles<4, kHalves>(on, p, prologue, epilogue);
  }
  if (share > 1) return launch_skinny_tiles<2, kHalves>(on, p, prologue, epilogue);
  return launch_skinny_tiles<1, kHalves>(on, p, prologue, epilogue);
}

/// K up to which eight rows of x are kept in shared memory.
inline constexpr std::uint32_t kKeptInputsMax = 8192;

/// The product of x, `p.x_stride` from row to row, with every row of w.
///
/// Limits   is_skinny().
template <class Prologue, class Epilogue>
Status launch_skinny(CudaContext& on, const SkinnyOperands& p, const Prologue& prologue,
                     const Epilogue& epilogue) {
  if (p.rows <= kHalfRows && p.inputs <= kKeptInputsMax) {
    return launch_skinny_rows<1>(on, p, prologue, epilogue);
  }
  if (p.rows <= 2 * kHalfRows) return launch_skinny_rows<2>(on, p, prologue, epilogue);
  if (p.rows <= 4 * kHalfRows) return launch_skinny_rows<4>(on, p, prologue, epilogue);
  return launch_skinny_rows<8>(on, p, prologue, epilogue);
}

}  // namespace voxfuse::device
