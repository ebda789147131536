#include "kernels/prompt_text/prompt_text.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::prompt_text {

namespace {

// Prompt rows with and without text; the first lane ends within the chunk, the last is idle.
Args build(Buffers& b, Dtype table, std::uint32_t width = 37) {
  b.lanes({2, 0, 1}, 3);
  RowState row{};
  row.prompt_done = 2;
  const auto prompt = [](std::uint32_t of_row, std::uint32_t i) {
    return i % 3 != 0 || i % 4 == 3 ? kAbsent : (of_row + 5 * i) % 11;
  };
  return Args{.row = b.row_state_in("row", {row}),
              .prompt = b.row_u32_in("prompt", 3 * 12, prompt),
              .valid = b.input_u32("valid", {3, 8, 0}),
              .table = b.input("table", 11 * width, table),
              .y = b.output("y", 3 * 8 * width),
              .lanes = 3,
              .tokens = 8,
              .width = width,
              .table_rows = 11,
              .prompt_max = 12};
}

}  // namespace

KERNEL_CASES(prompt_text) {
  for (const Dtype table : {Dtype::kF32, Dtype::kBf16}) {
    for (const std::uint32_t width : {37u, 2048u}) {
      cases.add({.name = cases.label("width", width, "table", dtype_name(table)),
                 .build = [=](Buffers& b) { return build(b, table, width); },
                 .tolerance = Tolerance::exact(),
                 .bf16 = Tolerance::exact(),  // one rounding at most
                 .bytes = 2ull * 4 * 3 * 8 * width});
    }
  }
  cases.add({.name = "id beyond the table",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32);
                   a.table_rows = 1;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
  cases.add({.name = "rows beyond the prompt",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32);
                   a.prompt_max = 2;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
}

}  // namespace voxfuse::prompt_text
