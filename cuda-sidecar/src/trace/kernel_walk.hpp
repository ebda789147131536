#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda-sidecar/src/trace/kernel_names.hpp"
#include "cuda-sidecar/src/trace/trace_sink.hpp"

namespace voxfuse {

/// What a repeat was expected to launch.
struct ExpectedRepeat {
  const Program* program = nullptr;
  std::span<const std::uint32_t> launches;  ///< As BegunRepeat::launches.
};

/// Whose work a kernel was.
struct KernelOwner {
  std::uint32_t repeat = kAbsent;  ///< kAbsent: of none.
  std::uint32_t op = kAbsent;      ///< kAbsent: of what ends the repeat.
};

/// Gives every kernel to an op, walking both lists side by side: repeats in the order in which they
/// were begun, kernels in that in which they were launched.
///
/// A call of a library is expected as one kernel and may be two; the kernel that ends a repeat
/// brings the lists together again. `astray` counts repeats whose kernels did not come out even.
std::vector<KernelOwner> match_kernels(std::span<const ExpectedRepeat> repeats,
                                       std::span<const KernelSpan> kernels,
                                       std::span<const KernelName> names, std::uint32_t& astray);

}  // namespace voxfuse
