#include "kernels/norm_matmul/norm_matmul.hpp"
#include "kernels/support/cuda/product/plain_product.cuh"
#include "kernels/support/cuda/product/skinny_product.cuh"

namespace voxfuse::norm_matmul {

using namespace device;

// Every block normalises the rows for itself: x is short and lies in L2, and a kernel that wrote
// the norm first would cost more than all of that.
Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return with_dtype(a.x.dtype, [&](auto act) {
    using X = decltype(act);
    const X* x = elements<X>(a.x);
    const StoreEpilogue<X, false> epilogue{ConstTensor{}, elements<X>(a.y)};
    if constexpr (sizeof(X) == sizeof(Bf16)) {
      if (is_skinny(a.x, a.w, a.inputs, a.inputs, 0)) {
        const SkinnyOperands p{x, elements<Bf16>(a.w), a.rows, a.inputs, a.outputs, a.inputs};
        return launch_skinny(on, p, NormPrologue{a.gain, a.eps}, epilogue);
      }
    }
    return with_dtype(a.w.dtype, [&](auto weight) {
      using W = decltype(weight);
      const PlainOperands<X, W> p{x, elements<W>(a.w), a.rows, a.inputs, a.outputs, a.inputs};
      return launch_plain<1>(on, p, PlainNorm{a.gain, a.eps}, epilogue);
    });
  });
}

}  // namespace voxfuse::norm_matmul
