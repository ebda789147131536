#include "kernels/frame_begin/frame_begin.hpp"

#include "kernels/support/isa.hpp"

namespace voxfuse::frame_begin {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.forced <= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const RowState& row = *a.row.at(b);
    const bool prompt_known = row.prompt_count > 0 && row.prompt_done == row.prompt_count;
    const bool text_known = row.frame < row.text_count || row.text_closed != 0;
    const bool live = row.done == 0 && text_known;
    const bool given = row.frame < row.codes_given;
    a.valid[b] = prompt_known && (a.forced != 0 ? given : live) ? 1 : 0;
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::frame_begin
