#include "kernels/activation/activation.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::activation {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1 && a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.kind <= static_cast<std::uint32_t>(Activation::kTanh), kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t i = 0; i < std::size_t{a.rows} * a.width; ++i) {
    const double x = a.x.at(i);
    switch (static_cast<Activation>(a.kind)) {
      case Activation::kNone:
        a.y.set(i, x);
        break;
      case Activation::kRelu:
        a.y.set(i, x > 0 ? x : 0);
        break;
      case Activation::kElu:
        a.y.set(i, x > 0 ? x : std::expm1(x));
        break;
      case Activation::kTanh:
        a.y.set(i, std::tanh(x));
        break;
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::activation
