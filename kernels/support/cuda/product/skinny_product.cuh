#pragma once

// Products of few rows with bf16 weights on tensor cores: what a decode step consists of. The time
// is that of reading w once, so all is arranged round its loads:
//   - a block owns kTiles tiles of eight outputs and all of K, which its eight warps share out in
//     steps of 32 (step s is warp s mod 8's): about one block a multiprocessor;
//   - its weights are asked for before the predecessor has ended, for they depend on no one: in
//   bulk,
//     by the copy engine, so that no thread spends instructions on them. Registers and shared
//     memory are few enough for the next kernels to be resident too, and memory is read while they
//     wait for each other;
//   - a lane's 16 bytes hold eight consecutive k of one output; two m16n8k16 take them as (0, 1, 2,
//     3) and (4, 5, 6, 7). A dot product may number its terms as it likes as long as both operands
//     agree, and x is read the same way. Up to eight rows are the operand of eight columns, so that
//     one multiplication serves 16 outputs; more rows are the operand of 16, and outputs the other.
//     The terms of a sum are the same four at a time either way, and so are its bits;
//   - the warps' sums meet in shared memory and are added in their order.
// A warp has little to do and nobody to hide it behind, so every instruction between the end of the
// predecessor and the store counts: loops hold loads and multiplications and no arithmetic of
// addresses, nothing branches inside, and what comes late is looked at last.
// So the order of a sum depends on K alone: not on rows, on the tiles of a block or on the grid.
// Only for `<op>.cuda.cu`.

#include <algorithm>
#include <cstdint>

#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/cuda/product/skinny_epilogue.cuh"
#include "kernels/support/cuda/product/skinny_stages.cuh"
#include "kernels/support/cuda/product/tensor_core.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

/// Two bf16 of one word as floats.
__device__ __forceinline__ float2 unpack(std::uint32_t word) {
  return {__uint_as_float(word << 16), __uint_as_float(word & 0xffff0000u)};
}
__device__ __forceinline__ std::uint32_t pack(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const std::uint32_t*>(&pair);  // two halves as the word they make
}

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
  /// The same as they are.
  __device__ __forceinline__ void keep_as_stored(std::uint32_t inputs, void* gains) const {
    if (gain.dtype == Dtype::kF32) return keep(inputs, static_cast<float*>(gains));
#pragma unroll 1
    for (std::uint32_t k = threadIdx.x; k < inputs; k += kSkinnyThreads) {
      static_cast<Bf16*>(gains)[k] = static_cast<const Bf16*>(gain.data)[k];
    }
  }
};

/// Bytes of a gain in its own dtype; 0 without a norm.
__host__ __device__ constexpr std::uint32_t gain_bytes(const NoPrologue&) { return 0; }
__host__ __device__ constexpr std::uint32_t gain_bytes(const NormPrologue& norm) {
  return norm.gain.dtype == Dtype::kBf16 ? sizeof(Bf16) : sizeof(float);
}
__device__ __forceinline__ float norm_eps(const NoPrologue&) { return 0.0f; }
__device__ __forceinline__ float norm_eps(const NormPrologue& norm) { return norm.eps; }

/// x times the gains; `squares` grows by the squares of x.
__device__ __forceinline__ uint4 scale_and_square(uint4 x, const Pack& gains, float& squares) {
  const float(&g)[kPack] = gains.at;
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

/// A warp's sums. The two multiplications of a step add to sums of their own, so that neither waits
/// for the other.
template <int kTiles, int kHalves>
struct WarpSums {
  static constexpr int kRowTiles = (kHalves + 1) / 2;
  float even[kRowTiles][kTiles][4] = {};
  float odd[kRowTiles][kTiles][4] = {};

  __device__ __forceinline__ void add(const uint4 (&x)[kHalves], const uint4 (&w)[kTiles]) {
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
#pragma unroll
      for (int m = 0; m < kRowTiles; ++m) {
        const uint4& low = x[2 * m];
        const uint4& high = x[2 * m + 1];
        multiply_matrices(even[m][t], {low.x, high.x, low.y, high.y}, w[t].x, w[t].y);
        multiply_matrices(odd[m][t], {low.z, high.z, low.w, high.w}, w[t].z, w[t].w);
      }
    }
  }
  /// Writes the sums to (rows, pitch), of rows below `rows`.
  __device__ __forceinline__ void put(float* sums, std::uint32_t pitch, std::uint32_t rows) const {
    const std::uint32_t lane = threadIdx.x % kWarp;
#pragma unroll
    for (int half = 0; half < kHalves; ++half) {
      const std::uint32_t row = half * kHalfRows + lane / 4;
      if (row >= rows) continue;
#pragma unroll
      for (int t = 0; t < kTiles; ++t) {
        const float* e = even[half / 2][t] + half % 2 * 2;
        const float* o = odd[half / 2][t] + half % 2 * 2;
        // Both on one access: the pitch is even.
        *reinterpret_cast<float2*>(sums + row * pitch + t * kTileOutputs + lane % 4 * 2) = {
            e[0] + o[0], e[1] + o[1]};
      }
    }
  }
};

/// Of eight rows: outputs are the operand of 16, two tiles at a time, the last one alone if need
/// be.
template <int kTiles>
struct WarpSums<kTiles, 1> {
  static constexpr int kPairs = (kTiles + 1) / 2;
  float even[kPairs][4] = {};
  float odd[kPairs][4] = {};

  __device__ __forceinline__ void add(const uint4 (&x)[1], const uint4 (&w)[kTiles]) {
#pragma unroll
    for (int t = 0; t < kPairs; ++t) {
      const uint4& low = w[2 * t];
      const uint4 high = 2 * t + 1 < kTiles ? w[2 * t + 1] : uint4{};
      multiply_matrices(even[t], {low.x, high.x, low.y, high.y}, x[0].x, x[0].y);
      multiply_matrices(odd[t], {low.z, high.z, low.w, high.w}, x[0].z, x[0].w);
    }
  }
  __device__ __forceinline__ void put(float* sums, std::uint32_t pitch, std::uint32_t rows) const {
    const std::uint32_t lane = threadIdx.x % kWarp;
#pragma unroll
    for (std::uint32_t i = 0; i < 2; ++i) {
      const std::uint32_t row = lane % 4 * 2 + i;
      if (row >= rows) continue;
#pragma unroll
      for (int t = 0; t < kTiles; ++t) {
        const int at = t % 2 * 2 + static_cast<int>(i);
        sums[row * pitch + t * kTileOutputs + lane / 4] = even[t / 2][at] + odd[t / 2][at];
      }
    }
  }
};

/// Registers of a thread at most: so many that the next kernels find room beside this one.
template <int kTiles, int kHalves>
inline constexpr int kRegisters = kHalves > 4                   ? 255
                                  : kHalves == 4 && kTiles > 2  ? 160
                                  : kHalves == 1 && kTiles <= 3 ? 80
                                                                : 128;

/// One block of a product: outputs [blockIdx.x * 8 * kTiles, …) of rows [blockIdx.y * 8 * kHalves,
/// …), as the steps of its kernel.
template <int kTiles, int kHalves, class Prologue>
class SkinnyBlock {
 public:
  using Sums = SkinnySums<kTiles, kHalves>;
  static constexpr std::uint32_t kOutputs = kTiles * kTileOutputs;

  __device__ __forceinline__ SkinnyBlock(const SkinnyOperands& p, const Prologue& prologue,
                                         unsigned char* memory, std::uint64_t* full)
      : p_(p),
        prologue_(prologue),
        full_(full),
        places_(p, gain_bytes(prologue)),
        weights_{p, first_output(), memory},
        rows_(p, first_row(), memory + places_.rows_at),
        // Arrays of the types that SkinnyMemory reckons with.
        sums_(reinterpret_cast<float*>(memory + places_.sums_at)),
        squares_(reinterpret_cast<float*>(memory + places_.squares_at)),
        gains_(memory + places_.gains_at),
        kept_(reinterpret_cast<Bf16*>(memory + places_.kept_at)),
        lane_row_(kept_ + min(lane() / 4, rows_here() - 1) * kept_stride(p.inputs) + k_of_lane()),
        lane_gains_(static_cast<const float*>(gains_) + k_of_lane()),
        lane_weights_(memory + lane() / 4 * kStageRowBytes + k_of_lane() * sizeof(Bf16)) {}

  __device__ __forceinline__ static std::uint32_t first_output() { return blockIdx.x * kOutputs; }
  __device__ __forceinline__ static std::uint32_t first_row() { return blockIdx.y * kRows; }
  __device__ __forceinline__ std::uint32_t rows_here() const {
    return min(kRows, p_.rows - first_row());
  }

  /// Asks for weights: they wait for no one.
  __device__ __forceinline__ void begin() const {
    if (warp() == 0) {
      if (lane() < (comes_at_once() ? 1 : p_.ring)) {
        init_barrier(full_ + lane(), comes_at_once() ? stages() : 1);
      }
      __syncwarp();
      // One barrier announces all stages if there is room for them at once.
      for (std::uint32_t stage = 0; stage < p_.ring; ++stage) {
        weights_.ask(stage, stage, full_ + (comes_at_once() ? 0 : stage));
      }
    }
    if constexpr (Prologue::kNorm && Memory::kKeepsRows) {
      prologue_.keep_as_stored(p_.inputs, gains_);
    } else if constexpr (Prologue::kNorm) {
      prologue_.keep(p_.inputs, static_cast<float*>(gains_));
    }
    __syncthreads();  // the barriers stand, and the gains are there
  }

  /// Brings the rows of x that are kept, and asks for the first of those that are not.
  __device__ __forceinline__ void take_rows() const {
    if constexpr (Memory::kKeepsRows && Prologue::kNorm) {
      keep_scaled_rows();
    } else if constexpr (Memory::kKeepsRows) {
      keep_rows(p_, first_row(), kept_);
    } else {
#pragma unroll 1
      for (std::uint32_t stage = 0; stage < kStages; ++stage) rows_.ask(stage, steps());
    }
  }

  /// Adds up all of K.
  __device__ __forceinline__ void add_all() {
    if (!comes_at_once()) return add_in_turns();
    wait_for_barrier(full_, 0);  // all stages are announced together
#pragma unroll(kTiles <= 2 && Memory::kKeepsRows ? 2 : 1)
    for (std::uint32_t stage = 0; stage < whole_stages(); ++stage) add_stage<true>(stage, stage);
    if (whole_stages() != stages()) add_stage<false>(whole_stages(), whole_stages());
  }

  /// Leaves the warp's sums in shared memory, for all.
  __device__ __forceinline__ Sums put() const {
    if constexpr (!Memory::kKeepsRows) __syncthreads();  // no warp reads the rings any more
    const std::uint32_t row_count = min(kRows, p_.rows);
    if constexpr (Prologue::kNorm && !Memory::kKeepsRows) {
#pragma unroll
      for (int half = 0; half < kHalves; ++half) {
        const std::uint32_t row = half * kHalfRows + lane() / 4;
        float sum = square_[half];
        sum += __shfl_xor_sync(kAllLanes, sum, 1);
        sum += __shfl_xor_sync(kAllLanes, sum, 2);
        if (lane() % 4 == 0 && row < row_count) squares_[row * kSkinnyWarps + warp()] = sum;
      }
    }
    total_.put(sums_ + warp() * row_count * Memory::kPitch, Memory::kPitch, rows_here());
    __syncthreads();  // every warp's sums are in place
    return {sums_, Prologue::kNorm ? squares_ : nullptr, row_count, static_cast<float>(p_.inputs),
            norm_eps(prologue_)};
  }

 private:
  using Memory = SkinnyMemory<kTiles, kHalves>;
  static constexpr std::uint32_t kRows = kHalves * kHalfRows;
  static constexpr std::uint32_t kStages = row_stages(kHalves, Prologue::kNorm);

  __device__ __forceinline__ static std::uint32_t lane() { return threadIdx.x % kWarp; }
  __device__ __forceinline__ static std::uint32_t warp() { return threadIdx.x / kWarp; }
  __device__ __forceinline__ static std::uint32_t k_of_lane() {
    return warp() * kStep + lane() % 4 * 8;
  }
  __device__ __forceinline__ std::uint32_t steps() const { return p_.inputs / kStep; }
  __device__ __forceinline__ std::uint32_t stages() const {
    return (p_.inputs + kStageInputs - 1) / kStageInputs;
  }
  __device__ __forceinline__ std::uint32_t whole_stages() const { return p_.inputs / kStageInputs; }
  __device__ __forceinline__ bool comes_at_once() const { return p_.ring == stages(); }

  /// A warp for each row: through its registers, times the gains, and its squares are summed. Lanes
  /// sum what lanes of eight warps would sum in the product: those of warp w are 4w to 4w + 3.
  __device__ __forceinline__ void keep_scaled_rows() const {
    constexpr std::uint32_t kAtOnce = 4;  // loads of a batch; two are under way
    constexpr std::uint32_t kApart = kSkinnyWarps * kStep;
    static_assert(kApart == kWarp * kPack);
    const std::uint32_t row = warp();
    const std::uint32_t of_lane = lane() * kPack;
    if (row < rows_here()) {
      const Bf16* from = p_.x + std::size_t{first_row() + row} * p_.x_stride + of_lane;
      Bf16* to = kept_ + row * kept_stride(p_.inputs) + of_lane;
      uint4 x[kAtOnce];
      const auto ask = [&](std::uint32_t first) {
#pragma unroll
        for (std::uint32_t i = 0; i < kAtOnce; ++i) {
          const std::uint32_t at = first + i * kApart;
          if (at + of_lane < p_.inputs) x[i] = load16(from + at);
        }
      };
      ask(0);
      float square = 0.0f;
#pragma unroll 1
      for (std::uint32_t first = 0; first < p_.inputs; first += kAtOnce * kApart) {
        uint4 here[kAtOnce];
#pragma unroll
        for (std::uint32_t i = 0; i < kAtOnce; ++i) here[i] = x[i];
        ask(first + kAtOnce * kApart);
#pragma unroll
        for (std::uint32_t i = 0; i < kAtOnce; ++i) {
          const std::uint32_t at = first + i * kApart;
          if (at + of_lane >= p_.inputs) break;
          // Rows and lanes are 16 bytes apart at least.
          *reinterpret_cast<uint4*>(to + at) =
              scale_and_square(here[i], stored_gains(at + of_lane), square);
        }
      }
      square += __shfl_xor_sync(kAllLanes, square, 1);
      square += __shfl_xor_sync(kAllLanes, square, 2);
      if (lane() % 4 == 0) squares_[row * kSkinnyWarps + lane() / 4] = square;
    }
    __syncthreads();  // all rows are there
  }
  __device__ __forceinline__ Pack stored_gains(std::uint32_t k) const {
    return prologue_.gain.dtype == Dtype::kBf16 ? load_pack(static_cast<const Bf16*>(gains_) + k)
                                                : load_pack(static_cast<const float*>(gains_) + k);
  }

  /// Stages that have no room together: each slot of the ring is filled again when it is through.
  __device__ __forceinline__ void add_in_turns() {
    std::uint32_t slot = 0;
    std::uint32_t parity = 0;
#pragma unroll 1
    for (std::uint32_t stage = 0; stage < stages(); ++stage) {
      wait_for_barrier(full_ + slot, parity);
      if (stage < whole_stages()) {
        add_stage<true>(stage, slot);
      } else {
        add_stage<false>(stage, slot);
      }
      __syncthreads();  // every warp is through with the stage
      if (warp() == 0 && stage + p_.ring < stages()) {
        weights_.ask(stage + p_.ring, slot, full_ + slot);
      }
      if (++slot == p_.ring) {
        slot = 0;
        parity ^= 1;
      }
    }
  }

  /// The steps of a stage that are the warp's. All addresses are those of the lane plus constants,
  /// and a lane without a row multiplies some other one: nobody stores what comes of it.
  template <bool kWhole>
  __device__ __forceinline__ void add_stage(std::uint32_t stage, std::uint32_t slot) {
    if constexpr (!Memory::kKeepsRows) wait_for_groups<kStages - 1>();
    const unsigned char* w = lane_weights_ + slot * Memory::kStageBytes;
#pragma unroll
    for (std::uint32_t i = 0; i < kWarpSteps; ++i) {
      const std::uint32_t in_stage = i * kSkinnyWarps * kStep;  // from the lane's first k
      if (!kWhole && stage * kStageInputs + warp() * kStep + in_stage >= p_.inputs) break;
      uint4 x[kHalves];
#pragma unroll
      for (int half = 0; half < kHalves; ++half) {
        x[half] = Memory::kKeepsRows ? load16(lane_row_ + stage * kStageInputs + in_stage)
                                     : *rows_.place(stage, i, half);
        if constexpr (Prologue::kNorm && !Memory::kKeepsRows) {
          const float* of_lane = lane_gains_ + stage * kStageInputs + in_stage;
          x[half] = scale_and_square(x[half], load_pack(of_lane), square_[half]);
        }
      }
      uint4 weights[kTiles];
#pragma unroll
      for (int t = 0; t < kTiles; ++t) {
        const std::uint32_t at = t * kTileOutputs * kStageRowBytes + in_stage * sizeof(Bf16);
        weights[t] = *reinterpret_cast<const uint4*>(w + at);  // all of it on 16 bytes
      }
      total_.add(x, weights);
    }
    if constexpr (!Memory::kKeepsRows) rows_.ask(stage + kStages, steps());
  }

  const SkinnyOperands& p_;
  const Prologue& prologue_;
  std::uint64_t* full_;  ///< Barriers, one a slot of the ring.
  Memory places_;
  WeightStages<kTiles> weights_;
  LaneRows<kHalves, kStages> rows_;
  float* sums_;     ///< (warps, row count, Memory::kPitch)
  float* squares_;  ///< (row count, warps)
  void* gains_;     ///< Floats; where rows are kept, of the gains' own dtype.
  Bf16* kept_;      ///< (8, kept_stride)
  const Bf16* lane_row_;
  const float* lane_gains_;
  const unsigned char* lane_weights_;
  float square_[kHalves] = {};
  WarpSums<kTiles, kHalves> total_;
};

template <int kTiles, int kHalves, class Prologue, class Epilogue>
__global__ void __launch_bounds__(kSkinnyThreads) __maxnreg__((kRegisters<kTiles, kHalves>))
    skinny_product_kernel(const __grid_constant__ SkinnyOperands p, const Prologue prologue,
                          const Epilogue epilogue) {
  using Block = SkinnyBlock<kTiles, kHalves, Prologue>;
  extern __shared__ __align__(128) unsigned char memory[];
  __shared__ std::uint64_t full[kStagesMax];
  let_next_in();
  if (Block::first_output() >= p.outputs) return wait_for_predecessors();
  Block block(p, prologue, memory, full);
  block.begin();
  wait_for_predecessors();

  const std::uint32_t rows = block.rows_here();
  const std::uint32_t row = Block::first_row();
  const std::uint32_t output = Block::first_output();
  const auto held = epilogue.template ask<typename Block::Sums>(rows, row, output, p.outputs);
  block.take_rows();
  block.add_all();
  epilogue.store(block.put(), rows, row, output, p.outputs, held);
}

/// K up to which the gains of a norm leave room for the rest.
inline constexpr std::uint32_t kSkinnyInputsMax = 16384;

/// Whether the tensor-core form takes these operands: whole steps, and rows on 16 bytes.
inline bool is_skinny(ConstTensor x, ConstTensor w, std::uint32_t inputs, std::uint32_t x_stride,
                      std::uint32_t x_offset) {
  return x.dtype == Dtype::kBf16 && w.dtype == Dtype::kBf16 && inputs % kStep == 0 &&
         inputs <= kSkinnyInputsMax && x_stride % 8 == 0 && x_offset % 8 == 0;
}

/// Bytes that the weights of a block may take: where every multiprocessor has one block at most,
/// and where blocks follow each other and two shall be resident. Rings of many rows leave less.
template <int kHalves>
inline constexpr std::uint32_t kLoneBytes = kHalves > 4 ? 70 * 1024 : 140 * 1024;
inline constexpr std::uint32_t kFollowedBytes = 75 * 1024;
/// Shared memory that a block can have, and each of two on one multiprocessor, a little left for
/// their barriers.
inline constexpr std::uint32_t kBlockBytes = 225 * 1024;
inline constexpr std::uint32_t kPairBytes = 112 * 1024;
inline constexpr int kPairTiles = 6;

template <int kTiles, int kHalves, class Prologue, class Epilogue>
Status launch_skinny_tiles(CudaContext& on, SkinnyOperands p, const Prologue& prologue,
                           const Epilogue& epilogue) {
  using Memory = SkinnyMemory<kTiles, kHalves>;
  const auto bytes = [&] { return Memory(p, gain_bytes(prologue)).bytes; };
  dim3 grid(blocks_for(p.outputs, kTiles * kTileOutputs), blocks_for(p.rows, kHalves * kHalfRows));
  // Nearly one block a multiprocessor: those that have no outputs hold the place of one, so that
  // the blocks of the next kernel come to lie on a multiprocessor each as well.
  if (grid.x < on.multiprocessors && 8 * grid.x > 7 * on.multiprocessors) {
    grid.x = on.multiprocessors;
  }
  p.ring = 0;
  const std::uint32_t most =
      kTiles == kPairTiles && grid.x > on.multiprocessors ? kPairBytes : kBlockBytes;
  const std::uint32_t left = most - bytes();
  const std::uint32_t fitting = std::min(kLoneBytes<kHalves>, left) / Memory::kStageBytes;
  const std::uint32_t stages = blocks_for(p.inputs, kStageInputs);
  p.ring = stages <= fitting ? stages : std::min(fitting, kStagesMax);
  return launch(on, skinny_product_kernel<kTiles, kHalves, Prologue, Epilogue>, grid,
                kSkinnyThreads, bytes(), p, prologue, epilogue);
}

/// Whether blocks of kPairTiles tiles, two on every multiprocessor with two stages each at least,
/// are enough for all outputs: then no block begins when another has ended.
template <int kHalves>
bool fits_in_pairs(SkinnyOperands p, std::uint32_t gain_bytes, std::uint32_t multiprocessors) {
  if (kHalves != 1) return false;
  p.ring = 2;
  const std::uint32_t blocks = blocks_for(p.outputs, kPairTiles * kTileOutputs);
  return blocks > multiprocessors && blocks <= 2 * multiprocessors &&
         SkinnyMemory<kPairTiles, kHalves>(p, gain_bytes).bytes <= kPairBytes;
}

/// Tiles a block: as many as give every multiprocessor one block, or less so that its weights can
/// all be on their way together; as many nevertheless when that takes more blocks than can be.
template <int kHalves>
std::uint32_t skinny_tiles(const SkinnyOperands& p, std::uint32_t gain_bytes,
                           std::uint32_t multiprocessors) {
  if (fits_in_pairs<kHalves>(p, gain_bytes, multiprocessors)) return kPairTiles;
  constexpr std::uint32_t kTileBytes = kTileOutputs * kStageRowBytes;
  const std::uint32_t all = blocks_for(p.outputs, kTileOutputs);
  const std::uint32_t share = blocks_for(all, multiprocessors);
  const std::uint32_t bytes = blocks_for(p.inputs, kStageInputs) * kTileBytes;
  std::uint32_t wanted = 1;
  for (const std::uint32_t tiles : {6u, 4u, 3u, 2u}) {
    if (tiles > (share == 5 ? 6 : share) || (kHalves > 4 && tiles > 2)) continue;
    if (wanted == 1) wanted = tiles;
    const bool follows = blocks_for(all, tiles) > multiprocessors;
    if (tiles * bytes <= (follows ? kFollowedBytes : kLoneBytes<kHalves>)) return tiles;
  }
  return bytes <= kFollowedBytes ? 1 : wanted;
}

template <int kHalves, class Prologue, class Epilogue>
Status launch_skinny_rows(CudaContext& on, const SkinnyOperands& p, const Prologue& prologue,
                          const Epilogue& epilogue) {
  const std::uint32_t tiles = skinny_tiles<kHalves>(p, gain_bytes(prologue), on.multiprocessors);
  if constexpr (kHalves <= 4) {
    if (tiles == 6) return launch_skinny_tiles<6, kHalves>(on, p, prologue, epilogue);
    if (tiles == 4) return launch_skinny_tiles<4, kHalves>(on, p, prologue, epilogue);
    if (tiles == 3) return launch_skinny_tiles<3, kHalves>(on, p, prologue, epilogue);
  }
  if (tiles == 2) return launch_skinny_tiles<2, kHalves>(on, p, prologue, epilogue);
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
