#include "kernels/activation/activation.hpp"

#include <cstddef>

#include "kernels/support/activate.hpp"
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
    a.y.set(i, activate<double>(a.kind, a.x.at(i)));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::activation
