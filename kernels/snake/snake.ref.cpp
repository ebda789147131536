#include "kernels/snake/snake.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::snake {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t m = 0; m < a.rows; ++m) {
    for (std::size_t c = 0; c < a.width; ++c) {
      const std::size_t i = m * a.width + c;
      const double x = a.x.at(i);
      const float angle = a.x.at(i) * a.frequency[c];
      const double sine = std::sin(double{angle});
      a.y.set(i, x + sine * sine * a.magnitude[c]);
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::snake
