#include "kernels/prompt_embed/prompt_embed.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::prompt_embed {

namespace {

// Every mixture of text id and codec id; the first lane ends within the chunk, the last is idle.
Args build(Buffers& b, Dtype table, bool in_place, std::uint32_t width = 37) {
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
  const std::size_t count = std::size_t{3} * 8 * width;
  const Tensor y = in_place ? b.state("y", count) : b.output("y", count);
  return Args{.row = state,
              .prompt = prompts,
              .valid = valid,
              .text = in_place ? y : b.input("text", count),
              .table = b.input("table", 11 * width, table),
              .y = y,
              .lanes = 3,
              .tokens = 8,
              .width = width,
              .table_rows = 11,
              .prompt_max = 12};
}

}  // namespace

KERNEL_CASES(prompt_embed) {
  for (const Dtype table : {Dtype::kF32, Dtype::kBf16}) {
    for (const std::uint32_t width : {37u, 1024u}) {
      cases.add({.name = cases.label("width", width, "table", dtype_name(table)),
                 .build = [=](Buffers& b) { return build(b, table, false, width); },
                 .tolerance = Tolerance::exact(),
                 .bf16 = Tolerance::exact(),  // the contract fixes every bit
                 .bytes = 3ull * 4 * 3 * 8 * width});
    }
  }
  for (const std::uint32_t width : {37u, 64u}) {
    cases.add({.name = cases.label("in place, width", width),
               .build = [=](Buffers& b) { return build(b, Dtype::kF32, true, width); },
               .tolerance = Tolerance::exact(),
               .bf16 = Tolerance::exact()});
  }
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
