#include "kernels/voice_embed/voice_embed.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::voice_embed {

namespace {

RowSpan<const float> read_only(RowSpan<float> span) {
  return {span.base, span.stride, span.lane_rows};
}

// Unless all rows are frames, every third prompt row is the voice's vector, every other third one
// of four frames; the first lane ends within the chunk, the last is idle.
Args build(Buffers& b, Dtype table, std::uint32_t width, bool all_frames = false) {
  b.lanes({2, 0, 1}, 3);
  RowState row{};
  row.prompt_done = 2;
  const auto prompt = [=](std::uint32_t of_row, std::uint32_t i) {
    const std::uint32_t entry = i / 3 + of_row;
    if (all_frames) return i % 3 == 2 ? 4 : kAbsent;
    if (i % 3 != 2 || entry % 3 == 0) return kAbsent;
    return entry % 3 == 1 ? 0 : 1 + entry % 4;
  };
  const auto code = [](std::uint32_t of_row, std::uint32_t i) { return (of_row + 5 * i) % 7; };
  return Args{.row = b.row_state_in("row", {row}),
              .prompt = b.row_u32_in("prompt", 3 * 12, prompt),
              .valid = b.input_u32("valid", {3, 8, 0}),
              .voice = read_only(b.row_f32("voice", width)),
              .reference = b.row_u32_in("reference", 4 * 5, code),
              .codec_table = b.input("codec_table", std::size_t{11} * width, table),
              .group_tables = b.input("group_tables", std::size_t{4} * 7 * width, table),
              .x = b.state("x", std::size_t{3} * 8 * width),
              .lanes = 3,
              .tokens = 8,
              .width = width,
              .codec_rows = 11,
              .group_rows = 7,
              .groups = 5,
              .groups_rest = 4,
              .prompt_max = 12,
              .reference_max = 4};
}

}  // namespace

KERNEL_CASES(voice_embed) {
  for (const Dtype table : {Dtype::kF32, Dtype::kBf16}) {
    for (const std::uint32_t width : {37u, 1024u}) {
      cases.add({.name = cases.label("width", width, "table", dtype_name(table)),
                 .build = [=](Buffers& b) { return build(b, table, width); },
                 .tolerance = Tolerance::exact(),
                 .bf16 = Tolerance::exact()});  // the contract fixes every bit
    }
  }
  cases.add({.name = "code beyond its table",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32, 16, true);
                   a.group_rows = 1;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
  cases.add({.name = "frame beyond the recording",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, Dtype::kF32, 16, true);
                   a.reference_max = 1;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadIndex});
}

}  // namespace voxfuse::voice_embed
