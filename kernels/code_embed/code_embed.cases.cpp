#include "kernels/code_embed/code_embed.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::code_embed {

namespace {

Args build(Buffers& b, Dtype table, std::uint32_t width = 37) {
  b.lanes({2, 0, 1}, 3);
  RowState row{};
  row.frame = 3;
  const auto code = [](std::uint32_t of_row, std::uint32_t i) { return (of_row + i) % 6; };
  return Args{.row = b.row_state_in("row", {row}),
              .codes = b.row_u32_in("codes", 4 * 5, code),
              .valid = b.input_u32("valid", {1, 0, 1}),
              .table = b.input("table", 18 * width, table),
              .y = b.state("y", 3 * 2 * width),
              .lanes = 3,
              .tokens = 2,
              .token = 1,
              .width = width,
              .table_rows = 18,
              .first_row = 12,
              .group = 2,
              .groups = 5,
              .frames_max = 4};
}

}  // namespace

KERNEL_CASES(code_embed) {
  for (const Dtype table : {Dtype::kF32, Dtype::kBf16}) {
    for (const std::uint32_t width : {37u, 1024u}) {
      cases.add({.name = cases.label("width", width, "table", dtype_name(table)),
                 .build = [=](Buffers& b) { return build(b, table, width); },
                 .tolerance = Tolerance::exact(),
                 .bf16 = Tolerance::exact(),  // one rounding at most
                 .bytes = 2ull * 4 * 3 * width});
    }
  }
  cases.add({.name = "code beyond the table",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32);
                   a.table_rows = 13;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
  cases.add({.name = "frame beyond the codes",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32);
                   a.frames_max = 3;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
}

}  // namespace voxfuse::code_embed
