#include "kernels/hidden_load/hidden_load.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::hidden_load {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.token < a.tokens, kBadShape);
  VOXFUSE_REQUIRE(a.y.dtype == a.hidden.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::size_t at = (std::size_t{b} * a.tokens + a.token) * a.width;
    for (std::size_t i = 0; i < a.width; ++i) a.y.set(at + i, a.hidden.at(b).at(i));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::hidden_load
