#include "kernels/causal_conv1d/causal_conv1d.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/lanes.hpp"

namespace voxfuse::causal_conv1d {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.inputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.outputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.dilation >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.taps >= 2, kBadShape);
  VOXFUSE_REQUIRE(a.history_tokens == std::uint64_t{a.taps - 1} * a.dilation, kBadShape);
  return {};
}

namespace {

// Input `from` of (history ++ x), channel c.
double input(const Args& a, std::uint32_t lane, std::size_t from, std::size_t c) {
  if (from < a.history_tokens) return a.history.at(lane).at(from * a.inputs + c);
  const std::size_t t = from - a.history_tokens;
  return a.x.at((std::size_t{lane} * a.tokens + t) * a.inputs + c);
}

double output(const Args& a, std::uint32_t lane, std::size_t t, std::size_t o) {
  const std::size_t taps_inputs = std::size_t{a.taps} * a.inputs;
  double sum = 0.0;
  for (std::size_t tap = 0; tap < a.taps; ++tap) {
    for (std::size_t c = 0; c < a.inputs; ++c) {
      const double weight = a.w.at(o * taps_inputs + tap * a.inputs + c);
      sum += weight * input(a, lane, t + tap * a.dilation, c);
    }
  }
  return sum + a.bias.at(o);
}

// The lane's newest history_tokens inputs become its history, the oldest first. A source never lies
// before its target, so one pass upwards moves them in place.
void keep_history(const Args& a, std::uint32_t lane, std::size_t valid) {
  const Tensor history = a.history.at(lane);
  for (std::size_t i = 0; i < a.history_tokens; ++i) {
    const std::size_t from = i + valid;
    for (std::size_t c = 0; c < a.inputs; ++c) {
      history.set(i * a.inputs + c, input(a, lane, from, c));
    }
  }
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::size_t valid = lane_tokens(a.valid, b, a.rate, a.tokens);
    for (std::size_t t = 0; t < a.tokens; ++t) {
      for (std::size_t o = 0; o < a.outputs; ++o) {
        const std::size_t at = (std::size_t{b} * a.tokens + t) * a.outputs + o;
        a.y.set(at, t < valid ? output(a, b, t, o) : 0.0);
      }
    }
    keep_history(a, b, valid);
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::causal_conv1d
