#include "kernels/norm_swiglu_matmul/norm_swiglu_matmul.hpp"

#include <cstddef>
#include <cstring>
#include <vector>

#include "kernels/norm_matmul/norm_matmul.hpp"
#include "kernels/silu_mul/silu_mul.hpp"
#include "kernels/support/isa.hpp"

namespace voxfuse::norm_swiglu_matmul {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.inputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.outputs >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.outputs <= UINT32_MAX / 2, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  const std::size_t count = std::size_t{a.rows} * a.outputs;
  const std::size_t bytes = dtype_bytes(a.x.dtype);
  std::vector<std::byte> pairs(2 * count * bytes);
  VOXFUSE_TRY(run(norm_matmul::Args{.x = a.x,
                                    .gain = a.gain,
                                    .w = a.w,
                                    .y = {pairs.data(), a.x.dtype},
                                    .rows = a.rows,
                                    .inputs = a.inputs,
                                    .outputs = 2 * a.outputs,
                                    .eps = a.eps}));
  std::vector<std::byte> gate(count * bytes);
  std::vector<std::byte> up(count * bytes);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(gate.data() + i * bytes, pairs.data() + 2 * i * bytes, bytes);
    std::memcpy(up.data() + i * bytes, pairs.data() + (2 * i + 1) * bytes, bytes);
  }
  return run(silu_mul::Args{.gate = {gate.data(), a.x.dtype},
                            .up = {up.data(), a.x.dtype},
                            .y = a.y,
                            .rows = a.rows,
                            .width = a.outputs});
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::norm_swiglu_matmul
