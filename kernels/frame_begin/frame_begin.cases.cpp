#include "kernels/frame_begin/frame_begin.hpp"

#include <cstdint>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::frame_begin {

namespace {

RowState ready() {
  RowState row{};
  row.prompt_count = row.prompt_done = 9;
  row.text_closed = 1;
  return row;
}

// Ready; the prompt not all in the cache; done; open text that runs dry; open text with a row left;
// codes given; codes given to a row that is done; a free row.
std::vector<RowState> rows() {
  std::vector<RowState> all(8, ready());
  all[1].prompt_done = 8;
  all[2].done = 1;
  all[3].text_closed = 0;
  all[3].text_count = all[3].frame = 3;
  all[4].text_closed = 0;
  all[4].text_count = 4;
  all[4].frame = 3;
  all[5].frame = 2;
  all[5].codes_given = 3;
  all[6].done = 1;
  all[6].codes_given = 1;
  all[7] = RowState{};
  return all;
}

Args build(Buffers& b) {
  b.lanes({7, 0, 1, 2, 3, 4, 5, 6}, 8);
  return Args{.row = b.row_state_in("row", rows()),
              .valid = b.output_u32("valid", 8),
              .lanes = 8,
              .forced = 0};
}

}  // namespace

KERNEL_CASES(frame_begin) {
  for (const std::uint32_t forced : {0u, 1u}) {
    cases.add({.name = cases.label("forced", forced),
               .build =
                   [=](Buffers& b) {
                     Args a = build(b);
                     a.forced = forced;
                     return a;
                   },
               .tolerance = Tolerance::exact()});
  }
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

}  // namespace voxfuse::frame_begin
