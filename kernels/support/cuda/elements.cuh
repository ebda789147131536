#pragma once

// Elements of activations and weights on the device: float, or __nv_bfloat16 widened to float for
// every operation and rounded to nearest where it is stored. Only for `<op>.cuda.cu`.

#include <cuda_bf16.h>

#include <cstddef>

#include "kernels/support/tensor.hpp"

namespace voxfuse::device {

using Bf16 = __nv_bfloat16;

__device__ __forceinline__ float widen(float x) { return x; }
__device__ __forceinline__ float widen(Bf16 x) { return __bfloat162float(x); }

template <class T>
__device__ __forceinline__ T narrow(float x);
template <>
__device__ __forceinline__ float narrow<float>(float x) {
  return x;
}
template <>
__device__ __forceinline__ Bf16 narrow<Bf16>(float x) {
  return __float2bfloat16_rn(x);
}

/// x as it would come back from memory: one of the contract's roundings.
template <class T>
__device__ __forceinline__ float rounded(float x) {
  return widen(narrow<T>(x));
}

/// The elements of a tensor as T. A tensor is bytes to the executor; its dtype says what they are.
template <class T>
const T* elements(ConstTensor t) {
  return static_cast<const T*>(t.data);
}
template <class T>
T* elements(Tensor t) {
  return static_cast<T*>(t.data);
}

/// Calls body(T{}) with the type of a dtype and answers what it answers.
template <class Body>
auto with_dtype(Dtype dtype, Body&& body) {
  return dtype == Dtype::kBf16 ? body(Bf16{}) : body(float{});
}

}  // namespace voxfuse::device
