#include "kernels/norm_swiglu_matmul/norm_swiglu_matmul.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::norm_swiglu_matmul {

static Args row_alone(Args a, std::uint32_t m) {
  a.x = from_element(a.x, std::size_t{m} * a.inputs);
  a.y = from_element(a.y, std::size_t{m} * a.outputs);
  a.rows = 1;
  return a;
}

struct Shape {
  std::uint32_t rows;
  std::uint32_t inputs;
  std::uint32_t outputs;
};

// One row, a batch, more rows than a pass holds, rests of every tile side, two decode shapes, part
// of a prompt's.
KERNEL_CASES(norm_swiglu_matmul) {
  for (const Shape s :
       {Shape{1, 7, 3}, Shape{1, 320, 768}, Shape{2, 64, 29}, Shape{33, 100, 50},
        Shape{32, 320, 96}, Shape{64, 96, 40}, Shape{2, 32, 128}, Shape{11, 1120, 72},
        Shape{1, 1024, 3072}, Shape{1, 1024, 4096}, Shape{2, 2048, 4096}, Shape{16, 1024, 256}}) {
    for (const Dtype weight : {Dtype::kBf16, Dtype::kF32, Dtype::kI8}) {
      const Dtype vector = weight == Dtype::kI8 ? Dtype::kBf16 : weight;
      cases.add({
          .name = cases.label("rows", s.rows, "inputs", s.inputs, "outputs", s.outputs, "weights",
                              dtype_name(weight)),
          .build =
              [=](Buffers& b) {
                return Args{.x = b.input("x", std::size_t{s.rows} * s.inputs),
                            .gain = b.input("gain", s.inputs, vector),
                            .w = b.matrix("w", 2 * std::size_t{s.outputs}, s.inputs, weight),
                            .y = b.output("y", std::size_t{s.rows} * s.outputs),
                            .rows = s.rows,
                            .inputs = s.inputs,
                            .outputs = s.outputs,
                            .eps = 1e-6f};
              },
          .tolerance = Tolerance::of_largest(4e-6),  // f32 sums of up to 1024 terms of any sign
          .bf16 = Tolerance{.ulps = 4, .relative = 8e-3},  // as norm_matmul, in both factors
          .host_only = weight == Dtype::kI8,
          .parts = s.rows,
          .part = row_alone,
          .in_turn = in_turn,
          .bytes = dtype_bytes(weight) * 2ull * s.inputs * s.outputs +
                   4ull * s.rows * (s.inputs + s.outputs),
          .flops = 4ull * s.rows * s.inputs * s.outputs,
      });
    }
  }
}

}  // namespace voxfuse::norm_swiglu_matmul
