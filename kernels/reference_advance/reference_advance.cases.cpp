#include "kernels/reference_advance/reference_advance.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::reference_advance {

namespace {

Args build(Buffers& b) {
  b.lanes({2, 0}, 3);
  RowState row{};
  row.reference_done = 5;
  return Args{.valid = b.input_u32("valid", {3, 0}),
              .row = b.row_state("row", {row, row, row}),
              .lanes = 2};
}

}  // namespace

KERNEL_CASES(reference_advance) {
  cases.add({.name = "two rows", .build = build, .tolerance = Tolerance::exact()});
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

}  // namespace voxfuse::reference_advance
