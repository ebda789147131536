#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cuda-sidecar/src/engine/memory.hpp"
#include "cuda-sidecar/src/plan/phases.hpp"
#include "cuda-sidecar/src/trace/kernel_walk.hpp"
#include "cuda-sidecar/src/trace/trace_file.hpp"
#include "cuda-sidecar/src/trace/trace_sink.hpp"

namespace voxfuse {

/// A submission that was taken from the ring.
struct TakenSubmission {
  std::uint32_t token = 0;
  std::uint32_t records = 0;
  std::uint64_t bytes = 0;
  TraceTime from = 0;
  TraceTime to = 0;
};

/// What a trace came to.
struct TraceCounts {
  std::uint64_t events = 0;
  std::uint64_t device_kernels = 0;
};

/// The trace of a session: kept in memory, so that nothing waits for the file while it runs.
///
/// Limits   Programs that were begun outlive it.
class SessionTrace final : public TraceSink {
 public:
  /// Errors   kBadControl when the file cannot be written.
  Status open(const std::string& path) { return file_.open(path); }
  void taken(const TakenSubmission& submission) { taken_.push_back(submission); }
  void completed(const CompletionHeader& completion);
  void begun(const BegunRepeat& repeat) override;
  /// Writes it all, with what the driver noted meanwhile. Once.
  ///
  /// Errors   as open().
  Status write(const DeviceKernels& kernels, TraceCounts& counts);

 private:
  struct Completed {
    CompletionHeader header = {};
    TraceTime at = 0;
  };
  struct Begun {
    const Program* program = nullptr;
    LaneClass lane_class = LaneClass::kDecode;
    std::uint32_t number = 0;  ///< Among the repeats of its class.
    bool as_graph = false;
    TraceTime from = 0;
    TraceTime to = 0;
  };

  void write_ring();
  void write_launches();
  std::uint32_t write_kernels(const DeviceKernels& kernels);
  JsonFields describe(const KernelOwner& owner) const;

  TraceFile file_;
  std::vector<TakenSubmission> taken_;
  std::vector<Completed> completed_;
  std::vector<Begun> begun_;
  std::uint32_t numbers_[kLaneClasses] = {};
  /// Of every program that was begun: its kernels, and the phases of its ops.
  std::map<const Program*, std::vector<std::uint32_t>> launches_;
  std::map<const Program*, std::vector<Phase>> phases_;
};

}  // namespace voxfuse
