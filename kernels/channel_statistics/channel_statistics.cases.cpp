#include "kernels/channel_statistics/channel_statistics.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::channel_statistics {

namespace {

Args build(Buffers& b, std::uint32_t rows, std::uint32_t width, bool scored) {
  return Args{.x = b.input("x", std::size_t{rows} * width),
              .scores = scored ? b.input("scores", std::size_t{rows} * width) : ConstTensor{},
              .y = b.output("y", std::size_t{2} * width),
              .rows = rows,
              .width = width};
}

}  // namespace

KERNEL_CASES(channel_statistics) {
  for (const bool scored : {false, true}) {
    for (const std::uint32_t rows : {1u, 7u, 130u, 2000u}) {
      for (const std::uint32_t width : {5u, 64u, 100u}) {
        cases.add({.name = cases.label("rows", rows, "width", width) + (scored ? " scored" : ""),
                   .build = [=](Buffers& b) { return build(b, rows, width, scored); },
                   .tolerance = Tolerance::of_largest(2e-6),  // f32 sums of up to 2000 terms
                   .bytes = 4ull * rows * width * (scored ? 2 : 1)});
      }
    }
  }
  cases.add({.name = "no rows",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, 1, 4, false);
                   a.rows = 0;
                   return a;
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::channel_statistics
