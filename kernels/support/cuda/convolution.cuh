#pragma once

// Convolutions over time with carried history, as products of many rows (tile_product.cuh): row m
// is token m of all lanes, k = tap * channels + channel, and A[m, k] is what the tap sees of the
// packet or of the history in front of it. Causal and transposed convolutions differ only in where
// their taps look. The history is replaced by a kernel of its own, for all blocks of a product read
// it. Only for `<op>.cuda.cu`.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/conv_history.cuh"
#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/cuda/product/fma_tile.cuh"
#include "kernels/support/cuda/product/tensor_tile.cuh"
#include "kernels/support/lanes.hpp"

namespace voxfuse::device {

/// y[t, n] = bias[n mod bias_count] + sum over tap, c of
///           w[n, tap * channels + c] * input[t + first_shift + tap * tap_shift, c]
struct Convolution {
  ConstTensor x;     ///< (lanes, tokens, channels)
  ConstTensor w;     ///< (outputs, taps * channels)
  ConstTensor bias;  ///< (bias_count)
  const std::uint32_t* valid;
  RowTensor history;  ///< (history_tokens, channels) in the row: the inputs before the packet.
  Tensor y;           ///< (lanes, tokens, outputs)
  std::uint32_t lanes;
  std::uint32_t tokens;
  std::uint32_t channels;
  std::uint32_t outputs;
  std::uint32_t bias_count;
  std::uint32_t taps;
  std::int32_t first_shift;
  std::int32_t tap_shift;
  std::uint32_t history_tokens;
  std::uint32_t rate;
};

/// A convolution whose activations are T, as a product takes it.
template <class T>
struct ConvolutionOf : Convolution {
  using Element = T;

  struct Row {
    const T* packet;
    const T* history;
    std::int32_t t;
    __device__ __forceinline__ explicit operator bool() const { return packet != nullptr; }
  };
  struct Place {
    std::uint32_t channel;
    std::int32_t shift;
  };

  /// Nothing for tokens that do not count.
  __device__ __forceinline__ Row row(std::uint32_t m) const {
    if (!counts(m)) return {};
    const std::uint32_t lane = m / tokens;
    const T* packet = static_cast<const T*>(x.data) + std::size_t{lane} * tokens * channels;
    const void* before = history ? history.at(lane).data : nullptr;
    return {packet, static_cast<const T*>(before), static_cast<std::int32_t>(m - lane * tokens)};
  }
  __device__ __forceinline__ Place place(std::uint32_t k) const {
    const std::uint32_t tap = k / channels;
    return {k - tap * channels, first_shift + static_cast<std::int32_t>(tap) * tap_shift};
  }
  __device__ __forceinline__ void advance(Place& place, std::uint32_t by) const {
    place.channel += by;
    while (place.channel >= channels) {
      place.channel -= channels;
      place.shift += tap_shift;
    }
  }
  __device__ __forceinline__ const T* at(const Row& row, const Place& place) const {
    const std::int32_t t = row.t + place.shift;
    const T* first = t < 0 ? row.history : row.packet;
    const std::int32_t token = t < 0 ? t + static_cast<std::int32_t>(history_tokens) : t;
    return first + static_cast<std::size_t>(token) * channels + place.channel;
  }

  __device__ __forceinline__ void store(std::uint32_t m, std::uint32_t n, float4 sums) const {
    if (m >= lanes * tokens || n >= outputs) return;
    const bool kept = counts(m);
    const float values[4] = {sums.x, sums.y, sums.z, sums.w};
    T* to = row_of_y(m) + n;
    if (outputs % 4 == 0) {
      struct alignas(4 * sizeof(T)) Four {
        T at[4];
      };
      Four four;
#pragma unroll
      for (std::uint32_t i = 0; i < 4; ++i) four.at[i] = result(n + i, values[i], kept);
      *reinterpret_cast<Four*>(to) = four;  // rows of y are made of fours
      return;
    }
#pragma unroll
    for (std::uint32_t i = 0; i < 4; ++i) {
      if (n + i < outputs) to[i] = result(n + i, values[i], kept);
    }
  }
  __device__ __forceinline__ void store_one(std::uint32_t m, std::uint32_t n, float sum) const {
    row_of_y(m)[n] = result(n, sum, counts(m));
  }

 private:
  __device__ __forceinline__ bool counts(std::uint32_t m) const {
    const std::uint32_t lane = m / tokens;
    return lane < lanes && m - lane * tokens < lane_tokens(valid, lane, rate, tokens);
  }
  __device__ __forceinline__ T* row_of_y(std::uint32_t m) const {
    return static_cast<T*>(y.data) + std::size_t{m} * outputs;
  }
  __device__ __forceinline__ T result(std::uint32_t n, float sum, bool kept) const {
    return narrow<T>(kept ? sum + bias.at(n % bias_count) : 0.0f);
  }
};

template <class T>
using ConvolutionProduct = TileProduct<ConvolutionOf<T>>;

/// Outputs that are too few for a tile are made one by one.
inline constexpr std::uint32_t kFewOutputs = 4;
inline constexpr std::uint32_t kFewThreads = 256;

/// A warp for each row and output. Its lanes take the packs of a row in turn (single elements where
/// rows are not made of packs), and their sums are added as warp_sum() does.
template <class T>
__global__ void __launch_bounds__(kFewThreads)
    convolution_few_kernel(const __grid_constant__ ConvolutionProduct<T> p) {
  begin_kernel();
  const std::uint32_t item = blockIdx.x * (kFewThreads / kWarp) + threadIdx.x / kWarp;
  const std::uint32_t m = item / p.outputs;
  const std::uint32_t n = item - m * p.outputs;
  if (m >= p.row_count) return;
  const auto row = p.of.row(m);
  const std::size_t w = std::size_t{n} * p.inputs;
  const std::uint32_t each = p.in_packs ? kPack : 1;
  std::uint32_t k = threadIdx.x % kWarp * each;
  auto place = p.of.place(k);
  float sum = 0.0f;
  for (; row && k < p.inputs; k += kWarp * each) {
    const T* x = p.of.at(row, place);
    if (p.in_packs) {
      const Pack xs = load_pack(x);
      const Pack ws = p.w.dtype == Dtype::kBf16
                          ? load_pack(static_cast<const Bf16*>(p.w.data) + w + k)
                          : load_pack(static_cast<const float*>(p.w.data) + w + k);
#pragma unroll
      for (std::uint32_t i = 0; i < kPack; ++i) sum = fmaf(xs.at[i], ws.at[i], sum);
    } else {
      sum = fmaf(widen(*x), p.w.at(w + k), sum);
    }
    p.of.advance(place, kWarp * each);
  }
  sum = warp_sum(sum);
  if (threadIdx.x % kWarp == 0) p.of.store_one(m, n, sum);
}

inline constexpr std::uint32_t kHistoryThreads = 256;

/// Columns of a block of history_kernel: what its threads move at once, as far as that is one.
__host__ __device__ constexpr std::uint32_t history_columns(std::uint32_t history_tokens) {
  const std::uint32_t columns = kHistoryThreads * kHistoryEach / history_tokens;
  return columns == 0 ? 1 : columns;
}

/// A block for some columns of a lane's history, in units that are bits and no more.
template <class Unit>
__global__ void __launch_bounds__(kHistoryThreads)
    history_kernel(const __grid_constant__ Convolution c, std::uint32_t width) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.y;
  const std::uint32_t valid = lane_tokens(c.valid, lane, c.rate, c.tokens);
  if (valid == 0) return;
  const std::uint32_t columns = history_columns(c.history_tokens);
  const std::uint32_t first = blockIdx.x * columns;
  const Unit* packet = static_cast<const Unit*>(c.x.data) + std::size_t{lane} * c.tokens * width;
  keep_newest(static_cast<Unit*>(c.history.at(lane).data), packet, c.history_tokens, valid, width,
              first, min(columns, width - first));
}

template <class Unit>
Status launch_history(CudaContext& on, const Convolution& c) {
  const auto row_bytes = static_cast<std::uint32_t>(c.channels * dtype_bytes(c.x.dtype));
  const std::uint32_t width = row_bytes / sizeof(Unit);
  const dim3 grid(blocks_for(width, history_columns(c.history_tokens)), c.lanes);
  return launch(on, history_kernel<Unit>, grid, kHistoryThreads, 0, c, width);
}

/// Products run on tensor cores where both operands are bf16, else in f32: what form a sum has
/// depends on channels and dtypes alone, for the engine's buffers begin on 256 bytes.
template <class T>
Status launch_convolution(CudaContext& on, const Convolution& c, bool packs) {
  const ConvolutionProduct<T> p = {.of = {c},
                                   .w = c.w,
                                   .row_count = c.lanes * c.tokens,
                                   .inputs = c.taps * c.channels,
                                   .outputs = c.outputs,
                                   .in_packs = packs};
  if (c.outputs <= kFewOutputs) {
    const std::size_t warps = std::size_t{p.row_count} * p.outputs;
    return launch(on, convolution_few_kernel<T>, blocks_for(warps, kFewThreads / kWarp),
                  kFewThreads, 0, p);
  }
  if constexpr (sizeof(T) == sizeof(Bf16)) {
    if (packs && c.w.dtype == Dtype::kBf16) return launch_product<TensorTiles>(on, p);
  }
  return launch_product<FmaTiles>(on, p);
}

/// A product and, where there is a history, what replaces it.
///
/// Errors   kBadDtype unless x, y and history are alike; kDeviceFailed.
inline Status convolve(CudaContext& on, const Convolution& c) {
  VOXFUSE_REQUIRE(c.x.dtype == c.y.dtype, kBadDtype);
  VOXFUSE_REQUIRE(!c.history || c.history.dtype == c.x.dtype, kBadDtype);
  const bool packs =
      in_packs(c.channels, {c.x.data, c.w.data, c.history.base}) && c.history.stride % kAccess == 0;
  VOXFUSE_TRY(with_dtype(
      c.y.dtype, [&](auto act) { return launch_convolution<decltype(act)>(on, c, packs); }));
  if (c.history_tokens == 0) return {};
  if (packs) return launch_history<uint4>(on, c);
  return c.x.dtype == Dtype::kBf16 ? launch_history<std::uint16_t>(on, c)
                                   : launch_history<std::uint32_t>(on, c);
}

}  // namespace voxfuse::device
