#include "kernels/export_logits/export_logits.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::export_logits {

namespace {

Args build(Buffers& b) {
  b.lanes({2, 0}, 3);
  return Args{.logits = b.input_f32("logits", 2 * 50),
              .exported = b.row_f32("exported", 64),
              .lanes = 2,
              .vocab = 50,
              .logits_max = 64};
}

}  // namespace

KERNEL_CASES(export_logits) {
  cases.add({.name = "two rows", .build = build, .tolerance = Tolerance::exact()});
  cases.add({.name = "more logits than a row holds",
             .build =
                 [](Buffers& b) {
                   Args a = build(b);
                   a.logits_max = 49;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::export_logits
