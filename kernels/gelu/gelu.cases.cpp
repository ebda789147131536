#include "kernels/gelu/gelu.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::gelu {

static Args row_alone(Args a, std::uint32_t m) {
  a.x = from_element(a.x, std::size_t{m} * a.width);
  a.y = from_element(a.y, std::size_t{m} * a.width);
  a.rows = 1;
  return a;
}

// Less than a vector, a vector and a rest, model widths; a batch; enough for every thread.
KERNEL_CASES(gelu) {
  for (const std::uint32_t width : {5u, 100u, 320u, 768u, 4096u}) {
    for (const std::uint32_t rows : {1u, 32u, 130u}) {
      cases.add({
          .name = cases.label("rows", rows, "width", width),
          .build =
              [=](Buffers& b) {
                return Args{.x = b.input("x", rows * width),
                            .y = b.output("y", rows * width),
                            .rows = rows,
                            .width = width};
              },
          .tolerance =
              Tolerance{.ulps = 4, .relative = 1e-7},      // 1 + erf cancels where x is negative
          .bf16 = Tolerance{.ulps = 1, .relative = 1e-7},  // the same, rounded at the store
          .parts = rows,
          .part = row_alone,
          .bytes = 8ull * rows * width,
          .flops = 60ull * rows * width,
      });
    }
  }
  cases.add({.name = "in place",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 3;
                   constexpr std::uint32_t width = 77;
                   const Tensor both = b.state("x", rows * width);
                   return Args{.x = both, .y = both, .rows = rows, .width = width};
                 },
             .tolerance = Tolerance{.ulps = 4, .relative = 1e-7},
             .bf16 = Tolerance{.ulps = 1, .relative = 1e-7}});
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1;
                   constexpr std::uint32_t width = 0;
                   return Args{
                       .x = b.input("x", 16), .y = b.output("y", 16), .rows = rows, .width = width};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::gelu
