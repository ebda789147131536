#include "kernels/matmul_residual/matmul_residual.hpp"

#include <cstddef>
#include <vector>

#include "kernels/matmul/matmul.hpp"
#include "kernels/residual_add/residual_add.hpp"
#include "kernels/support/isa.hpp"

namespace voxfuse::matmul_residual {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.inputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.outputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(std::uint64_t{a.x_stride} >= std::uint64_t{a.x_offset} + a.inputs, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  std::vector<std::byte> product(std::size_t{a.rows} * a.outputs * dtype_bytes(a.y.dtype));
  const Tensor d{product.data(), a.y.dtype};
  VOXFUSE_TRY(run(matmul::Args{.x = a.x,
                               .w = a.w,
                               .bias = a.bias,
                               .y = d,
                               .rows = a.rows,
                               .inputs = a.inputs,
                               .outputs = a.outputs,
                               .x_stride = a.x_stride,
                               .x_offset = a.x_offset}));
  return run(residual_add::Args{.d = d, .x = a.y, .rows = a.rows, .width = a.outputs});
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::matmul_residual
