#include "kernels/frame_embed/frame_embed.hpp"

#include <cstddef>

#include "kernels/support/code_rows.hpp"
#include "kernels/support/isa.hpp"

namespace voxfuse::frame_embed {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.codec_rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.groups >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frames_max >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.groups_rest == a.groups - 1, kBadShape);
  VOXFUSE_REQUIRE(a.groups_rest == 0 || a.group_rows >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::uint32_t* codes = nullptr;
    if (a.valid[b] != 0) {
      const std::size_t frame = a.row.at(b)->frame;
      VOXFUSE_REQUIRE(frame < a.frames_max, kBadIndex);
      codes = a.codes.at(b) + frame * a.groups;
      VOXFUSE_REQUIRE(codes_fit(a, codes), kBadIndex);
    }
    for (std::size_t i = 0; i < a.width; ++i) {
      const std::size_t at = std::size_t{b} * a.width + i;
      const float text = a.text.at(at);
      if (codes != nullptr) a.y.set(at, sum_of_codes(a, codes, i));
      a.y.set(at, codes != nullptr ? a.y.at(at) + text : text);
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::frame_embed
