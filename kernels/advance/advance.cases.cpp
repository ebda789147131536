#include "kernels/advance/advance.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::advance {

namespace {

Args build(Buffers& b, std::vector<std::uint32_t> valid, std::uint32_t tokens, Dtype act,
           std::uint32_t width = 37) {
  b.lanes({2, 0, 1}, 4);
  RowState row{};
  row.position = 7;
  row.prompt_done = 3;
  return Args{.x = b.input("x", std::size_t{3} * tokens * width, act),
              .valid = b.input_u32("valid", valid),
              .row = b.row_state("row", {row}),
              .hidden = b.row_tensor("hidden", width, act),
              .lanes = 3,
              .tokens = tokens,
              .width = width,
              .prefill = tokens > 1 ? 1u : 0u};
}

}  // namespace

// Both dtypes by name: here cpu() takes both too.
KERNEL_CASES(advance) {
  for (const Dtype act : {Dtype::kF32, Dtype::kBf16}) {
    for (const std::uint32_t width : {37u, 1024u}) {
      const std::string shape = cases.label("width", width, "act", dtype_name(act));
      cases.add({.name = "step " + shape,
                 .build = [=](Buffers& b) { return build(b, {1, 0, 1}, 1, act, width); },
                 .tolerance = Tolerance::exact(),
                 .bytes = 2ull * 2 * width * dtype_bytes(act)});
      cases.add({.name = "chunk " + shape,
                 .build = [=](Buffers& b) { return build(b, {16, 5, 0}, 16, act, width); },
                 .tolerance = Tolerance::exact(),
                 .bytes = 2ull * 2 * width * dtype_bytes(act)});
    }
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
