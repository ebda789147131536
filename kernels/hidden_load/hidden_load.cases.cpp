#include "kernels/hidden_load/hidden_load.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::hidden_load {

namespace {

Args build(Buffers& b, Dtype act) {
  b.lanes({2, 0}, 3);
  return Args{.hidden = b.row_in("hidden", 37, act),
              .y = b.state("y", 2 * 3 * 37, act),
              .lanes = 2,
              .tokens = 3,
              .token = 1,
              .width = 37};
}

}  // namespace

KERNEL_CASES(hidden_load) {
  for (const Dtype act : {Dtype::kF32, Dtype::kBf16}) {
    cases.add({.name = cases.label("act", dtype_name(act)),
               .build = [=](Buffers& b) { return build(b, act); },
               .tolerance = Tolerance::exact()});
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
