#include "kernels/text_row/text_row.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::text_row {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.text_max >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.pad_id < a.table_rows, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const RowState& row = *a.row.at(b);
    std::uint32_t text_id = a.pad_id;
    if (row.frame < row.text_count) {
      VOXFUSE_REQUIRE(row.frame < a.text_max, kBadIndex);
      text_id = a.text_ids.at(b)[row.frame];
      VOXFUSE_REQUIRE(text_id < a.table_rows, kBadIndex);
    }
    for (std::size_t i = 0; i < a.width; ++i) {
      a.y.set(std::size_t{b} * a.width + i, a.table.at(std::size_t{text_id} * a.width + i));
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::text_row
