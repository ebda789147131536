#include "kernels/voice_embed/voice_embed.hpp"

#include <cstddef>

#include "kernels/support/code_rows.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/lanes.hpp"

namespace voxfuse::voice_embed {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1 && a.tokens >= 1 && a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.codec_rows >= 1 && a.group_rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.prompt_max >= 1 && a.reference_max >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.groups >= 2 && a.groups_rest == a.groups - 1, kBadShape);
  return {};
}

namespace {

// Where the codes of the prompt row's frame lie, or nothing when a word is out of range.
const std::uint32_t* codes_of(const Args& a, std::uint32_t lane, std::uint32_t frame) {
  if (frame >= a.reference_max) return nullptr;
  const std::uint32_t* codes = a.reference.at(lane) + std::size_t{frame} * a.groups;
  return codes_fit(a, codes) ? codes : nullptr;
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::uint32_t valid = lane_tokens(a.valid, b, 1, a.tokens);
    const std::size_t first = a.row.at(b)->prompt_done;
    for (std::size_t t = 0; t < valid; ++t) {
      VOXFUSE_REQUIRE(first + t < a.prompt_max, kBadIndex);
      const std::uint32_t extra = a.prompt.at(b)[(first + t) * kPromptEntryWords + 2];
      if (extra == kAbsent) continue;
      const std::uint32_t* codes = extra == 0 ? nullptr : codes_of(a, b, extra - 1);
      VOXFUSE_REQUIRE(extra == 0 || codes != nullptr, kBadIndex);
      const std::size_t at = (std::size_t{b} * a.tokens + t) * a.width;
      for (std::size_t i = 0; i < a.width; ++i) {
        const float text = a.x.at(at + i);
        a.x.set(at + i, codes == nullptr ? a.voice.at(b)[i] : sum_of_codes(a, codes, i));
        a.x.set(at + i, a.x.at(at + i) + text);
      }
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::voice_embed
