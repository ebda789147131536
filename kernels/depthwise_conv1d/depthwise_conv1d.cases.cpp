#include "kernels/depthwise_conv1d/depthwise_conv1d.hpp"

#include <cstdint>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::depthwise_conv1d {

namespace {

struct Shape {
  std::uint32_t tokens;
  std::uint32_t width;
  std::uint32_t taps;
};

Args build(Buffers& b, Shape s, const std::vector<std::uint32_t>& valid, std::uint32_t rate,
           Dtype weight) {
  const auto lanes = static_cast<std::uint32_t>(valid.size());
  std::vector<std::uint32_t> rows;
  for (std::uint32_t lane = 0; lane < lanes; ++lane) rows.push_back(lanes - lane);
  b.lanes(rows, lanes + 2);
  return Args{.x = b.input("x", std::size_t{lanes} * s.tokens * s.width),
              .w = b.input("w", std::size_t{s.width} * s.taps, weight),
              .bias = b.input("bias", s.width, weight),
              .valid = b.input_u32("valid", valid),
              .history = b.row_tensor("history", std::size_t{s.taps - 1} * s.width),
              .y = b.output("y", std::size_t{lanes} * s.tokens * s.width),
              .lanes = lanes,
              .tokens = s.tokens,
              .width = s.width,
              .taps = s.taps,
              .history_tokens = s.taps - 1,
              .rate = rate};
}

Args lane_alone(Args a, std::uint32_t lane) {
  a.x = from_element(a.x, std::size_t{lane} * a.tokens * a.width);
  a.y = from_element(a.y, std::size_t{lane} * a.tokens * a.width);
  a.valid += lane;
  a.history = from_lane(a.history, lane);
  a.lanes = 1;
  return a;
}

// Packets of 1, 2 and 3 sixths of one lane's tokens: the history joins them.
Args packet(Args a, std::uint32_t i) {
  const std::uint32_t sixth = a.tokens / 6;
  const std::uint32_t first = i * (i + 1) / 2 * sixth;
  a.x = from_element(a.x, std::size_t{first} * a.width);
  a.y = from_element(a.y, std::size_t{first} * a.width);
  a.tokens = (i + 1) * sixth;
  return a;
}

std::string label(const Shape& s) {
  return OpCases<Args>::label("tokens", s.tokens, "width", s.width, "taps", s.taps);
}

// A chain of a few f32 multiply-adds; terms may cancel, so the error is one of the largest.
constexpr Tolerance kTolerance{.ulps = 0, .relative = 1e-6};
// The same, and one rounding at the store.
constexpr Tolerance kBf16Tolerance{.ulps = 1, .relative = 1e-6};

}  // namespace

// Widths: a voice's, one channel, less than a vector, a vector and a rest. Packets shorter than the
// history and longer; a history that a block moves in two goes.
KERNEL_CASES(depthwise_conv1d) {
  const Shape shapes[] = {{16, 192, 7}, {8, 1024, 7}, {1, 20, 7},  {3, 1, 7},
                          {70, 33, 2},  {5, 7, 4},    {50, 40, 60}};
  for (const Shape s : shapes) {
    for (const Dtype weight : {Dtype::kF32, Dtype::kBf16}) {
      cases.add({.name = label(s) + " w=" + dtype_name(weight),
                 .build = [=](Buffers& b) { return build(b, s, {1}, 0, weight); },
                 .tolerance = kTolerance,
                 .exact = true,
                 .bf16 = kBf16Tolerance,
                 .bytes = 8ull * s.tokens * s.width,
                 .flops = 2ull * s.tokens * s.width * s.taps});
    }
  }
  for (const Shape s : {Shape{6, 20, 7}, Shape{72, 5, 3}}) {
    cases.add({.name = label(s) + " in packets",
               .build = [=](Buffers& b) { return build(b, s, {1}, 0, Dtype::kF32); },
               .tolerance = kTolerance,
               .bf16 = kBf16Tolerance,
               .parts = 3,
               .part = packet});
  }
  for (const std::uint32_t rate : {1u, 2u}) {
    const Shape s{4 * rate, 18, 7};
    cases.add({.name = "some valid " + label(s),
               .build = [=](Buffers& b) { return build(b, s, {2, 0, 4, 1}, rate, Dtype::kF32); },
               .tolerance = kTolerance,
               .exact = true,
               .bf16 = kBf16Tolerance,
               .parts = 4,
               .part = lane_alone});
  }
  cases.add({.name = "one tap",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, {4, 2, 3}, {1}, 1, Dtype::kF32);
                   a.taps = 1;
                   return a;
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::depthwise_conv1d
