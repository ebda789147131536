#include "kernels/residual_add/residual_add.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::residual_add {

static Args row_alone(Args a, std::uint32_t m) {
  a.d = from_element(a.d, std::size_t{m} * a.width);
  a.x = from_element(a.x, std::size_t{m} * a.width);
  a.rows = 1;
  return a;
}

// Less than a vector, a vector and a rest, model widths; a batch; enough for every thread. The
// released model's width for a step of one row only.
KERNEL_CASES(residual_add) {
  for (const std::uint32_t width : {5u, 100u, 320u, 768u, 1024u}) {
    for (const std::uint32_t rows : {1u, 32u, 130u}) {
      if (width > 1000 && rows > 1) continue;
      cases.add({
          .name = cases.label("rows", rows, "width", width),
          .build =
              [=](Buffers& b) {
                return Args{.d = b.input("d", rows * width),
                            .x = b.state("x", rows * width),
                            .rows = rows,
                            .width = width};
              },
          .tolerance = Tolerance::exact(),  // one addition, rounded once in both
          .bf16 = Tolerance::exact(),       // likewise
          .parts = rows,
          .part = row_alone,
          .bytes = 12ull * rows * width,
          .flops = 1ull * rows * width,
      });
    }
  }
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1;
                   constexpr std::uint32_t width = 0;
                   return Args{
                       .d = b.input("d", 16), .x = b.state("x", 16), .rows = rows, .width = width};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::residual_add
