#include "kernels/conv1d/conv1d.hpp"

#include <cstddef>

#include "kernels/support/activate.hpp"
#include "kernels/support/isa.hpp"

namespace voxfuse::conv1d {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.tokens >= 1 && a.inputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.steps >= 1 && a.outputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.taps >= 1 && a.stride >= 1 && a.dilation >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.padding <= static_cast<std::uint32_t>(Padding::kReplicate), kBadShape);
  VOXFUSE_REQUIRE(a.before <= static_cast<std::uint32_t>(Activation::kTanh), kBadShape);
  VOXFUSE_REQUIRE(a.after <= static_cast<std::uint32_t>(Activation::kTanh), kBadShape);
  VOXFUSE_REQUIRE(a.adds <= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  if (a.padding != static_cast<std::uint32_t>(Padding::kReflect)) return {};
  const std::uint64_t last =
      std::uint64_t{a.steps - 1} * a.stride + std::uint64_t{a.taps - 1} * a.dilation;
  VOXFUSE_REQUIRE(a.pad_left < a.tokens, kBadShape);
  VOXFUSE_REQUIRE(last <= std::uint64_t{a.pad_left} + 2 * (std::uint64_t{a.tokens} - 1), kBadShape);
  return {};
}

namespace {

// What the convolution sees of channel c at a position that may lie beyond the ends.
double seen(const Args& a, std::int64_t position, std::size_t c) {
  const std::int64_t last = std::int64_t{a.tokens} - 1;
  if (position < 0 || position > last) {
    if (a.padding == static_cast<std::uint32_t>(Padding::kZeros)) return 0;
    const bool mirrors = a.padding == static_cast<std::uint32_t>(Padding::kReflect);
    if (position < 0) {
      position = mirrors ? -position : 0;
    } else {
      position = mirrors ? 2 * last - position : last;
    }
  }
  return activate<double>(a.before, a.x.at(static_cast<std::size_t>(position) * a.inputs + c));
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t s = 0; s < a.steps; ++s) {
    for (std::size_t o = 0; o < a.outputs; ++o) {
      double sum = a.bias ? a.bias.at(o) : 0.0;
      for (std::size_t tap = 0; tap < a.taps; ++tap) {
        const auto position =
            static_cast<std::int64_t>(s * a.stride + tap * a.dilation) - std::int64_t{a.pad_left};
        for (std::size_t c = 0; c < a.inputs; ++c) {
          const double weight = a.w.at((o * a.taps + tap) * a.inputs + c);
          sum += weight * seen(a, position, c);
        }
      }
      const std::size_t at = s * a.outputs + o;
      const double held = a.adds == 1 ? a.y.at(at) : 0.0;
      a.y.set(at, held + activate<double>(a.after, sum));
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::conv1d
