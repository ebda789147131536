#pragma once

// Loops over vectors of elements with a rest. Only for `<op>.cpu.cpp`, as simd.hpp is.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/support/simd.hpp"
#include "kernels/support/tensor.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

/// Up to sixteen elements from `first` on; the full kind compiles to plain loads and stores.
template <bool kFull>
struct Slice {
  std::size_t first;
  std::size_t count;

  template <class Element>
  [[gnu::always_inline]] F32x16 load(const Element* p) const {
    if constexpr (kFull) return VOXFUSE_ISA::load(p + first);
    return load_first(p + first, count);
  }
  [[gnu::always_inline]] void store(float* p, F32x16 x) const {
    if constexpr (kFull) return VOXFUSE_ISA::store(p + first, x);
    return store_first(p + first, x, count);
  }
};

/// Calls body(slice) for [begin, end) in order; body is a generic lambda.
template <class Body>
VOXFUSE_SIMD void each_slice(std::size_t begin, std::size_t end, Body&& body) {
  for (; begin + 16 <= end; begin += 16) body(Slice<true>{begin, 16});
  if (begin < end) body(Slice<false>{begin, end - begin});
}

/// Calls body with the elements of a weight as what they are stored as.
template <class Body>
VOXFUSE_SIMD void with_elements(ConstTensor weight, Body&& body) {
  if (weight.dtype == Dtype::kBf16) {
    body(weight.bf16());
  } else {
    body(weight.f32());
  }
}

/// The same for the matrix of a product, which may be i8.
template <class Body>
VOXFUSE_SIMD void with_matrix(ConstTensor matrix, Body&& body) {
  if (matrix.dtype == Dtype::kI8) return body(matrix.i8());
  with_elements(matrix, body);
}

/// Element i of a weight, widened.
VOXFUSE_SIMD float element(const float* p, std::size_t i) { return p[i]; }
VOXFUSE_SIMD float element(const std::uint16_t* p, std::size_t i) { return bf16::widen(p[i]); }

/// Rows that a thread takes at least in a loop over cheap rows: it should be worth its wake-up.
VOXFUSE_SIMD std::size_t row_grain(std::size_t width) {
  return std::max<std::size_t>(1, 16384 / std::max<std::size_t>(width, 1));
}

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
