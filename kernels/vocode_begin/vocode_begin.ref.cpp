#include "kernels/vocode_begin/vocode_begin.hpp"

#include "kernels/support/isa.hpp"

namespace voxfuse::vocode_begin {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frames >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const RowState& row = *a.row.at(b);
    const std::uint32_t waiting = row.codes_count > row.vocoded ? row.codes_count - row.vocoded : 0;
    a.valid[b] = waiting < a.frames ? waiting : a.frames;
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::vocode_begin
