#include "kernels/mul/mul.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::mul {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.a.dtype == a.y.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.b.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  const std::size_t count = std::size_t{a.rows} * a.width;
  for (std::size_t i = 0; i < count; ++i) {
    a.y.set(i, double{a.a.at(i)} * a.b.at(i));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::mul
