#include "kernels/rms_norm/rms_norm.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::rms_norm {

static Args row_alone(Args a, std::uint32_t m) {
  a.x = from_element(a.x, m * a.width);
  a.y = from_element(a.y, m * a.width);
  a.rows = 1;
  return a;
}

static void add(OpCases<Args>& cases, std::uint32_t rows, std::uint32_t width, Dtype gain) {
  cases.add({
      .name = cases.label("rows", rows, "width", width, "gain", dtype_name(gain)),
      .build =
          [=](Buffers& b) {
            return Args{.x = b.input("x", rows * width),
                        .gain = b.input("gain", width, gain),
                        .y = b.output("y", rows * width),
                        .rows = rows,
                        .width = width,
                        .eps = 1e-6f};
          },
      .tolerance = Tolerance::of_ulps(4),  // two products of a scale that is within 2
      .bf16 = Tolerance::of_ulps(2),       // a rounding off by 1, up to twice that in a product
      .parts = rows,
      .part = row_alone,
      .bytes = 4ull * (2ull * rows * width + width),
      .flops = 4ull * rows * width,
  });
}

// Widths: a head, less than a vector, a vector and a rest, and two model widths; one that ends a
// GPU's block in part, and one that is more than its threads hold at once. Then the released
// model's step: the query heads, and the row.
KERNEL_CASES(rms_norm) {
  for (const Dtype gain : {Dtype::kBf16, Dtype::kF32}) {
    for (const std::uint32_t width : {64u, 7u, 100u, 320u, 2048u, 300u}) {
      for (const std::uint32_t rows : {1u, 32u}) add(cases, rows, width, gain);
    }
    add(cases, 2, 8200, gain);
    add(cases, 2, 8301, gain);
    add(cases, 16, 128, gain);
    add(cases, 1, 1024, gain);
  }
  cases.add(
      {.name = "in place",
       .build =
           [](Buffers& b) {
             const Tensor x = b.state("x", 3 * 80);
             return Args{
                 .x = x, .gain = b.input("gain", 80), .y = x, .rows = 3, .width = 80, .eps = 1e-6f};
           },
       .tolerance = Tolerance::of_ulps(4),
       .bf16 = Tolerance::of_ulps(2)});
  cases.add({.name = "no rows",
             .build =
                 [](Buffers& b) {
                   return Args{.x = b.input("x", 8),
                               .gain = b.input("gain", 8),
                               .y = b.output("y", 8),
                               .rows = 0,
                               .width = 8,
                               .eps = 1e-6f};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::rms_norm
