#include "kernels/columns/columns.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::columns {

namespace {

Args build(Buffers& b, std::uint32_t rows, std::uint32_t x_rows, std::uint32_t width,
           std::uint32_t y_at) {
  return Args{.x = b.input("x", std::size_t{x_rows} * (width + 3)),
              .y = b.output("y", std::size_t{rows} * (width + 9)),
              .rows = rows,
              .width = width,
              .x_rows = x_rows,
              .x_stride = width + 3,
              .x_at = 2,
              .y_stride = width + 9,
              .y_at = y_at};
}

}  // namespace

KERNEL_CASES(columns) {
  for (const std::uint32_t width : {1u, 8u, 64u, 500u}) {
    for (const std::uint32_t rows : {1u, 77u}) {
      for (const bool repeats : {false, true}) {
        const std::uint32_t x_rows = repeats ? 1 : rows;
        cases.add({.name = cases.label("rows", rows, "of", x_rows, "width", width) +
                           (repeats ? " over and over" : ""),
                   .build = [=](Buffers& b) { return build(b, rows, x_rows, width, 9); },
                   .tolerance = Tolerance::exact(),
                   .bf16 = Tolerance::exact()});
      }
    }
  }
  cases.add({.name = "beyond the row",
             .build = [](Buffers& b) { return build(b, 3, 3, 4, 10); },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::columns
