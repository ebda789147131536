#include "kernels/transposed_conv1d/transposed_conv1d.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/lanes.hpp"

namespace voxfuse::transposed_conv1d {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.inputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.outputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.stride >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.spans == (a.history ? 2u : 1u), kBadShape);
  return {};
}

namespace {

double output(const Args& a, std::uint32_t lane, std::size_t t, std::size_t phase_output) {
  const std::size_t spans_inputs = std::size_t{a.spans} * a.inputs;
  double sum = 0.0;
  for (std::size_t span = 0; span < a.spans; ++span) {
    for (std::size_t c = 0; c < a.inputs; ++c) {
      const double x = span > t ? a.history.at(lane).at(c)
                                : a.x.at((std::size_t{lane} * a.tokens + t - span) * a.inputs + c);
      sum += a.w.at(phase_output * spans_inputs + span * a.inputs + c) * x;
    }
  }
  return sum + a.bias.at(phase_output % a.outputs);
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  // The phases of an input token are neighbours in y, as their rows are in w.
  const std::size_t phases_outputs = std::size_t{a.stride} * a.outputs;
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::size_t valid = lane_tokens(a.valid, b, a.rate, a.tokens);
    for (std::size_t t = 0; t < a.tokens; ++t) {
      for (std::size_t o = 0; o < phases_outputs; ++o) {
        const std::size_t at = (std::size_t{b} * a.tokens + t) * phases_outputs + o;
        a.y.set(at, t < valid ? output(a, b, t, o) : 0.0);
      }
    }
    for (std::size_t c = 0; a.spans == 2 && valid > 0 && c < a.inputs; ++c) {
      const std::size_t newest = std::size_t{b} * a.tokens + valid - 1;
      a.history.at(b).set(c, a.x.at(newest * a.inputs + c));
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::transposed_conv1d
