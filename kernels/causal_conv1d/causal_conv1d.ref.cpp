#include "kernels/causal_conv1d/causal_conv1d.hpp"

#include <cstddef>
#include <vector>

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

// history ++ x of a lane.
std::vector<float> inputs_of(const Args& a, std::uint32_t lane) {
  std::vector<float> inputs;
  const ConstTensor history = a.history.at(lane);
  for (std::size_t i = 0; i < std::size_t{a.history_tokens} * a.inputs; ++i) {
    inputs.push_back(history.at(i));
  }
  const std::size_t count = std::size_t{a.tokens} * a.inputs;
  for (std::size_t i = 0; i < count; ++i) inputs.push_back(a.x.at(lane * count + i));
  return inputs;
}

double output(const Args& a, const std::vector<float>& inputs, std::size_t t, std::size_t o) {
  const std::size_t taps_inputs = std::size_t{a.taps} * a.inputs;
  double sum = 0.0;
  for (std::size_t tap = 0; tap < a.taps; ++tap) {
    for (std::size_t c = 0; c < a.inputs; ++c) {
      const double weight = a.w.at(o * taps_inputs + tap * a.inputs + c);
      sum += weight * inputs[(t + tap * a.dilation) * a.inputs + c];
    }
  }
  return sum + a.bias.at(o);
}

// The lane's newest history_tokens inputs become its history, the oldest first.
void keep_history(const Args& a, const std::vector<float>& inputs, std::uint32_t lane,
                  std::size_t valid) {
  const Tensor history = a.history.at(lane);
  for (std::size_t i = 0; i < std::size_t{a.history_tokens} * a.inputs; ++i) {
    history.set(i, inputs[valid * a.inputs + i]);
  }
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::size_t valid = lane_tokens(a.valid, b, a.rate, a.tokens);
    const std::vector<float> inputs = inputs_of(a, b);
    for (std::size_t t = 0; t < a.tokens; ++t) {
      for (std::size_t o = 0; o < a.outputs; ++o) {
        const std::size_t at = (std::size_t{b} * a.tokens + t) * a.outputs + o;
        a.y.set(at, t < valid ? output(a, inputs, t, o) : 0.0);
      }
    }
    keep_history(a, inputs, b, valid);
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::causal_conv1d
