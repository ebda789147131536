#include "kernels/silu_mul/silu_mul.hpp"

#include <cstddef>
#include <vector>

#include "kernels/mul/mul.hpp"
#include "kernels/silu/silu.hpp"
#include "kernels/support/isa.hpp"

namespace voxfuse::silu_mul {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.gate.dtype == a.y.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.up.dtype == a.y.dtype, kBadDtype);
  return {};
}

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  std::vector<std::byte> gated(std::size_t{a.rows} * a.width * dtype_bytes(a.y.dtype));
  const Tensor y{gated.data(), a.y.dtype};
  VOXFUSE_TRY(run(silu::Args{.x = a.gate, .y = y, .rows = a.rows, .width = a.width}));
  return run(mul::Args{.a = y, .b = a.up, .y = a.y, .rows = a.rows, .width = a.width});
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::silu_mul
