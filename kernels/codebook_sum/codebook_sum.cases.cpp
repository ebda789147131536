#include "kernels/codebook_sum/codebook_sum.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::codebook_sum {

namespace {

// A whole packet, a part of one, none; frames begin at the row's vocoded.
Args build(Buffers& b, std::uint32_t groups, std::uint32_t semantic_groups, std::uint32_t dim,
           std::uint32_t of_reference = 0) {
  b.lanes({2, 0, 1}, 4);
  RowState row{};
  row.vocoded = of_reference == 0 ? 2 : 5;
  row.reference_done = 2;
  const auto code = [](std::uint32_t of_row, std::uint32_t i) { return 1 + (of_row + 5 * i) % 8; };
  return Args{.row = b.row_state_in("row", {row}),
              .codes = b.row_u32_in("codes", std::size_t{6} * groups, code),
              .valid = b.input_u32("valid", {4, 0, 1}),
              .codebooks = b.input_f32("codebooks", std::size_t{groups} * 9 * dim),
              .semantic = b.output("semantic", std::size_t{3} * 4 * dim),
              .acoustic = b.output("acoustic", std::size_t{3} * 4 * dim),
              .lanes = 3,
              .frames = 4,
              .groups = groups,
              .semantic_groups = semantic_groups,
              .size = 9,
              .dim = dim,
              .frames_max = 6,
              .of_reference = of_reference};
}

}  // namespace

KERNEL_CASES(codebook_sum) {
  for (const std::uint32_t dim : {1u, 48u, 37u}) {
    for (const std::uint32_t groups : {1u, 10u}) {
      cases.add({.name = cases.label("groups", groups, "dim", dim),
                 .build = [=](Buffers& b) { return build(b, groups, 1, dim); },
                 .tolerance = Tolerance::exact(),
                 .exact = true,
                 .bf16 = Tolerance::exact()});  // the same f32 sums, rounded in both
    }
  }
  cases.add({.name = "groups=16 dim=256",
             .build = [](Buffers& b) { return build(b, 16, 1, 256); },
             .tolerance = Tolerance::exact(),
             .bf16 = Tolerance::exact(),
             .bytes = 4ull * (16 + 2) * 5 * 256});
  cases.add({.name = "of a recording",
             .build = [](Buffers& b) { return build(b, 10, 1, 48, 1); },
             .tolerance = Tolerance::exact(),
             .exact = true,
             .bf16 = Tolerance::exact()});
  cases.add({.name = "code beyond its codebook",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, 4, 1, 8);
                   a.size = 1;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
  cases.add({.name = "frame beyond the codes",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, 4, 1, 8);
                   a.frames_max = 2;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
}

}  // namespace voxfuse::codebook_sum
