#include "kernels/layer_scale_add/layer_scale_add.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::layer_scale_add {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.d.dtype == a.x.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t m = 0; m < a.rows; ++m) {
    for (std::size_t c = 0; c < a.width; ++c) {
      const std::size_t i = m * a.width + c;
      const auto scaled = static_cast<float>(double{a.scale.at(c)} * a.d.at(i));
      a.x.set(i, double{a.x.at(i)} + scaled);
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::layer_scale_add
