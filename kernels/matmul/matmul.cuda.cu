#include "kernels/matmul/matmul.hpp"
#include "kernels/support/cuda/product/cublas.hpp"
#include "kernels/support/cuda/product/plain_product.cuh"
#include "kernels/support/cuda/product/shallow_product.cuh"
#include "kernels/support/cuda/product/skinny_product.cuh"

namespace voxfuse::matmul {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;

/// y[m, :] = bias for every row: what cuBLAS then adds its product to.
template <class Y>
__global__ void __launch_bounds__(kThreads)
    matmul_bias_kernel(ConstTensor bias, Y* y, std::uint32_t outputs) {
  begin_kernel();
  const std::uint32_t output = blockIdx.x * kThreads + threadIdx.x;
  if (output < outputs) {
    y[std::size_t{blockIdx.y} * outputs + output] = narrow<Y>(bias_at(bias, output));
  }
}

ConstTensor used_part(const Args& a) {
  const auto* bytes = static_cast<const std::byte*>(a.x.data);
  return {bytes + a.x_offset * dtype_bytes(a.x.dtype), a.x.dtype};
}

Status by_library(const Args& a, CudaContext& on, const CublasProduct& product) {
  if (a.bias) {
    VOXFUSE_TRY(with_dtype(a.y.dtype, [&](auto y) {
      using Y = decltype(y);
      return launch(on, matmul_bias_kernel<Y>, dim3(blocks_for(a.outputs, kThreads), a.rows),
                    kThreads, 0, a.bias, elements<Y>(a.y), a.outputs);
    }));
  }
  ++on.launches;
  return on.cublas->run(product);
}

template <class X, class Epilogue>
Status by_tiles(const Args& a, CudaContext& on, bool packs, const Epilogue& epilogue) {
  const MatrixOperands<X> p{
      elements<X>(used_part(a)), a.w, a.rows, a.inputs, a.outputs, a.x_stride};
  return launch_shallow(on, p, packs, epilogue);
}

template <class Y>
Status by_own(const Args& a, CudaContext& on) {
  const StoreEpilogue<Y, false> epilogue{a.bias, elements<Y>(a.y)};
  const ConstTensor x = used_part(a);
  if (is_skinny(x, a.w, a.inputs, a.x_stride, a.x_offset)) {
    if (is_shallow(a.inputs)) return by_tiles<Bf16>(a, on, true, epilogue);
    const SkinnyOperands p{elements<Bf16>(x), elements<Bf16>(a.w), a.rows,
                           a.inputs,          a.outputs,           a.x_stride};
    return launch_skinny(on, p, NoPrologue{}, epilogue);
  }
  if (x.dtype == Dtype::kF32 && is_shallow(a.inputs)) {
    const bool packs = in_packs(a.inputs, {x.data, a.w.data}) && a.x_stride % kPack == 0;
    return by_tiles<float>(a, on, packs, epilogue);
  }
  return with_dtype(x.dtype, [&](auto act) {
    return with_dtype(a.w.dtype, [&](auto weight) {
      using X = decltype(act);
      using W = decltype(weight);
      const PlainOperands<X, W> p{elements<X>(x), elements<W>(a.w), a.rows,
                                  a.inputs,       a.outputs,        a.x_stride};
      return launch_plain<1>(on, p, PlainNorm{}, epilogue);
    });
  });
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const CublasProduct product{.x = used_part(a),
                              .w = a.w,
                              .y = a.y,
                              .rows = a.rows,
                              .inputs = a.inputs,
                              .outputs = a.outputs,
                              .x_stride = a.x_stride,
                              .adds = static_cast<bool>(a.bias)};
  if (on.cublas != nullptr && Cublas::takes(product)) return by_library(a, on, product);
  return with_dtype(a.y.dtype, [&](auto y) { return by_own<decltype(y)>(a, on); });
}

}  // namespace voxfuse::matmul
