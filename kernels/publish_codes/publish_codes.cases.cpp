#include "kernels/publish_codes/publish_codes.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::publish_codes {

namespace {

// A new frame, a replayed one, and an idle lane.
Args build(Buffers& b) {
  b.lanes({2, 0, 1}, 4);
  RowState live{};
  live.frame = live.codes_count = 5;
  RowState replayed{};
  replayed.frame = 2;
  replayed.codes_count = 9;
  return Args{.valid = b.input_u32("valid", {1, 1, 0}),
              .row = b.row_state("row", {live, live, replayed, live}),
              .lanes = 3};
}

}  // namespace

KERNEL_CASES(publish_codes) {
  cases.add({.name = "three rows", .build = build, .tolerance = Tolerance::exact()});
  cases.add({.name = "no lanes",
             .build =
                 [](Buffers& b) {
                   Args a = build(b);
                   a.lanes = 0;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::publish_codes
