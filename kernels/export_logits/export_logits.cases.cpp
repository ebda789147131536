#include "kernels/export_logits/export_logits.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::export_logits {

namespace {

Args build(Buffers& b, std::uint32_t vocab = 50) {
  b.lanes({2, 0}, 3);
  return Args{.logits = b.input_f32("logits", 2 * vocab),
              .exported = b.row_f32("exported", vocab + 14),
              .lanes = 2,
              .vocab = vocab,
              .logits_max = vocab + 14};
}

}  // namespace

KERNEL_CASES(export_logits) {
  for (const std::uint32_t vocab : {50u, 3072u}) {
    cases.add({.name = cases.label("vocab", vocab),
               .build = [=](Buffers& b) { return build(b, vocab); },
               .tolerance = Tolerance::exact(),
               .bytes = 2ull * 4 * 2 * vocab});
  }
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
