#include "kernels/frame_embed/frame_embed.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::frame_embed {

namespace {

Args build(Buffers& b, std::uint32_t groups, Dtype table, bool in_place, std::uint32_t width = 37) {
  b.lanes({2, 0, 1}, 3);
  RowState row{};
  row.frame = 3;
  const auto code = [](std::uint32_t of_row, std::uint32_t i) { return 1 + (of_row + 3 * i) % 6; };
  const auto state = b.row_state_in("row", {row});
  const auto codes = b.row_u32_in("codes", std::size_t{4} * groups, code);
  const std::uint32_t* valid = b.input_u32("valid", {1, 0, 1});
  const std::size_t count = std::size_t{3} * width;
  const Tensor y = in_place ? b.state("y", count) : b.output("y", count);
  return Args{.row = state,
              .codes = codes,
              .valid = valid,
              .codec_table = b.input("codec_table", 9 * width, table),
              .group_tables = b.input("group_tables", std::size_t{groups} * 7 * width, table),
              .text = in_place ? y : b.input("text", count),
              .y = y,
              .lanes = 3,
              .width = width,
              .codec_rows = 9,
              .group_rows = 7,
              .groups = groups,
              .groups_rest = groups - 1,
              .frames_max = 4};
}

}  // namespace

KERNEL_CASES(frame_embed) {
  for (const Dtype table : {Dtype::kF32, Dtype::kBf16}) {
    for (const std::uint32_t groups : {1u, 16u}) {
      cases.add({.name = cases.label("groups", groups, "table", dtype_name(table)),
                 .build = [=](Buffers& b) { return build(b, groups, table, false); },
                 .tolerance = Tolerance::exact(),
                 .exact = true,
                 .bf16 = Tolerance::exact()});  // the contract fixes every bit
    }
    // The released model's groups and width, of fewer codes.
    cases.add({.name = cases.label("width", 1024, "table", dtype_name(table)),
               .build = [=](Buffers& b) { return build(b, 16, table, false, 1024); },
               .tolerance = Tolerance::exact(),
               .bf16 = Tolerance::exact(),
               .bytes = 2ull * 17 * 1024 * dtype_bytes(table)});
  }
  for (const std::uint32_t width : {37u, 64u}) {
    cases.add({.name = cases.label("in place, width", width),
               .build = [=](Buffers& b) { return build(b, 4, Dtype::kF32, true, width); },
               .tolerance = Tolerance::exact(),
               .bf16 = Tolerance::exact()});
  }
  cases.add({.name = "code beyond its table",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, 4, Dtype::kF32, false);
                   a.group_rows = 1;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
}

}  // namespace voxfuse::frame_embed
