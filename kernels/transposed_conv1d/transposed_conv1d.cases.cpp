#include "kernels/transposed_conv1d/transposed_conv1d.hpp"

#include <cstdint>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::transposed_conv1d {

namespace {

struct Shape {
  std::uint32_t tokens;
  std::uint32_t inputs;
  std::uint32_t outputs;
  std::uint32_t stride;
  std::uint32_t spans;
};

Args build(Buffers& b, Shape s, const std::vector<std::uint32_t>& valid, std::uint32_t rate,
           Dtype weight) {
  const auto lanes = static_cast<std::uint32_t>(valid.size());
  std::vector<std::uint32_t> rows;
  for (std::uint32_t lane = 0; lane < lanes; ++lane) rows.push_back(lanes - lane);
  b.lanes(rows, lanes + 2);
  const std::size_t phases_outputs = std::size_t{s.stride} * s.outputs;
  return Args{.x = b.input("x", std::size_t{lanes} * s.tokens * s.inputs),
              .w = b.input("w", phases_outputs * s.spans * s.inputs, weight),
              .bias = b.input("bias", s.outputs, weight),
              .valid = b.input_u32("valid", valid),
              .history = s.spans == 2 ? b.row_tensor("history", s.inputs) : RowTensor{},
              .y = b.output("y", lanes * s.tokens * phases_outputs),
              .lanes = lanes,
              .tokens = s.tokens,
              .inputs = s.inputs,
              .outputs = s.outputs,
              .stride = s.stride,
              .spans = s.spans,
              .rate = rate};
}

Args from_token(Args a, std::size_t first) {
  a.x = from_element(a.x, first * a.inputs);
  a.y = from_element(a.y, first * a.stride * a.outputs);
  return a;
}

Args lane_alone(Args a, std::uint32_t lane) {
  a = from_token(a, std::size_t{lane} * a.tokens);
  a.valid += lane;
  a.history = from_lane(a.history, lane);
  a.lanes = 1;
  return a;
}

// Packets of 1, 2 and 3 sixths of one lane's tokens: the history joins them.
Args packet(Args a, std::uint32_t i) {
  const std::uint32_t sixth = a.tokens / 6;
  a = from_token(a, i * (i + 1) / 2 * sixth);
  a.tokens = (i + 1) * sixth;
  return a;
}

std::string label(const Shape& s) {
  return OpCases<Args>::label("tokens", s.tokens, "inputs", s.inputs, "outputs", s.outputs,
                              "stride", s.stride, "spans", s.spans);
}

// f32 sums of up to 3072 products: an error grows like the square root of their number.
constexpr Tolerance kTolerance{.ulps = 0, .relative = 4e-6};
// One rounding at the store; where terms cancel, the f32 sum, of which tensor cores drop the last
// bits at every step.
constexpr Tolerance kBf16Tolerance{.ulps = 1, .relative = 3e-5};

OpCase<Args> whole_packet(Shape s, Dtype weight) {
  return {.name = label(s) + " w=" + dtype_name(weight),
          .build = [=](Buffers& b) { return build(b, s, {1}, 0, weight); },
          .tolerance = kTolerance,
          .bf16 = kBf16Tolerance,
          .bytes = 4ull * s.tokens * (s.inputs + std::uint64_t{s.stride} * s.outputs) +
                   dtype_bytes(weight) * s.stride * s.outputs * s.spans * s.inputs,
          .flops = 2ull * s.tokens * s.stride * s.outputs * s.spans * s.inputs};
}

}  // namespace

// Shapes: a voice's stages, with one span and with two, then odd ones.
KERNEL_CASES(transposed_conv1d) {
  const Shape shapes[] = {
      {4, 192, 192, 2, 1}, {16, 256, 128, 8, 2}, {160, 64, 32, 4, 2},
      {640, 32, 16, 3, 2}, {3, 1, 1, 2, 2},      {9, 19, 5, 3, 2},
  };
  for (const Shape s : shapes) {
    for (const Dtype weight : {Dtype::kF32, Dtype::kBf16}) {
      OpCase<Args> item = whole_packet(s, weight);
      item.exact = true;
      cases.add(item);
    }
  }
  // The released codec at one frame.
  for (const Shape s : {Shape{1, 1024, 1024, 2, 1}, Shape{4, 1536, 768, 8, 2},
                        Shape{160, 384, 192, 4, 2}, Shape{640, 192, 96, 3, 2}}) {
    cases.add(whole_packet(s, Dtype::kBf16));
  }
  for (const Shape s : {Shape{6, 20, 7, 5, 2}, Shape{300, 16, 4, 3, 2}, Shape{72, 264, 20, 3, 2}}) {
    for (const Dtype weight : {Dtype::kF32, Dtype::kBf16}) {
      cases.add({.name = label(s) + " w=" + dtype_name(weight) + " in packets",
                 .build = [=](Buffers& b) { return build(b, s, {1}, 0, weight); },
                 .tolerance = kTolerance,
                 .bf16 = kBf16Tolerance,
                 .parts = 3,
                 .part = packet});
    }
  }
  for (const std::uint32_t spans : {1u, 2u}) {
    for (const std::uint32_t inputs : {18u, 24u}) {
      const Shape s{8, inputs, 6, 3, spans};
      cases.add({.name = "some valid " + label(s),
                 .build = [=](Buffers& b) { return build(b, s, {2, 0, 4, 1}, 2, Dtype::kBf16); },
                 .tolerance = kTolerance,
                 .exact = true,
                 .bf16 = kBf16Tolerance,
                 .parts = 4,
                 .part = lane_alone});
    }
  }
  cases.add({.name = "two spans without history",
             .build =
                 [](Buffers& b) {
                   Args a = build(b, {4, 2, 2, 3, 2}, {1}, 1, Dtype::kF32);
                   a.history = {};
                   return a;
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::transposed_conv1d
