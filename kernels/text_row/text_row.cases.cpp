#include "kernels/text_row/text_row.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::text_row {

namespace {

// A row within its text, one beyond it, and a free one.
Args build(Buffers& b, Dtype table, std::uint32_t width = 37) {
  b.lanes({2, 0, 1}, 3);
  RowState within{};
  within.frame = 2;
  within.text_count = 3;
  RowState beyond{};
  beyond.frame = beyond.text_count = 5;
  const auto text_id = [](std::uint32_t of_row, std::uint32_t i) { return 1 + (of_row + i) % 9; };
  return Args{.row = b.row_state_in("row", {within, beyond, RowState{}}),
              .text_ids = b.row_u32_in("text_ids", 5, text_id),
              .table = b.input("table", 11 * width, table),
              .y = b.output("y", 3 * width),
              .lanes = 3,
              .width = width,
              .table_rows = 11,
              .text_max = 5,
              .pad_id = 10};
}

}  // namespace

KERNEL_CASES(text_row) {
  for (const Dtype table : {Dtype::kF32, Dtype::kBf16}) {
    for (const std::uint32_t width : {37u, 2048u}) {
      cases.add({.name = cases.label("width", width, "table", dtype_name(table)),
                 .build = [=](Buffers& b) { return build(b, table, width); },
                 .tolerance = Tolerance::exact(),
                 .bf16 = Tolerance::exact(),  // one rounding at most
                 .bytes = 2ull * 4 * 3 * width});
    }
  }
  cases.add({.name = "id beyond the table",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32);
                   a.row = from_lane(a.row, 1);  // the row within its text
                   a.text_ids = from_lane(a.text_ids, 1);
                   a.lanes = 1;
                   a.table_rows = 1;
                   a.pad_id = 0;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
  cases.add({.name = "padding beyond the table",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32);
                   a.pad_id = 11;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::text_row
