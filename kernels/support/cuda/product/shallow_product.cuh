#pragma once

// Products of few inputs: a vocoder's 1 x 1 convolutions. Their weights are small and their rows
// are many, so that a tile of the result keeps tensor cores busier than one pass over the weights.
// Only for `<op>.cuda.cu`.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/cuda/product/skinny_product.cuh"
#include "kernels/support/cuda/product/tensor_tile.cuh"

namespace voxfuse::device {

/// K from which on the weights are what a product waits for (skinny_product.cuh). K alone decides:
/// the bits of a row must not depend on how many there are.
inline constexpr std::uint32_t kDeepInputs = 1024;

/// The rows of x as a product of tiles takes them; an epilogue stores the sums.
template <class Epilogue>
struct MatrixRows {
  using Element = Bf16;
  using Row = const Bf16*;
  using Place = std::uint32_t;

  const Bf16* x;
  std::uint32_t rows;
  std::uint32_t outputs;
  std::uint32_t x_stride;
  Epilogue epilogue;

  __device__ __forceinline__ Row row(std::uint32_t m) const {
    return m < rows ? x + std::size_t{m} * x_stride : nullptr;
  }
  __device__ __forceinline__ Place place(std::uint32_t k) const { return k; }
  __device__ __forceinline__ void advance(Place& k, std::uint32_t by) const { k += by; }
  __device__ __forceinline__ const Bf16* at(const Row& row, const Place& k) const {
    return row + k;
  }
  __device__ __forceinline__ void store(std::uint32_t m, std::uint32_t n, float4 sums) const {
    if (m >= rows) return;
    const float values[4] = {sums.x, sums.y, sums.z, sums.w};
#pragma unroll
    for (std::uint32_t i = 0; i < 4; ++i) {
      if (n + i < outputs) epilogue.store_one(m, n + i, outputs, values[i]);
    }
  }
};

/// Whether operands that a skinny product takes are better off here.
inline bool is_shallow(std::uint32_t inputs) { return inputs < kDeepInputs; }

/// The product of x with every row of w.
///
/// Limits   is_skinny(), which asks for more than tiles need.
template <class Epilogue>
Status launch_shallow(CudaContext& on, const SkinnyOperands& p, const Epilogue& epilogue) {
  using Rows = MatrixRows<Epilogue>;
  const TileProduct<Rows> product = {.of = {p.x, p.rows, p.outputs, p.x_stride, epilogue},
                                     .w = {p.w, Dtype::kBf16},
                                     .row_count = p.rows,
                                     .inputs = p.inputs,
                                     .outputs = p.outputs,
                                     .in_packs = true};
  return launch_product<TensorTiles>(on, product);
}

}  // namespace voxfuse::device
