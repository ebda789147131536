#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>
#include <memory>

#include "cuda-sidecar/src/engine/memory.hpp"
#include "cuda-sidecar/src/trace/trace_sink.hpp"

namespace voxfuse {

/// Every kernel of the process with its times, noted by the driver through CUPTI, which is found
/// when the program runs: nothing of it is there until a trace begins.
class CuptiTrace {
 public:
  using Streams = std::array<cudaStream_t, kLaneClasses>;

  /// Of the streams of the two classes. nullptr where there is no CUPTI, in the build or on the
  /// machine, or it refuses, or another session traces: there is one trace in a process.
  static std::unique_ptr<CuptiTrace> begin(const Streams& streams);
  ~CuptiTrace();
  CuptiTrace(const CuptiTrace&) = delete;
  CuptiTrace& operator=(const CuptiTrace&) = delete;

  /// Waits for the device and answers what was noted; nothing the second time.
  DeviceKernels end();

 private:
  CuptiTrace() = default;

  std::array<std::uint32_t, kLaneClasses> stream_ids_ = {};
  bool ended_ = false;
  std::uint64_t to_monotonic_ = 0;  ///< Added to CUPTI's times; wraps where its clock is ahead.
};

}  // namespace voxfuse
