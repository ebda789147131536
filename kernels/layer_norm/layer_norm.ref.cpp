#include "kernels/layer_norm/layer_norm.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::layer_norm {

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
    double mean = 0;
    for (std::size_t i = 0; i < a.width; ++i) mean += a.x.at(first + i);
    mean /= a.width;
    double variance = 0;
    for (std::size_t i = 0; i < a.width; ++i) {
      const double off = a.x.at(first + i) - mean;
      variance += off * off;
    }
    const double scale = 1.0 / std::sqrt(variance / a.width + double{a.eps});
    for (std::size_t i = 0; i < a.width; ++i) {
      const double normed = (a.x.at(first + i) - mean) * scale;
      a.y.set(first + i, normed * a.gain.at(i) + a.bias.at(i));
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::layer_norm
