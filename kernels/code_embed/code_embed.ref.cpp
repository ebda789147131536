#include "kernels/code_embed/code_embed.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::code_embed {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.groups >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frames_max >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.token < a.tokens, kBadShape);
  VOXFUSE_REQUIRE(a.group < a.groups, kBadShape);
  VOXFUSE_REQUIRE(a.first_row < a.table_rows, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    std::uint32_t code = 0;
    if (a.valid[b] != 0) {
      const std::size_t frame = a.row.at(b)->frame;
      VOXFUSE_REQUIRE(frame < a.frames_max, kBadIndex);
      code = a.codes.at(b)[frame * a.groups + a.group];
      VOXFUSE_REQUIRE(code < a.table_rows - a.first_row, kBadIndex);
    }
    const std::size_t from = (std::size_t{a.first_row} + code) * a.width;
    const std::size_t at = (std::size_t{b} * a.tokens + a.token) * a.width;
    for (std::size_t i = 0; i < a.width; ++i) a.y.set(at + i, a.table.at(from + i));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::code_embed
