#include "kernels/add_rms_norm/add_rms_norm.hpp"

#include "kernels/residual_add/residual_add.hpp"
#include "kernels/rms_norm/rms_norm.hpp"
#include "kernels/support/isa.hpp"

namespace voxfuse::add_rms_norm {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.d.dtype == a.y.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(run(residual_add::Args{.d = a.d, .x = a.x, .rows = a.rows, .width = a.width}));
  return run(rms_norm::Args{
      .x = a.x, .gain = a.gain, .y = a.y, .rows = a.rows, .width = a.width, .eps = a.eps});
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::add_rms_norm
