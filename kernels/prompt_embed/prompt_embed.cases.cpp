#include "kernels/prompt_embed/prompt_embed.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::prompt_embed {

namespace {

// Every mixture of text id and codec id; the first lane ends within the chunk, the last is idle.
Args build(Buffers& b, Dtype table, bool in_place) {
  b.lanes({2, 0, 1}, 3);
  RowState row{};
  row.prompt_done = 2;
  const auto prompt = [](std::uint32_t of_row, std::uint32_t i) {
    const std::uint32_t entry = i / 3;
    const bool present = i % 3 == 0 ? entry % 4 < 2 : i % 3 == 1 && entry % 2 == 0;
    return present ? (of_row + 5 * i) % 11 : kAbsent;
  };
  const auto state = b.row_state_in("row", {row});
  const auto prompts = b.row_u32_in("prompt", 3 * 12, prompt);
  const std::uint32_t* valid = b.input_u32("valid", {3, 8, 0});
  const Tensor y = in_place ? b.state("y", 3 * 8 * 37) : b.output("y", 3 * 8 * 37);
  return Args{.row = state,
              .prompt = prompts,
              .valid = valid,
              .text = in_place ? y : b.input("text", 3 * 8 * 37),
              .table = b.input("table", 11 * 37, table),
              .y = y,
              .lanes = 3,
              .tokens = 8,
              .width = 37,
              .table_rows = 11,
              .prompt_max = 12};
}

}  // namespace

KERNEL_CASES(prompt_embed) {
  for (const Dtype table : {Dtype::kF32, Dtype::kBf16}) {
    cases.add({.name = cases.label("table", dtype_name(table)),
               .build = [=](Buffers& b) { return build(b, table, false); },
               .tolerance = Tolerance::exact()});
  }
  cases.add({.name = "in place",
             .build = [](Buffers& b) { return build(b, Dtype::kF32, true); },
             .tolerance = Tolerance::exact()});
  cases.add({.name = "id beyond the table",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32, false);
                   a.table_rows = 1;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
}

}  // namespace voxfuse::prompt_embed
