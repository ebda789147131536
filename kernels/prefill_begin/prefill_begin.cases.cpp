#include "kernels/prefill_begin/prefill_begin.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::prefill_begin {

namespace {

RowState row_of(std::uint32_t prompt_count, std::uint32_t prompt_done, std::uint32_t done) {
  RowState row{};
  row.prompt_count = prompt_count;
  row.prompt_done = prompt_done;
  row.done = done;
  return row;
}

// A whole chunk, the rest of a prompt, none left, done before its prompt ended, and a free row.
Args build(Buffers& b) {
  b.lanes({4, 0, 1, 2, 3}, 5);
  return Args{.row = b.row_state_in("row", {row_of(40, 16, 0), row_of(40, 32, 0), row_of(40, 40, 0),
                                            row_of(40, 0, 1), RowState{}}),
              .valid = b.output_u32("valid", 5),
              .lanes = 5,
              .tokens = 16};
}

}  // namespace

KERNEL_CASES(prefill_begin) {
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

}  // namespace voxfuse::prefill_begin
