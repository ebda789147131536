#include "kernels/advance/advance.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/lanes.hpp"

namespace voxfuse::advance {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.prefill <= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.hidden.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::uint32_t valid = lane_tokens(a.valid, b, 1, a.tokens);
    if (valid == 0) continue;
    const std::size_t last = (std::size_t{b} * a.tokens + valid - 1) * a.width;
    for (std::size_t i = 0; i < a.width; ++i) a.hidden.at(b).set(i, a.x.at(last + i));
    RowState& row = *a.row.at(b);
    row.position += valid;
    if (a.prefill != 0) row.prompt_done += valid;
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::advance
