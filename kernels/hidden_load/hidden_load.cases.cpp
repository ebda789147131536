#include "kernels/hidden_load/hidden_load.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::hidden_load {

namespace {

Args build(Buffers& b, Dtype act, std::uint32_t width = 37) {
  b.lanes({2, 0}, 3);
  return Args{.hidden = b.row_in("hidden", width, act),
              .y = b.state("y", 2 * 3 * width, act),
              .lanes = 2,
              .tokens = 3,
              .token = 1,
              .width = width};
}

}  // namespace

// Both dtypes by name: here cpu() takes both too.
KERNEL_CASES(hidden_load) {
  for (const Dtype act : {Dtype::kF32, Dtype::kBf16}) {
    for (const std::uint32_t width : {37u, 1024u}) {
      cases.add({.name = cases.label("width", width, "act", dtype_name(act)),
                 .build = [=](Buffers& b) { return build(b, act, width); },
                 .tolerance = Tolerance::exact(),
                 .bytes = 2ull * 2 * width * dtype_bytes(act)});
    }
  }
  cases.add({.name = "token beyond the tokens",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32);
                   a.token = 3;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::hidden_load
