#include "kernels/publish_codes/publish_codes.hpp"

#include "kernels/support/isa.hpp"

namespace voxfuse::publish_codes {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    if (a.valid[b] == 0) continue;
    RowState& row = *a.row.at(b);
    row.frame += 1;
    if (row.codes_count < row.frame) row.codes_count = row.frame;
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::publish_codes
