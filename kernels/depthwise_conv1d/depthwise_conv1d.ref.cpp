#include "kernels/depthwise_conv1d/depthwise_conv1d.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/lanes.hpp"

namespace voxfuse::depthwise_conv1d {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.taps >= 2, kBadShape);
  VOXFUSE_REQUIRE(a.history_tokens == a.taps - 1, kBadShape);
  return {};
}

namespace {

// Input `from` of (history ++ x), channel c.
double input(const Args& a, std::uint32_t lane, std::size_t from, std::size_t c) {
  if (from < a.history_tokens) return a.history.at(lane).at(from * a.width + c);
  const std::size_t t = from - a.history_tokens;
  return a.x.at((std::size_t{lane} * a.tokens + t) * a.width + c);
}

// The lane's newest history_tokens inputs become its history, the oldest first. A source never lies
// before its target, so one pass upwards moves them in place.
void keep_history(const Args& a, std::uint32_t lane, std::size_t valid) {
  const Tensor history = a.history.at(lane);
  for (std::size_t i = 0; i < a.history_tokens; ++i) {
    const std::size_t from = i + valid;
    for (std::size_t c = 0; c < a.width; ++c) {
      history.set(i * a.width + c, input(a, lane, from, c));
    }
  }
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::size_t valid = lane_tokens(a.valid, b, a.rate, a.tokens);
    for (std::size_t t = 0; t < a.tokens; ++t) {
      for (std::size_t c = 0; c < a.width; ++c) {
        double sum = a.bias.at(c);
        for (std::size_t tap = 0; tap < a.taps; ++tap) {
          sum += double{a.w.at(c * a.taps + tap)} * input(a, b, t + tap, c);
        }
        a.y.set((std::size_t{b} * a.tokens + t) * a.width + c, t < valid ? sum : 0.0);
      }
    }
    keep_history(a, b, valid);
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::depthwise_conv1d
