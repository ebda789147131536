#include "kernels/add_rms_norm/add_rms_norm.hpp"

#include "kernels/residual_add/residual_add.hpp"
#include "kernels/rms_norm/rms_norm.hpp"
#include "kernels/support/isa.hpp"

namespace voxfuse::add_rms_norm {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.d.dtype == a.y.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(residual_add::reference({.d = a.d, .x = a.x, .rows = a.rows, .width = a.width}));
  return rms_norm::reference(
      {.x = a.x, .gain = a.gain, .y = a.y, .rows = a.rows, .width = a.width, .eps = a.eps});
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::add_rms_norm
