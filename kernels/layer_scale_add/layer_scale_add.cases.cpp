#include "kernels/layer_scale_add/layer_scale_add.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::layer_scale_add {

static Args row_alone(Args a, std::uint32_t m) {
  a.d = from_element(a.d, std::size_t{m} * a.width);
  a.x = from_element(a.x, std::size_t{m} * a.width);
  a.rows = 1;
  return a;
}

// Less than a vector, a vector and a rest, model widths; a batch; enough for every thread.
KERNEL_CASES(layer_scale_add) {
  for (const std::uint32_t width : {5u, 100u, 320u, 768u, 1024u}) {
    for (const std::uint32_t rows : {1u, 32u, 130u}) {
      cases.add({
          .name = cases.label("rows", rows, "width", width),
          .build =
              [=](Buffers& b) {
                return Args{
                    .d = b.input("d", rows * width),
                    .scale = b.input("scale", width, rows == 1 ? Dtype::kF32 : Dtype::kBf16),
                    .x = b.state("x", rows * width),
                    .rows = rows,
                    .width = width};
              },
          .tolerance = Tolerance::exact(),  // product and sum are each rounded in both
          .bf16 = Tolerance::exact(),       // and then the sum once more
          .parts = rows,
          .part = row_alone,
          .bytes = 12ull * rows * width,
          .flops = 2ull * rows * width,
      });
    }
  }
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1;
                   constexpr std::uint32_t width = 0;
                   return Args{
                       .d = b.input("d", 16),
                       .scale = b.input("scale", 16, rows == 1 ? Dtype::kF32 : Dtype::kBf16),
                       .x = b.state("x", 16),
                       .rows = rows,
                       .width = width};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::layer_scale_add
