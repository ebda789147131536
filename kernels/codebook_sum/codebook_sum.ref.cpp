#include "kernels/codebook_sum/codebook_sum.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/lanes.hpp"

namespace voxfuse::codebook_sum {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frames >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.groups >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.size >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.dim >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frames_max >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.semantic_groups <= a.groups, kBadShape);
  VOXFUSE_REQUIRE(a.of_reference <= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::uint32_t valid = lane_tokens(a.valid, b, 1, a.frames);
    const std::size_t first = a.first_frame(b);
    for (std::size_t t = 0; t < a.frames; ++t) {
      const std::size_t at = (std::size_t{b} * a.frames + t) * a.dim;
      for (std::size_t i = 0; i < a.dim; ++i) {
        float semantic = 0.0f;  // f32 like every twin's: the contract fixes the order
        float acoustic = 0.0f;
        for (std::uint32_t g = 0; t < valid && g < a.groups; ++g) {
          VOXFUSE_REQUIRE(first + t < a.frames_max, kBadIndex);
          const std::uint32_t code = a.codes.at(b)[(first + t) * a.groups + g];
          VOXFUSE_REQUIRE(code < a.size, kBadIndex);
          const float entry = a.codebooks[(std::size_t{g} * a.size + code) * a.dim + i];
          (g < a.semantic_groups ? semantic : acoustic) += entry;
        }
        a.semantic.set(at + i, semantic);
        a.acoustic.set(at + i, acoustic);
      }
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::codebook_sum
