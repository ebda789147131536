#include "kernels/silu/silu.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::silu {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  const std::size_t count = std::size_t{a.rows} * a.width;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = a.x.at(i);
    a.y.set(i, x / (1.0 + std::exp(-x)));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::silu
