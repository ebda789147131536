#include "kernels/nearest_code/nearest_code.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::nearest_code {

namespace {

Args build(Buffers& b, std::uint32_t tokens, std::uint32_t dim, std::uint32_t size) {
  return Args{.x = b.state("x", std::size_t{tokens} * dim),
              .codebook = b.input_f32("codebook", std::size_t{size} * dim),
              .codes = b.output_u32("codes", std::size_t{tokens} * 4),
              .tokens = tokens,
              .dim = dim,
              .size = size,
              .groups = 4,
              .group = 2};
}

}  // namespace

// In the exact family many entries are alike or at one distance: the first must win.
KERNEL_CASES(nearest_code) {
  for (const std::uint32_t dim : {1u, 2u, 16u, 37u}) {
    for (const std::uint32_t size : {1u, 100u, 600u}) {
      cases.add({.name = cases.label("tokens", 33, "dim", dim, "size", size),
                 .build = [=](Buffers& b) { return build(b, 33, dim, size); },
                 .tolerance = Tolerance::exact(),  // codes equal, one subtraction
                 .exact = true,
                 .bytes = 4ull * 33 * dim + 4ull * size * dim,
                 .flops = 3ull * 33 * size * dim});
    }
  }
  cases.add({.name = "group beyond the frame",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, 2, 4, 4);
                   a.group = 4;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::nearest_code
