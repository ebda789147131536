#include "kernels/mul/mul.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::mul {

static Args row_alone(Args a, std::uint32_t m) {
  a.a = from_element(a.a, std::size_t{m} * a.width);
  a.b = from_element(a.b, std::size_t{m} * a.width);
  a.y = from_element(a.y, std::size_t{m} * a.width);
  a.rows = 1;
  return a;
}

// Less than a vector, a vector and a rest, model widths; a batch; enough for every thread. The
// released model's width for a step of one row only.
KERNEL_CASES(mul) {
  for (const std::uint32_t width : {5u, 100u, 320u, 768u, 3072u}) {
    for (const std::uint32_t rows : {1u, 32u, 130u}) {
      if (width > 1000 && rows > 1) continue;
      cases.add({
          .name = cases.label("rows", rows, "width", width),
          .build =
              [=](Buffers& b) {
                return Args{.a = b.input("a", rows * width),
                            .b = b.input("b", rows * width),
                            .y = b.output("y", rows * width),
                            .rows = rows,
                            .width = width};
              },
          .tolerance = Tolerance::exact(),  // one product, rounded once in both
          .bf16 = Tolerance::exact(),       // likewise
          .parts = rows,
          .part = row_alone,
          .bytes = 12ull * rows * width,
          .flops = 1ull * rows * width,
      });
    }
  }
  cases.add({.name = "in place",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 3;
                   constexpr std::uint32_t width = 77;
                   const Tensor both = b.state("a", rows * width);
                   return Args{.a = both,
                               .b = b.input("b", rows * width),
                               .y = both,
                               .rows = rows,
                               .width = width};
                 },
             .tolerance = Tolerance::exact(),
             .bf16 = Tolerance::exact()});
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1;
                   constexpr std::uint32_t width = 0;
                   return Args{.a = b.input("a", 16),
                               .b = b.input("b", 16),
                               .y = b.output("y", 16),
                               .rows = rows,
                               .width = width};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::mul
