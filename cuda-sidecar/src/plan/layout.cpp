#include "cuda-sidecar/src/plan/layout.hpp"

namespace voxfuse {

namespace {

constexpr std::uint32_t kRowsMax = 4096;
constexpr std::uint32_t kPagesMax = 1u << 22;
constexpr std::uint32_t kGroupsMax = 64;
constexpr std::uint32_t kCountMax = 1u
                                    << 24;  ///< Of any other count: products stay far below 2^64.
constexpr std::uint64_t kStateBytesMax = 1ull << 40;

bool counts_fit(const EngineLayout& layout) {
  for (const std::uint32_t count :
       {layout.prompt_max, layout.text_max, layout.frames_max, layout.pages_max,
        layout.frame_samples, layout.vocode_frames_max, layout.logits_max, layout.seen_words,
        layout.text_vocab, layout.codec_vocab, layout.codebook_size, layout.hidden,
        layout.reference_max}) {
    if (count > kCountMax) return false;
  }
  return true;
}

bool apart(std::uint64_t a, std::uint64_t a_bytes, std::uint64_t b, std::uint64_t b_bytes) {
  return a + a_bytes <= b || b + b_bytes <= a;
}

}  // namespace

std::array<RowField, kRowFieldCount> row_fields(const EngineLayout& layout) {
  const auto field = [](const char* operand, std::uint32_t at_units, std::uint64_t words) {
    return RowField{operand, std::uint64_t{at_units} * kAlignment, 4 * words};
  };
  const std::uint64_t codes = std::uint64_t{layout.frames_max} * layout.groups;
  const std::uint64_t recorded = std::uint64_t{layout.reference_max} * layout.groups;
  const std::uint64_t pcm = std::uint64_t{layout.vocode_frames_max} * layout.frame_samples;
  return {{
      {"row", 0, sizeof(RowState)},
      field("prompt", layout.prompt_at, std::uint64_t{kPromptEntryWords} * layout.prompt_max),
      field("text_ids", layout.text_at, layout.text_max),
      field("codes", layout.codes_at, codes),
      field("seen", layout.seen_at, layout.seen_words),
      field("page_table", layout.page_table_at, layout.pages_max),
      field("hidden", layout.hidden_at, layout.hidden),
      field("exported", layout.logits_at, layout.logits_max),
      field("pcm", layout.pcm_at, pcm),
      field("voice", layout.voice_at, layout.reference_max == 0 ? 0 : layout.hidden),
      field("reference", layout.reference_at, recorded),
  }};
}

Status check_layout(const EngineLayout& layout) {
  VOXFUSE_REQUIRE(layout.rows >= 2 && layout.rows <= kRowsMax, kBadControl);
  VOXFUSE_REQUIRE(layout.pages >= 1 && layout.pages <= kPagesMax, kBadControl);
  VOXFUSE_REQUIRE(layout.groups >= 1 && layout.groups <= kGroupsMax, kBadControl);
  VOXFUSE_REQUIRE(counts_fit(layout), kBadControl);
  VOXFUSE_REQUIRE(rows_bytes(layout) <= kStateBytesMax, kBadControl);
  VOXFUSE_REQUIRE(layout.state_at <= layout.row_units, kBadControl);
  for (const std::uint32_t word : layout.reserved) VOXFUSE_REQUIRE(word == 0, kBadControl);

  const auto fields = row_fields(layout);
  const std::uint64_t state_at = std::uint64_t{layout.state_at} * kAlignment;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const RowField& field = fields[i];
    VOXFUSE_REQUIRE(field.at + field.bytes <= row_bytes(layout), kBadControl);
    // The vocoder's state is the rest of the row, so that an admit can zero it in one go.
    VOXFUSE_REQUIRE(field.at + field.bytes <= state_at, kBadControl);
    for (std::size_t j = 0; j < i; ++j) {
      if (field.bytes != 0 && fields[j].bytes != 0 &&
          !apart(field.at, field.bytes, fields[j].at, fields[j].bytes)) {
        return {ErrorCode::kBadControl, "two fields of a row overlap"};
      }
    }
  }
  return {};
}

}  // namespace voxfuse
