#include "kernels/prefill_begin/prefill_begin.hpp"

#include "kernels/support/isa.hpp"

namespace voxfuse::prefill_begin {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const RowState& row = *a.row.at(b);
    const bool waits = row.done == 0 && row.prompt_count > row.prompt_done;
    const std::uint32_t waiting = waits ? row.prompt_count - row.prompt_done : 0;
    a.valid[b] = waiting < a.tokens ? waiting : a.tokens;
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::prefill_begin
