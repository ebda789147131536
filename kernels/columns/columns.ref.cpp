#include "kernels/columns/columns.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::columns {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1 && a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x_rows == a.rows || a.x_rows == 1, kBadShape);
  VOXFUSE_REQUIRE(std::uint64_t{a.x_at} + a.width <= a.x_stride, kBadShape);
  VOXFUSE_REQUIRE(std::uint64_t{a.y_at} + a.width <= a.y_stride, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t m = 0; m < a.rows; ++m) {
    const std::size_t from = (a.x_rows == 1 ? 0 : m) * a.x_stride + a.x_at;
    const std::size_t to = m * a.y_stride + a.y_at;
    for (std::size_t i = 0; i < a.width; ++i) a.y.set(to + i, a.x.at(from + i));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::columns
