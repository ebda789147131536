#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <map>

#include "cuda-sidecar/src/plan/program.hpp"
#include "kernels/support/cuda/context.hpp"

namespace voxfuse {

/// A program captured as one graph.
struct CapturedProgram {
  cudaGraphExec_t graph = nullptr;
  std::uint32_t launches = 0;  ///< Kernels in it.
};

/// Programs as CUDA graphs, captured when they first run.
class GraphCache {
 public:
  GraphCache() = default;
  ~GraphCache();
  GraphCache(const GraphCache&) = delete;
  GraphCache& operator=(const GraphCache&) = delete;

  /// The program's graph; made of what `enqueue` puts on the context's stream when there is none.
  ///
  /// Errors   enqueue's; kDeviceFailed.
  Status get(const Program& program, CudaContext& on, const std::function<Status()>& enqueue,
             CapturedProgram& out);
  /// Its addresses are no longer right.
  void forget(const Program& program);
  /// The same for all. None is under way.
  void forget_all();

 private:
  std::map<const Program*, CapturedProgram> programs_;
};

}  // namespace voxfuse
