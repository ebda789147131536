#include "kernels/add_rms_norm/add_rms_norm.hpp"
#include "kernels/support/cuda/rms_rows.cuh"

namespace voxfuse::add_rms_norm {

using namespace device;

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return with_dtype(a.x.dtype, [&](auto act) {
    return with_dtype(a.gain.dtype, [&](auto weight) {
      using T = decltype(act);
      using Gain = decltype(weight);
      const RmsRows<T, Gain> rows{
          .x = elements<T>(a.x),
          .d = elements<T>(a.d),
          .sum = elements<T>(a.x),
          .gain = elements<Gain>(a.gain),
          .y = elements<T>(a.y),
          .rows = a.rows,
          .width = a.width,
          .eps = a.eps,
          .whole = in_packs(a.width, {a.x.data, a.d.data, a.gain.data, a.y.data})};
      return launch_rms(on, rows);
    });
  });
}

}  // namespace voxfuse::add_rms_norm
