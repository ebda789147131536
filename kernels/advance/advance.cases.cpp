#include "kernels/advance/advance.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::advance {

namespace {

Args build(Buffers& b, std::vector<std::uint32_t> valid, std::uint32_t tokens, Dtype act) {
  b.lanes({2, 0, 1}, 4);
  RowState row{};
  row.position = 7;
  row.prompt_done = 3;
  return Args{.x = b.input("x", std::size_t{3} * tokens * 37, act),
              .valid = b.input_u32("valid", valid),
              .row = b.row_state("row", {row}),
              .hidden = b.row_tensor("hidden", 37, act),
              .lanes = 3,
              .tokens = tokens,
              .width = 37,
              .prefill = tokens > 1 ? 1u : 0u};
}

}  // namespace

KERNEL_CASES(advance) {
  for (const Dtype act : {Dtype::kF32, Dtype::kBf16}) {
    cases.add({.name = cases.label("step of act", dtype_name(act)),
               .build = [=](Buffers& b) { return build(b, {1, 0, 1}, 1, act); },
               .tolerance = Tolerance::exact()});
    cases.add({.name = cases.label("chunk of act", dtype_name(act)),
               .build = [=](Buffers& b) { return build(b, {16, 5, 0}, 16, act); },
               .tolerance = Tolerance::exact()});
  }
  cases.add({.name = "two dtypes",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, {1, 0, 1}, 1, Dtype::kF32);
                   a.hidden.dtype = Dtype::kBf16;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadDtype});
}

}  // namespace voxfuse::advance
