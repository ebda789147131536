#pragma once

#include <cstddef>
#include <span>

#include "cuda-sidecar/src/load/weights.hpp"
#include "cuda-sidecar/src/plan/program.hpp"
#include "kernels/support/status.hpp"

namespace voxfuse {

/// What a program is checked against.
struct PlanContext {
  const EngineLayout& layout;
  const WeightTable& weights;
};

inline constexpr std::uint32_t kProgramBytesMax = 8u << 20;
inline constexpr std::uint32_t kArenaUnitsMax = 1u << 24;  ///< 4 GiB.

/// Turns bytes into a program of which every bound was checked, so that binding and running it
/// cannot leave a region. The kernels' own `check()` comes after binding.
///
/// Limits   `bytes` are the caller's own copy: nothing is read twice from shared memory.
/// Errors   kBadHeader, kBadProgram, kBadOp, kBadHandle, kBadExtent, kBadAlias, kBadDtype,
///          kBadShape, kWeightMissing. `op_index` is then the op at fault, or kAbsent.
Status read_program(std::span<const std::byte> bytes, const PlanContext& context, Program& out,
                    std::uint32_t& op_index);

}  // namespace voxfuse
