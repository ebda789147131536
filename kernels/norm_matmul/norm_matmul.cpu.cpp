#include "kernels/norm_matmul/norm_matmul.hpp"

#include <cstddef>

#include "kernels/support/dot_tile.hpp"
#include "kernels/support/norm_row.hpp"

namespace voxfuse::norm_matmul::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const DotRows normed = rms_norm_rows(pool, a.x.f32(), a.gain, a.eps, a.rows, a.inputs);
  float* y = a.y.f32();
  const std::size_t outputs = a.outputs;
  dot_matrix(pool, normed, a.w, outputs,
             [=](std::size_t m, std::size_t n, float sum) { y[m * outputs + n] = sum; });
  return {};
}

}  // namespace voxfuse::norm_matmul::VOXFUSE_ISA
