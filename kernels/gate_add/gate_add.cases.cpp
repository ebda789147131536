#include "kernels/gate_add/gate_add.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::gate_add {

namespace {

Args build(Buffers& b, std::uint32_t rows, std::uint32_t width) {
  return Args{.d = b.input("d", std::size_t{rows} * width),
              .gate = b.input("gate", width),
              .x = b.state("x", std::size_t{rows} * width),
              .rows = rows,
              .width = width};
}

}  // namespace

KERNEL_CASES(gate_add) {
  for (const std::uint32_t width : {5u, 100u, 512u}) {
    for (const std::uint32_t rows : {1u, 130u}) {
      cases.add({.name = cases.label("rows", rows, "width", width),
                 .build = [=](Buffers& b) { return build(b, rows, width); },
                 .tolerance = Tolerance{.ulps = 4, .relative = 2e-7},  // the exponential's error
                 .bf16 = Tolerance{.ulps = 1, .relative = 2e-7},
                 .bytes = 12ull * rows * width});
    }
  }
  cases.add({.name = "no width",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, 1, 4);
                   a.width = 0;
                   return a;
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::gate_add
