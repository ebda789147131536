#include "kernels/reference_begin/reference_begin.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::reference_begin {

namespace {

RowState row_of(std::uint32_t count, std::uint32_t done) {
  RowState row{};
  row.reference_count = count;
  row.reference_done = done;
  return row;
}

// No recording, less than a packet, more, none left, and a free row.
Args build(Buffers& b) {
  b.lanes({4, 0, 1, 2, 3}, 5);
  return Args{.row = b.row_state_in(
                  "row", {row_of(0, 0), row_of(7, 5), row_of(9, 0), row_of(4, 4), RowState{}}),
              .valid = b.output_u32("valid", 5),
              .lanes = 5,
              .frames = 4};
}

}  // namespace

KERNEL_CASES(reference_begin) {
  cases.add({.name = "five rows", .build = build, .tolerance = Tolerance::exact()});
  cases.add({.name = "no lanes",
             .build =
                 [](Buffers& b) {
                   Args a = build(b);
                   a.lanes = 0;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::reference_begin
