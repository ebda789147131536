#include "kernels/matmul/matmul.hpp"

#include <cstddef>

#include "kernels/support/dot_tile.hpp"

namespace voxfuse::matmul::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const DotRows x{.x = a.x.f32() + a.x_offset,
                  .rows = a.rows,
                  .stride = static_cast<std::ptrdiff_t>(a.x_stride),
                  .inputs = a.inputs};
  float* y = a.y.f32();
  const std::size_t outputs = a.outputs;
  if (!a.bias) {
    dot_matrix(pool, x, a.w, outputs,
               [=](std::size_t m, std::size_t n, float sum) { y[m * outputs + n] = sum; });
    return {};
  }
  with_elements(a.bias, [&](const auto* bias) {
    dot_matrix(pool, x, a.w, outputs, [=](std::size_t m, std::size_t n, float sum) {
      y[m * outputs + n] = sum + element(bias, n);
    });
  });
  return {};
}

}  // namespace voxfuse::matmul::VOXFUSE_ISA
