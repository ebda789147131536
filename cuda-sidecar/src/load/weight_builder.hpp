#pragma once

#include <span>

#include "cuda-sidecar/src/load/weights.hpp"

namespace voxfuse {

/// Makes one weight of its tensors, as `entry.kind` says.
///
/// Errors   kBadWeight when the tensors' shapes or dtypes do not fit kind, rows and cols;
///          kBadControl when the kind is unknown; kNoMemory. `out` is undefined then.
Status build_weight(const WeightEntry& entry, std::span<const StoredTensor* const> parts,
                    BuiltWeight& out);

}  // namespace voxfuse
