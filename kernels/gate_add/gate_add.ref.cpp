#include "kernels/gate_add/gate_add.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::gate_add {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1 && a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.d.dtype == a.x.dtype && a.gate.dtype == a.x.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t m = 0; m < a.rows; ++m) {
    for (std::size_t c = 0; c < a.width; ++c) {
      const std::size_t i = m * a.width + c;
      const double open = 1.0 / (1.0 + std::exp(-double{a.gate.at(c)}));
      a.x.set(i, a.x.at(i) + open * a.d.at(i));
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::gate_add
