#pragma once

#include "cuda-sidecar/src/plan/plan_reader.hpp"

namespace voxfuse {

/// Checks the operands of one op: every handle names a buffer of the right region, dtype and size,
/// and no write overlaps what it may not.
///
/// Limits   The op's code and word count were checked, and so was the buffer table.
/// Errors   kBadHandle, kBadDtype, kBadExtent, kBadAlias, kBadShape.
Status check_op(const Program& program, const OpAt& op, const PlanContext& context);

}  // namespace voxfuse
