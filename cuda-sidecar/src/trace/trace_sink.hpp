#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cuda-sidecar/src/plan/program.hpp"

namespace voxfuse {

/// Nanoseconds of CLOCK_MONOTONIC, which the host's clock is too.
using TraceTime = std::uint64_t;

inline TraceTime trace_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<TraceTime>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

/// A repeat that a backend has begun.
struct BegunRepeat {
  const Program* program = nullptr;
  LaneClass lane_class = LaneClass::kDecode;
  /// Kernels of each op, then of what ends the repeat. Good during the call.
  std::span<const std::uint32_t> launches;
  bool as_graph = false;
  TraceTime from = 0;
  TraceTime to = 0;
};

/// Told what a backend launches.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  /// In the order in which repeats were begun. Not for one that failed to begin.
  virtual void begun(const BegunRepeat& repeat) = 0;
};

/// A kernel that ran on the device.
struct KernelSpan {
  TraceTime from = 0;
  TraceTime to = 0;
  std::uint32_t name = 0;              ///< Index of DeviceKernels::names.
  std::uint32_t correlation = 0;       ///< Of the call that launched it; grows with every call.
  std::uint32_t lane_class = kAbsent;  ///< Whose stream it ran on; kAbsent where that is not told.
};

/// What the driver noted during a trace.
struct DeviceKernels {
  std::vector<std::string> names;  ///< As compiled.
  std::vector<KernelSpan> spans;   ///< In the order in which they were launched.
};

}  // namespace voxfuse
