#include "kernels/rope_rotate_add/rope_rotate_add.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::rope_rotate_add {

Status check(const Args& a) {
  VOXFUSE_TRY(check_positions(a));
  VOXFUSE_TRY(check_head_dim(a.head_dim));
  VOXFUSE_REQUIRE(a.heads >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  const std::size_t half = a.head_dim / 2;
  const std::size_t tokens = std::size_t{a.lanes} * a.tokens;
  for (std::size_t t = 0; t < tokens; ++t) {
    const auto lane = static_cast<std::uint32_t>(t / a.tokens);
    const std::size_t position = first_position(a, lane) + t % a.tokens;
    for (std::size_t h = 0; h < a.heads; ++h) {
      const std::size_t head = (t * a.heads + h) * a.head_dim;
      for (std::size_t j = 0; j < half; ++j) {
        const float angle = static_cast<float>(position) * a.frequencies[j];
        const double sine = std::sin(double{angle});
        const double first = a.x.at(head + j);
        const double second = a.x.at(head + half + j);
        a.y.set(head + j, a.y.at(head + j) - second * sine);
        a.y.set(head + half + j, a.y.at(head + half + j) + first * sine);
      }
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::rope_rotate_add
