#include "kernels/reference_begin/reference_begin.hpp"

#include "kernels/support/isa.hpp"

namespace voxfuse::reference_begin {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frames >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const RowState& row = *a.row.at(b);
    const std::uint32_t left =
        row.reference_count > row.reference_done ? row.reference_count - row.reference_done : 0;
    a.valid[b] = left < a.frames ? left : a.frames;
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::reference_begin
