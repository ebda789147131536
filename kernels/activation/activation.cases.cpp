#include "kernels/activation/activation.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::activation {

namespace {

constexpr const char* kNames[] = {"none", "relu", "elu", "tanh"};
constexpr Tolerance kTolerance{.ulps = 6, .relative = 1e-7};  // a quotient of two short series

Args build(Buffers& b, std::uint32_t rows, std::uint32_t width, std::uint32_t kind) {
  return Args{.x = b.input("x", std::size_t{rows} * width),
              .y = b.output("y", std::size_t{rows} * width),
              .rows = rows,
              .width = width,
              .kind = kind};
}

}  // namespace

KERNEL_CASES(activation) {
  for (std::uint32_t kind = 0; kind < 4; ++kind) {
    for (const std::uint32_t width : {5u, 100u, 4096u}) {
      cases.add({.name = cases.label("kind", kNames[kind], "rows", 33, "width", width),
                 .build = [=](Buffers& b) { return build(b, 33, width, kind); },
                 .tolerance = kTolerance,
                 .bf16 = Tolerance{.ulps = 1, .relative = 1e-7},
                 .bytes = 8ull * 33 * width});
    }
    cases.add({.name = cases.label("kind", kNames[kind]) + " in place",
               .build =
                   [=](Buffers& b) {
                     const Tensor both = b.state("x", 3 * 77);
                     return Args{.x = both, .y = both, .rows = 3, .width = 77, .kind = kind};
                   },
               .tolerance = kTolerance});
  }
  cases.add({.name = "unknown kind",
             .build = [](Buffers& b) { return build(b, 1, 16, 4); },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::activation
