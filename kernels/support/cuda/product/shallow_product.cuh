#pragma once

// Products of few inputs: a vocoder's 1 x 1 convolutions. Their weights are small and their rows
// are many, so that a tile of the result keeps the GPU busier than one pass over the weights.
// Only for `<op>.cuda.cu`.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/cuda/product/fma_tile.cuh"
#include "kernels/support/cuda/product/skinny_epilogue.cuh"
#include "kernels/support/cuda/product/tensor_tile.cuh"

namespace voxfuse::device {

/// K from which on the weights are what a product waits for (skinny_product.cuh,
/// plain_product.cuh). K alone decides: the bits of a row must not depend on how many there are.
inline constexpr std::uint32_t kDeepInputs = 1024;

/// Operands of a product, activations of T.
template <class T>
struct MatrixOperands {
  const T* x;
  ConstTensor w;
  std::uint32_t rows;
  std::uint32_t inputs;
  std::uint32_t outputs;  ///< Rows of w.
  std::uint32_t x_stride;
};

/// The rows of x as a product of tiles takes them; an epilogue stores the sums.
template <class T, class Epilogue>
struct MatrixRows {
  using Element = T;
  using Row = const T*;
  using Place = std::uint32_t;

  const T* x;
  std::uint32_t rows;
  std::uint32_t outputs;
  std::uint32_t x_stride;
  Epilogue epilogue;

  __device__ __forceinline__ Row row(std::uint32_t m) const {
    return m < rows ? x + std::size_t{m} * x_stride : nullptr;
  }
  __device__ __forceinline__ Place place(std::uint32_t k) const { return k; }
  __device__ __forceinline__ void advance(Place& k, std::uint32_t by) const { k += by; }
  __device__ __forceinline__ const T* at(const Row& row, const Place& k) const { return row + k; }
  __device__ __forceinline__ void store(std::uint32_t m, std::uint32_t n, float4 sums) const {
    if (m >= rows) return;
    if (outputs % 4 == 0) {
      if (n < outputs) epilogue.store_four(m, n, outputs, sums);
      return;
    }
    const float values[4] = {sums.x, sums.y, sums.z, sums.w};
#pragma unroll
    for (std::uint32_t i = 0; i < 4; ++i) {
      if (n + i < outputs) epilogue.store_one(m, n + i, outputs, values[i]);
    }
  }
};

inline bool is_shallow(std::uint32_t inputs) { return inputs < kDeepInputs; }

/// The product of x with every row of w: of bf16 with bf16 on tensor cores, else in f32.
/// `in_packs`: see TileProduct; tensor cores need it.
template <class T, class Epilogue>
Status launch_shallow(CudaContext& on, const MatrixOperands<T>& p, bool in_packs,
                      const Epilogue& epilogue) {
  const TileProduct<MatrixRows<T, Epilogue>> product = {
      .of = {p.x, p.rows, p.outputs, p.x_stride, epilogue},
      .w = p.w,
      .row_count = p.rows,
      .inputs = p.inputs,
      .outputs = p.outputs,
      .in_packs = in_packs};
  if constexpr (sizeof(T) == sizeof(Bf16)) {
    VOXFUSE_REQUIRE(in_packs && p.w.dtype == Dtype::kBf16, kBadDtype);
    return launch_product<TensorTiles>(on, product);
  } else {
    return launch_product<FmaTiles>(on, product);
  }
}

}  // namespace voxfuse::device
