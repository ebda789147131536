#include "kernels/reference_advance/reference_advance.hpp"

#include "kernels/support/isa.hpp"

namespace voxfuse::reference_advance {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    // An idle lane's row is not even touched.
    if (a.valid[b] > 0) a.row.at(b)->reference_done += a.valid[b];
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::reference_advance
