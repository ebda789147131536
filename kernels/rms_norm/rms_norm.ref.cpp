#include "kernels/rms_norm/rms_norm.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::rms_norm {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t m = 0; m < a.rows; ++m) {
    const std::size_t first = m * a.width;
    double sum_of_squares = 0;
    for (std::size_t i = 0; i < a.width; ++i) {
      sum_of_squares += double{a.x.at(first + i)} * a.x.at(first + i);
    }
    const double scale = 1.0 / std::sqrt(sum_of_squares / a.width + double{a.eps});
    for (std::size_t i = 0; i < a.width; ++i) {
      a.y.set(first + i, a.x.at(first + i) * scale);  // the first of two roundings
      a.y.set(first + i, double{a.y.at(first + i)} * a.gain.at(i));
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::rms_norm
