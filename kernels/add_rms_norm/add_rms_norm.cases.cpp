#include "kernels/add_rms_norm/add_rms_norm.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::add_rms_norm {

static Args row_alone(Args a, std::uint32_t m) {
  a.d = from_element(a.d, std::size_t{m} * a.width);
  a.x = from_element(a.x, std::size_t{m} * a.width);
  a.y = from_element(a.y, std::size_t{m} * a.width);
  a.rows = 1;
  return a;
}

// Less than a vector, a vector and a rest, model widths; a batch; enough for every thread. The
// released model's width for a step of one row only.
KERNEL_CASES(add_rms_norm) {
  for (const std::uint32_t width : {5u, 100u, 320u, 768u, 1024u}) {
    for (const std::uint32_t rows : {1u, 32u, 130u}) {
      if (width > 1000 && rows > 1) continue;
      cases.add({
          .name = cases.label("rows", rows, "width", width),
          .build =
              [=](Buffers& b) {
                return Args{.d = b.input("d", rows * width),
                            .gain = b.input("gain", width, rows == 1 ? Dtype::kF32 : Dtype::kBf16),
                            .x = b.state("x", rows * width),
                            .y = b.output("y", rows * width),
                            .rows = rows,
                            .width = width,
                            .eps = 1e-6f};
              },
          .tolerance = Tolerance::of_ulps(4),  // as rms_norm
          .bf16 = Tolerance::of_ulps(2),       // likewise
          .parts = rows,
          .part = row_alone,
          .in_turn = in_turn,
          .bytes = 16ull * rows * width,
          .flops = 5ull * rows * width,
      });
    }
  }
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1;
                   constexpr std::uint32_t width = 0;
                   return Args{.d = b.input("d", 16),
                               .gain = b.input("gain", 16, rows == 1 ? Dtype::kF32 : Dtype::kBf16),
                               .x = b.state("x", 16),
                               .y = b.output("y", 16),
                               .rows = rows,
                               .width = width,
                               .eps = 1e-6f};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::add_rms_norm
