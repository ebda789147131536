#include "kernels/layer_norm/layer_norm.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::layer_norm {

static Args row_alone(Args a, std::uint32_t m) {
  a.x = from_element(a.x, std::size_t{m} * a.width);
  a.y = from_element(a.y, std::size_t{m} * a.width);
  a.rows = 1;
  return a;
}

// Less than a vector, a vector and a rest, model widths, more than a block has in registers; a
// batch; enough for every thread.
KERNEL_CASES(layer_norm) {
  for (const std::uint32_t width : {5u, 100u, 320u, 768u, 1024u, 2504u}) {
    for (const std::uint32_t rows : {1u, 32u, 130u}) {
      cases.add({
          .name = cases.label("rows", rows, "width", width),
          .build =
              [=](Buffers& b) {
                return Args{.x = b.input("x", rows * width),
                            .gain = b.input("gain", width, rows == 1 ? Dtype::kF32 : Dtype::kBf16),
                            .bias = b.input("bias", width, rows == 1 ? Dtype::kF32 : Dtype::kBf16),
                            .y = b.output("y", rows * width),
                            .rows = rows,
                            .width = width,
                            .eps = 1e-6f};
              },
          .tolerance =
              Tolerance::of_largest(1e-6),  // bias may cancel the product; the mean is an f32 sum
          .bf16 = Tolerance{.ulps = 1, .relative = 1e-6},  // the same, rounded at the store
          .parts = rows,
          .part = row_alone,
          .bytes = 8ull * rows * width,
          .flops = 8ull * rows * width,
      });
    }
  }
  cases.add({.name = "in place",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 3;
                   constexpr std::uint32_t width = 77;
                   const Tensor both = b.state("x", rows * width);
                   return Args{.x = both,
                               .gain = b.input("gain", width),
                               .bias = b.input("bias", width),
                               .y = both,
                               .rows = rows,
                               .width = width,
                               .eps = 1e-6f};
                 },
             .tolerance = Tolerance::of_largest(1e-6),
             .bf16 = Tolerance{.ulps = 1, .relative = 1e-6}});
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1;
                   constexpr std::uint32_t width = 0;
                   return Args{.x = b.input("x", 16),
                               .gain = b.input("gain", 16, rows == 1 ? Dtype::kF32 : Dtype::kBf16),
                               .bias = b.input("bias", 16, rows == 1 ? Dtype::kF32 : Dtype::kBf16),
                               .y = b.output("y", 16),
                               .rows = rows,
                               .width = width,
                               .eps = 1e-6f};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::layer_norm
