#include "kernels/matmul/matmul.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"

namespace voxfuse::matmul {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.inputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.outputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(std::uint64_t{a.x_stride} >= std::uint64_t{a.x_offset} + a.inputs, kBadShape);
  VOXFUSE_REQUIRE(a.y.dtype == a.x.dtype || a.y.dtype == Dtype::kF32, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t m = 0; m < a.rows; ++m) {
    for (std::size_t n = 0; n < a.outputs; ++n) {
      double sum = 0;
      for (std::size_t k = 0; k < a.inputs; ++k) {
        sum += double{a.x.at(m * a.x_stride + a.x_offset + k)} * a.w.at(n, a.inputs, k);
      }
      if (a.bias) sum += a.bias.at(n);
      a.y.set(m * a.outputs + n, sum);
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::matmul
