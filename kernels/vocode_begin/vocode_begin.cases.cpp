#include "kernels/vocode_begin/vocode_begin.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::vocode_begin {

namespace {

RowState row_of(std::uint32_t codes_count, std::uint32_t vocoded) {
  RowState row{};
  row.codes_count = codes_count;
  row.vocoded = vocoded;
  return row;
}

// Nothing yet, less than a packet, more, none left, ahead of its codes, and a free row.
Args build(Buffers& b) {
  b.lanes({5, 0, 1, 2, 3, 4}, 6);
  return Args{.row = b.row_state_in("row", {row_of(0, 0), row_of(7, 5), row_of(9, 0), row_of(4, 4),
                                            row_of(4, 5), RowState{}}),
              .valid = b.output_u32("valid", 6),
              .lanes = 6,
              .frames = 4};
}

}  // namespace

KERNEL_CASES(vocode_begin) {
  cases.add({.name = "six rows", .build = build, .tolerance = Tolerance::exact()});
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

}  // namespace voxfuse::vocode_begin
