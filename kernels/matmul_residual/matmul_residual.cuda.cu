#include "kernels/matmul_residual/matmul_residual.hpp"
#include "kernels/support/cuda/product/plain_product.cuh"
#include "kernels/support/cuda/product/shallow_product.cuh"
#include "kernels/support/cuda/product/skinny_product.cuh"

namespace voxfuse::matmul_residual {

using namespace device;

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return with_dtype(a.x.dtype, [&](auto act) {
    using X = decltype(act);
    const X* x = elements<X>(a.x) + a.x_offset;
    const StoreEpilogue<X, true> epilogue{a.bias, elements<X>(a.y)};
    const MatrixOperands<X> tiles{x, a.w, a.rows, a.inputs, a.outputs, a.x_stride};
    if constexpr (sizeof(X) == sizeof(Bf16)) {
      if (is_skinny(a.x, a.w, a.inputs, a.x_stride, a.x_offset)) {
        if (is_shallow(a.inputs)) return launch_shallow(on, tiles, true, epilogue);
        const SkinnyOperands p{x, elements<Bf16>(a.w), a.rows, a.inputs, a.outputs, a.x_stride};
        return launch_skinny(on, p, NoPrologue{}, epilogue);
      }
    } else if (is_shallow(a.inputs)) {
      const bool packs = in_packs(a.inputs, {x, a.w.data}) && a.x_stride % kPack == 0;
      return launch_shallow(on, tiles, packs, epilogue);
    }
    return with_dtype(a.w.dtype, [&](auto weight) {
      using W = decltype(weight);
      const PlainOperands<X, W> p{x, elements<W>(a.w), a.rows, a.inputs, a.outputs, a.x_stride};
      return launch_plain<1>(on, p, PlainNorm{}, epilogue);
    });
  });
}

}  // namespace voxfuse::matmul_residual
