#include "kernels/prompt_text/prompt_text.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/lanes.hpp"

namespace voxfuse::prompt_text {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.table_rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.prompt_max >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::uint32_t valid = lane_tokens(a.valid, b, 1, a.tokens);
    const std::size_t first = a.row.at(b)->prompt_done;
    for (std::size_t t = 0; t < a.tokens; ++t) {
      const std::size_t at = (std::size_t{b} * a.tokens + t) * a.width;
      std::uint32_t text_id = kAbsent;
      if (t < valid) {
        VOXFUSE_REQUIRE(first + t < a.prompt_max, kBadIndex);
        text_id = a.prompt.at(b)[(first + t) * kPromptEntryWords];
        VOXFUSE_REQUIRE(text_id == kAbsent || text_id < a.table_rows, kBadIndex);
      }
      for (std::size_t i = 0; i < a.width; ++i) {
        a.y.set(at + i, text_id == kAbsent ? 0.0f : a.table.at(std::size_t{text_id} * a.width + i));
      }
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::prompt_text
