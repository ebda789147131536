#include "kernels/silu_mul/silu_mul.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::silu_mul {

static Args row_alone(Args a, std::uint32_t m) {
  a.gate = from_element(a.gate, std::size_t{m} * a.width);
  a.up = from_element(a.up, std::size_t{m} * a.width);
  a.y = from_element(a.y, std::size_t{m} * a.width);
  a.rows = 1;
  return a;
}

// Less than a vector, a vector and a rest, model widths; a batch; enough for every thread. The
// released model's width for a step of one row only.
KERNEL_CASES(silu_mul) {
  for (const std::uint32_t width : {5u, 100u, 320u, 768u, 3072u}) {
    for (const std::uint32_t rows : {1u, 32u, 130u}) {
      if (width > 1000 && rows > 1) continue;
      cases.add({
          .name = cases.label("rows", rows, "width", width),
          .build =
              [=](Buffers& b) {
                return Args{.gate = b.input("gate", rows * width),
                            .up = b.input("up", rows * width),
                            .y = b.output("y", rows * width),
                            .rows = rows,
                            .width = width};
              },
          .tolerance = Tolerance::of_ulps(5),  // silu within 4, a product
          .bf16 = Tolerance::of_ulps(2),       // silu within 1, and up to twice that in a product
          .parts = rows,
          .part = row_alone,
          .in_turn = in_turn,
          .bytes = 12ull * rows * width,
          .flops = 21ull * rows * width,
      });
    }
  }
  cases.add({.name = "in place",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 3;
                   constexpr std::uint32_t width = 77;
                   const Tensor both = b.state("gate", rows * width);
                   return Args{.gate = both,
                               .up = b.input("up", rows * width),
                               .y = both,
                               .rows = rows,
                               .width = width};
                 },
             .tolerance = Tolerance::of_ulps(5),
             .bf16 = Tolerance::of_ulps(2)});
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1;
                   constexpr std::uint32_t width = 0;
                   return Args{.gate = b.input("gate", 16),
                               .up = b.input("up", 16),
                               .y = b.output("y", 16),
                               .rows = rows,
                               .width = width};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::silu_mul
