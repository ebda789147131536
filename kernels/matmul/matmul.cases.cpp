#include "kernels/matmul/matmul.hpp"

#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::matmul {

static Args row_alone(Args a, std::uint32_t m) {
  a.x = from_element(a.x, std::size_t{m} * a.x_stride);
  a.y = from_element(a.y, std::size_t{m} * a.outputs);
  a.rows = 1;
  return a;
}

struct Shape {
  std::uint32_t rows;
  std::uint32_t inputs;
  std::uint32_t outputs;
};

// Up to 63 rows stream weights, more take blocks; rests of every tile side and of the vector; a
// product that is cut into several blocks both ways; the shapes of a decode step, of a prompt's
// chunk and of a vocoder's convolution.
KERNEL_CASES(matmul) {
  for (const Shape s :
       {Shape{1, 7, 1}, Shape{1, 320, 768}, Shape{2, 33, 5}, Shape{3, 64, 7}, Shape{5, 100, 13},
        Shape{32, 320, 40}, Shape{9, 2048, 101}, Shape{300, 448, 64}, Shape{1, 1024, 3072},
        Shape{17, 1024, 200}, Shape{64, 96, 24}, Shape{2, 32, 256}, Shape{1, 2048, 1024},
        Shape{1, 3072, 1024}, Shape{16, 1024, 512}, Shape{49, 2048, 34}}) {
    for (const Dtype weight : {Dtype::kBf16, Dtype::kF32, Dtype::kI8}) {
      const Dtype vector = weight == Dtype::kI8 ? Dtype::kBf16 : weight;
      const std::uint32_t odd = s.inputs % 32 == 0 ? 8 : 3;  // whole steps stay on 16 bytes
      const std::uint32_t offset = s.rows % 2 == 0 ? 0 : odd;
      const std::uint32_t stride = s.inputs + 2 * offset;
      const bool bias = s.outputs % 2 != 0;
      cases.add({
          .name = cases.label("rows", s.rows, "inputs", s.inputs, "outputs", s.outputs, "weights",
                              dtype_name(weight)),
          .build =
              [=](Buffers& b) {
                return Args{.x = b.input("x", std::size_t{s.rows} * stride),
                            .w = b.matrix("w", s.outputs, s.inputs, weight),
                            .bias = bias ? b.input("bias", s.outputs, vector) : ConstTensor{},
                            .y = b.output("y", std::size_t{s.rows} * s.outputs),
                            .rows = s.rows,
                            .inputs = s.inputs,
                            .outputs = s.outputs,
                            .x_stride = stride,
                            .x_offset = offset};
              },
          .tolerance = Tolerance::of_largest(2e-6),  // f32 sums of up to 2048 terms of any sign
          .exact = std::uint64_t{s.rows} * s.inputs * s.outputs < 1000000,  // soon done
          .bf16 = Tolerance{.ulps = 1, .relative = 2e-6},  // one rounding, at the store
          .host_only = weight == Dtype::kI8,
          .parts = s.rows,
          .part = row_alone,
          .bytes = dtype_bytes(weight) * std::uint64_t{s.inputs} * s.outputs +
                   4ull * s.rows * (s.inputs + s.outputs),
          .flops = 2ull * s.rows * s.inputs * s.outputs,
      });
    }
  }
  cases.add({.name = "logits stay f32",
             .build =
                 [](Buffers& b) {
                   return Args{.x = b.input("x", 2 * 256),
                               .w = b.input("w", 40 * 256, Dtype::kBf16),
                               .y = b.output("y", 2 * 40, Dtype::kF32),
                               .rows = 2,
                               .inputs = 256,
                               .outputs = 40,
                               .x_stride = 256};
                 },
             .tolerance = Tolerance::of_largest(2e-6),
             .bf16 = Tolerance::of_largest(2e-6),
             .parts = 2,
             .part = row_alone});
  cases.add({.name = "stride below offset and inputs",
             .build =
                 [](Buffers& b) {
                   return Args{.x = b.input("x", 16),
                               .w = b.input("w", 16),
                               .y = b.output("y", 1),
                               .rows = 1,
                               .inputs = 16,
                               .outputs = 1,
                               .x_stride = 16,
                               .x_offset = 1};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::matmul
