#include "kernels/conv1d/conv1d.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::conv1d {

namespace {

struct Shape {
  std::uint32_t tokens;
  std::uint32_t inputs;
  std::uint32_t steps;
  std::uint32_t outputs;
  std::uint32_t taps;
  std::uint32_t stride;
  std::uint32_t dilation;
  std::uint32_t pad_left;
};

struct Form {
  Padding padding = Padding::kZeros;
  Activation before = Activation::kNone;
  Activation after = Activation::kNone;
  Dtype weight = Dtype::kF32;
  bool biased = true;
  bool adds = false;
};

Args build(Buffers& b, Shape s, Form form) {
  return Args{.x = b.input("x", std::size_t{s.tokens} * s.inputs),
              .w = b.input("w", std::size_t{s.outputs} * s.taps * s.inputs, form.weight),
              .bias = form.biased ? b.input("bias", s.outputs, form.weight) : ConstTensor{},
              .y = form.adds ? b.state("y", std::size_t{s.steps} * s.outputs)
                             : b.output("y", std::size_t{s.steps} * s.outputs),
              .tokens = s.tokens,
              .inputs = s.inputs,
              .steps = s.steps,
              .outputs = s.outputs,
              .taps = s.taps,
              .stride = s.stride,
              .dilation = s.dilation,
              .pad_left = s.pad_left,
              .padding = static_cast<std::uint32_t>(form.padding),
              .before = static_cast<std::uint32_t>(form.before),
              .after = static_cast<std::uint32_t>(form.after),
              .adds = form.adds ? 1u : 0u};
}

// f32 sums of up to 4096 products: an error grows like the square root of their number. What an
// activation adds is a few ulp.
constexpr Tolerance kTolerance{.ulps = 0, .relative = 4e-6};
constexpr Tolerance kBf16Tolerance{.ulps = 1, .relative = 3e-5};

std::string label(const Shape& s, const char* form) {
  return OpCases<Args>::label("tokens", s.tokens, "inputs", s.inputs, "steps", s.steps, "outputs",
                              s.outputs, "taps", s.taps, "stride", s.stride, "dilation",
                              s.dilation) +
         " " + form;
}

OpCase<Args> item(Shape s, Form form, const char* name) {
  return {.name = label(s, name),
          .build = [=](Buffers& b) { return build(b, s, form); },
          .tolerance = kTolerance,
          .bf16 = kBf16Tolerance,
          .bytes = 4ull * (s.tokens * s.inputs + s.steps * s.outputs) +
                   dtype_bytes(form.weight) * s.outputs * s.taps * s.inputs,
          .flops = 2ull * s.steps * s.outputs * s.taps * s.inputs};
}

OpCase<Args> refused(const char* name, Shape s, Form form) {
  return {.name = name,
          .build = [=](Buffers& b) { return build(b, s, form); },
          .error = ErrorCode::kBadShape};
}

}  // namespace

// Every layer of the two encoders in small and as released; odd widths; more inputs than are laid
// out at once.
KERNEL_CASES(conv1d) {
  const Form plain;
  const Form mirrored{
      .padding = Padding::kReflect, .after = Activation::kRelu, .weight = Dtype::kBf16};
  const Form curved{.before = Activation::kElu};
  const Form adding{.before = Activation::kElu, .adds = true};
  const Form squashed{.padding = Padding::kReplicate, .after = Activation::kTanh, .biased = false};
  for (const Shape s : {Shape{40, 3, 40, 5, 7, 1, 1, 6}, Shape{41, 4, 11, 8, 8, 4, 1, 4},
                        Shape{37, 16, 8, 24, 10, 5, 1, 5}, Shape{9, 64, 9, 32, 3, 1, 1, 2}}) {
    OpCase<Args> exact = item(s, plain, "zeros");
    exact.exact = true;
    cases.add(exact);
    cases.add(item(s, curved, "elu first"));
  }
  for (const Shape s : {Shape{19, 12, 19, 64, 5, 1, 1, 2}, Shape{23, 8, 23, 8, 3, 1, 2, 2},
                        Shape{23, 16, 23, 16, 3, 1, 4, 4}, Shape{50, 1, 9, 20, 16, 4, 1, 6},
                        Shape{30, 48, 30, 17, 1, 1, 1, 0}}) {
    OpCase<Args> exact = item(s, mirrored, "mirrored, relu");
    exact.exact = true;
    cases.add(exact);
  }
  for (const Shape s : {Shape{11, 32, 6, 32, 4, 2, 1, 2}, Shape{10, 32, 5, 32, 4, 2, 1, 2}}) {
    cases.add(item(s, squashed, "replicated, tanh"));
  }
  for (const Shape s : {Shape{70, 32, 70, 64, 1, 1, 1, 0}, Shape{70, 5, 70, 9, 3, 1, 1, 2},
                        Shape{900, 16, 900, 32, 1, 1, 1, 0}}) {
    cases.add(item(s, adding, "elu first, onto y"));
  }
  cases.add(item({300, 64, 300, 64, 3, 1, 3, 3}, mirrored, "mirrored, relu"));
  cases.add(item({1920, 1, 1920, 64, 7, 1, 1, 6}, plain, "zeros"));
  cases.add(item({6000, 64, 1500, 128, 8, 4, 1, 4}, curved, "elu first"));
  cases.add(item({20000, 64, 20000, 32, 3, 1, 1, 2}, curved, "elu first"));
  cases.add(item({24000, 1, 93, 1026, 1024, 256, 1, 384}, mirrored, "mirrored, relu"));
  cases.add(refused("no taps", {4, 4, 4, 4, 0, 1, 1, 0}, plain));
  cases.add(refused("mirrored beyond the input", {4, 4, 4, 4, 9, 1, 1, 4}, mirrored));
  cases.add(refused("mirrored beyond its end", {4, 4, 7, 4, 3, 1, 1, 1}, mirrored));
}

}  // namespace voxfuse::conv1d
