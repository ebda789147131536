#include "kernels/export_logits/export_logits.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::export_logits {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.vocab >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.vocab <= a.logits_max, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const float* logits = a.logits + std::size_t{b} * a.vocab;
    for (std::size_t i = 0; i < a.vocab; ++i) a.exported.at(b)[i] = logits[i];
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::export_logits
