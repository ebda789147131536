#pragma once

// Rows of tensors that a block copies, clears or reads. Which dtypes they have is looked up as they
// are read: these ops wait for memory, not for a branch. Only for `<op>.cuda.cu`.

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kTensorRowThreads = 256;

/// A row of `width` elements, from element `begin` of its tensor on. `whole`: see in_packs().
template <class TensorType>
struct TensorRow {
  TensorType tensor;
  std::size_t begin;
  std::uint32_t width;
  bool whole;

  __device__ __forceinline__ Pack load(std::uint32_t first) const {
    return tensor.dtype == Dtype::kBf16
               ? load_pack(static_cast<const Bf16*>(tensor.data) + begin, first, width, whole)
               : load_pack(static_cast<const float*>(tensor.data) + begin, first, width, whole);
  }
  __device__ __forceinline__ void store(std::uint32_t first, const Pack& pack) const {
    if (tensor.dtype == Dtype::kBf16) {
      store_pack(static_cast<Bf16*>(tensor.data) + begin, first, width, whole, pack);
    } else {
      store_pack(static_cast<float*>(tensor.data) + begin, first, width, whole, pack);
    }
  }
  /// As it would come back from the tensor.
  __device__ __forceinline__ float round(float x) const {
    return tensor.dtype == Dtype::kBf16 ? rounded<Bf16>(x) : x;
  }
};
using RowToRead = TensorRow<ConstTensor>;
using RowToWrite = TensorRow<Tensor>;

/// Calls body(first) for the packs of a row that are this thread's.
template <class Body>
__device__ __forceinline__ void each_pack(std::uint32_t width, Body&& body) {
  const std::uint32_t step = blockDim.x * kPack;
  for (std::uint32_t first = threadIdx.x * kPack; first < width; first += step) body(first);
}

template <class Unit>
__device__ __forceinline__ void copy_units(void* to, const void* from, std::size_t bytes) {
  for (std::size_t i = threadIdx.x; i < bytes / sizeof(Unit); i += blockDim.x) {
    static_cast<Unit*>(to)[i] = static_cast<const Unit*>(from)[i];
  }
}

/// Copies a row, bit for bit where the two have one dtype.
__device__ __forceinline__ void copy_row(const RowToWrite& to, const RowToRead& from) {
  if (to.tensor.dtype != from.tensor.dtype) {
    each_pack(to.width, [&](std::uint32_t first) { to.store(first, from.load(first)); });
    return;
  }
  const std::size_t element = dtype_bytes(to.tensor.dtype);
  void* const into = static_cast<std::byte*>(to.tensor.data) + to.begin * element;
  const void* const out_of = static_cast<const std::byte*>(from.tensor.data) + from.begin * element;
  if (to.whole) {
    copy_units<uint4>(into, out_of, to.width * element);
  } else if (to.tensor.dtype == Dtype::kBf16) {
    copy_units<std::uint16_t>(into, out_of, to.width * element);
  } else {
    copy_units<std::uint32_t>(into, out_of, to.width * element);
  }
}

__device__ __forceinline__ void clear_row(const RowToWrite& to) {
  each_pack(to.width, [&](std::uint32_t first) { to.store(first, Pack{}); });
}

/// report() by one thread of a block that met an error in all of them.
__device__ __forceinline__ void report_once(std::uint32_t* fault, ErrorCode error) {
  if (threadIdx.x == 0) report(fault, error);
}

}  // namespace voxfuse::device
