#include "kernels/norm_matmul/norm_matmul.hpp"

#include <cstddef>
#include <vector>

#include "kernels/matmul/matmul.hpp"
#include "kernels/rms_norm/rms_norm.hpp"
#include "kernels/support/isa.hpp"

namespace voxfuse::norm_matmul {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.inputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.outputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  std::vector<std::byte> normed(std::size_t{a.rows} * a.inputs * dtype_bytes(a.x.dtype));
  const Tensor r{normed.data(), a.x.dtype};
  VOXFUSE_TRY(run(rms_norm::Args{
      .x = a.x, .gain = a.gain, .y = r, .rows = a.rows, .width = a.inputs, .eps = a.eps}));
  return run(matmul::Args{.x = r,
                          .w = a.w,
                          .y = a.y,
                          .rows = a.rows,
                          .inputs = a.inputs,
                          .outputs = a.outputs,
                          .x_stride = a.inputs});
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::norm_matmul
