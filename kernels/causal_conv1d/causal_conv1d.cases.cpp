#include "kernels/causal_conv1d/causal_conv1d.hpp"

#include <cstdint>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::causal_conv1d {

namespace {

struct Shape {
  std::uint32_t tokens;
  std::uint32_t inputs;
  std::uint32_t outputs;
  std::uint32_t taps;
  std::uint32_t dilation;
};

Args build(Buffers& b, Shape s, const std::vector<std::uint32_t>& valid, std::uint32_t rate,
           Dtype weight) {
  const auto lanes = static_cast<std::uint32_t>(valid.size());
  const std::uint32_t history_tokens = (s.taps - 1) * s.dilation;
  std::vector<std::uint32_t> rows;
  for (std::uint32_t lane = 0; lane < lanes; ++lane) rows.push_back(lanes - lane);
  b.lanes(rows, lanes + 2);
  return Args{.x = b.input("x", std::size_t{lanes} * s.tokens * s.inputs),
              .w = b.input("w", std::size_t{s.outputs} * s.taps * s.inputs, weight),
              .bias = b.input("bias", s.outputs, weight),
              .valid = b.input_u32("valid", valid),
              .history = b.row_tensor("history", std::size_t{history_tokens} * s.inputs),
              .y = b.output("y", std::size_t{lanes} * s.tokens * s.outputs),
              .lanes = lanes,
              .tokens = s.tokens,
              .inputs = s.inputs,
              .outputs = s.outputs,
              .taps = s.taps,
              .dilation = s.dilation,
              .history_tokens = history_tokens,
              .rate = rate};
}

Args lane_alone(Args a, std::uint32_t lane) {
  a.x = from_element(a.x, std::size_t{lane} * a.tokens * a.inputs);
  a.y = from_element(a.y, std::size_t{lane} * a.tokens * a.outputs);
  a.valid += lane;
  a.history = from_lane(a.history, lane);
  a.lanes = 1;
  return a;
}

// Packets of 1, 2 and 3 sixths of one lane's tokens: the history joins them.
Args packet(Args a, std::uint32_t i) {
  const std::uint32_t sixth = a.tokens / 6;
  const std::uint32_t first = i * (i + 1) / 2 * sixth;
  a.x = from_element(a.x, std::size_t{first} * a.inputs);
  a.y = from_element(a.y, std::size_t{first} * a.outputs);
  a.tokens = (i + 1) * sixth;
  return a;
}

std::string label(const Shape& s) {
  return OpCases<Args>::label("tokens", s.tokens, "inputs", s.inputs, "outputs", s.outputs, "taps",
                              s.taps, "dilation", s.dilation);
}

// f32 sums of up to 7168 products: an error grows like the square root of their number.
constexpr Tolerance kTolerance{.ulps = 0, .relative = 4e-6};
// One rounding at the store; where terms cancel, the f32 sum, of which tensor cores drop the last
// bits at every step.
constexpr Tolerance kBf16Tolerance{.ulps = 1, .relative = 3e-5};

OpCase<Args> whole_packet(Shape s, Dtype weight) {
  return {.name = label(s) + " w=" + dtype_name(weight),
          .build = [=](Buffers& b) { return build(b, s, {1}, 0, weight); },
          .tolerance = kTolerance,
          .bf16 = kBf16Tolerance,
          .bytes = 4ull * s.tokens * (s.inputs + s.outputs) +
                   dtype_bytes(weight) * s.outputs * s.taps * s.inputs,
          .flops = 2ull * s.tokens * s.outputs * s.taps * s.inputs};
}

}  // namespace

// Shapes: a voice's stages from wide and short to narrow and long, then odd ones: single channels,
// channels and outputs that fill no vector, packets shorter than the history, several blocks.
KERNEL_CASES(causal_conv1d) {
  const Shape shapes[] = {
      {4, 96, 192, 3, 1},  {16, 192, 256, 7, 1}, {32, 128, 128, 7, 9}, {160, 64, 64, 7, 3},
      {640, 32, 32, 7, 9}, {1100, 16, 16, 7, 3}, {1100, 16, 1, 7, 1},  {5, 1, 1, 2, 1},
      {7, 3, 5, 3, 2},     {29, 17, 19, 7, 4},   {2, 16, 16, 7, 9},    {1, 40, 9, 4, 1},
  };
  for (const Shape s : shapes) {
    for (const Dtype weight : {Dtype::kF32, Dtype::kBf16}) {
      OpCase<Args> item = whole_packet(s, weight);
      item.exact = true;
      cases.add(item);
    }
  }
  // The released codec at one frame, then as many tokens and outputs as make a GPU take its largest
  // tiles, without and with sums in parts.
  for (const Shape s :
       {Shape{1, 512, 1024, 3, 1}, Shape{4, 1024, 1536, 7, 1}, Shape{32, 768, 768, 7, 9},
        Shape{640, 192, 192, 7, 1}, Shape{1920, 96, 96, 7, 3}, Shape{1920, 96, 1, 7, 1},
        Shape{12700, 24, 96, 3, 5}, Shape{17, 128, 9600, 4, 1}}) {
    cases.add(whole_packet(s, Dtype::kBf16));
  }
  for (const Shape s : {Shape{6, 20, 7, 3, 1}, Shape{48, 16, 16, 7, 9}, Shape{600, 16, 2, 7, 3},
                        Shape{72, 88, 104, 7, 9}}) {
    for (const Dtype weight : {Dtype::kF32, Dtype::kBf16}) {
      cases.add({.name = label(s) + " w=" + dtype_name(weight) + " in packets",
                 .build = [=](Buffers& b) { return build(b, s, {1}, 0, weight); },
                 .tolerance = kTolerance,
                 .bf16 = kBf16Tolerance,
                 .parts = 3,
                 .part = packet});
    }
  }
  for (const std::uint32_t rate : {1u, 4u}) {
    for (const std::uint32_t inputs : {18u, 24u}) {
      const Shape s{4 * rate, inputs, 6, 7, 2};
      cases.add({.name = "some valid " + label(s),
                 .build = [=](Buffers& b) { return build(b, s, {2, 0, 4, 1}, rate, Dtype::kBf16); },
                 .tolerance = kTolerance,
                 .exact = true,
                 .bf16 = kBf16Tolerance,
                 .parts = 4,
                 .part = lane_alone});
    }
  }
  cases.add({.name = "history of another length",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, {4, 2, 2, 3, 2}, {1}, 1, Dtype::kF32);
                   a.history_tokens = 3;
                   return a;
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::causal_conv1d
