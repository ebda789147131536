#include "kernels/residual_add/residual_add.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::residual_add {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.d.dtype == a.x.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  const std::size_t count = std::size_t{a.rows} * a.width;
  for (std::size_t i = 0; i < count; ++i) {
    a.x.set(i, double{a.x.at(i)} + a.d.at(i));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::residual_add
