#include "kernels/snake/snake.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::snake {

static Args row_alone(Args a, std::uint32_t m) {
  a.x = from_element(a.x, std::size_t{m} * a.width);
  a.y = from_element(a.y, std::size_t{m} * a.width);
  a.rows = 1;
  return a;
}

// Less than a vector, a vector and a rest, model widths; a batch; enough for every thread.
KERNEL_CASES(snake) {
  for (const std::uint32_t width : {5u, 100u, 320u, 768u}) {
    for (const std::uint32_t rows : {1u, 32u, 130u}) {
      cases.add({
          .name = cases.label("rows", rows, "width", width),
          .build =
              [=](Buffers& b) {
                return Args{.x = b.input("x", rows * width),
                            .frequency = b.input_f32("frequency", width),
                            .magnitude = b.input_f32("magnitude", width),
                            .y = b.output("y", rows * width),
                            .rows = rows,
                            .width = width};
              },
          .tolerance =
              Tolerance{.ulps = 6, .relative = 3e-7},  // sine within 2, squared; the sum may cancel
          .bf16 = Tolerance{.ulps = 1, .relative = 3e-7},  // the same, rounded at the store
          .parts = rows,
          .part = row_alone,
          .bytes = 8ull * rows * width,
          .flops = 35ull * rows * width,
      });
    }
  }
  // The released codec's last stage at one frame.
  cases.add({.name = cases.label("rows", 1920, "width", 96),
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1920;
                   constexpr std::uint32_t width = 96;
                   return Args{.x = b.input("x", rows * width),
                               .frequency = b.input_f32("frequency", width),
                               .magnitude = b.input_f32("magnitude", width),
                               .y = b.output("y", rows * width),
                               .rows = rows,
                               .width = width};
                 },
             .tolerance = Tolerance{.ulps = 6, .relative = 3e-7},
             .bf16 = Tolerance{.ulps = 1, .relative = 3e-7},
             .bytes = 8ull * 1920 * 96,
             .flops = 35ull * 1920 * 96});
  cases.add({.name = "in place",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 3;
                   constexpr std::uint32_t width = 77;
                   const Tensor both = b.state("x", rows * width);
                   return Args{.x = both,
                               .frequency = b.input_f32("frequency", width),
                               .magnitude = b.input_f32("magnitude", width),
                               .y = both,
                               .rows = rows,
                               .width = width};
                 },
             .tolerance = Tolerance{.ulps = 6, .relative = 3e-7},
             .bf16 = Tolerance{.ulps = 1, .relative = 3e-7}});
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t rows = 1;
                   constexpr std::uint32_t width = 0;
                   return Args{.x = b.input("x", 16),
                               .frequency = b.input_f32("frequency", 16),
                               .magnitude = b.input_f32("magnitude", 16),
                               .y = b.output("y", 16),
                               .rows = rows,
                               .width = width};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::snake
