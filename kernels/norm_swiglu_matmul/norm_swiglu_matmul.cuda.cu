#include "kernels/norm_swiglu_matmul/norm_swiglu_matmul.hpp"
#include "kernels/support/cuda/product/plain_product.cuh"
#include "kernels/support/cuda/product/skinny_product.cuh"

namespace voxfuse::norm_swiglu_matmul {

using namespace device;

// A gate and its up are neighbours in w, so that one block, and in the plain form one warp, has
// both.
Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return with_dtype(a.x.dtype, [&](auto act) {
    using X = decltype(act);
    const X* x = elements<X>(a.x);
    const SwigluEpilogue<X> epilogue{elements<X>(a.y)};
    if constexpr (sizeof(X) == sizeof(Bf16)) {
      if (is_skinny(a.x, a.w, a.inputs, a.inputs, 0)) {
        const SkinnyOperands p{x, elements<Bf16>(a.w), a.rows, a.inputs, 2 * a.outputs, a.inputs};
        return launch_skinny(on, p, NormPrologue{a.gain, a.eps}, epilogue);
      }
    }
    return with_dtype(a.w.dtype, [&](auto weight) {
      using W = decltype(weight);
      const PlainOperands<X, W> p{x, elements<W>(a.w), a.rows, a.inputs, 2 * a.outputs, a.inputs};
      return launch_plain<2>(on, p, PlainNorm{a.gain, a.eps}, epilogue);
    });
  });
}

}  // namespace voxfuse::norm_swiglu_matmul
