#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/support/status.hpp"

namespace voxfuse {

class Cublas;

/// Returns a failed CUDA call to the caller as a Status; its words are CUDA's own.
#define VOXFUSE_CUDA_TRY(call)                                            \
  do {                                                                    \
    if (const cudaError_t error_ = (call); error_ != cudaSuccess) {       \
      return ::voxfuse::Status(error_ == cudaErrorMemoryAllocation        \
                                   ? ::voxfuse::ErrorCode::kNoMemory      \
                                   : ::voxfuse::ErrorCode::kDeviceFailed, \
                               cudaGetErrorString(error_));               \
    }                                                                     \
  } while (false)

/// What a CUDA twin works with: passed in, never global. A twin enqueues and never waits.
struct CudaContext {
  cudaStream_t stream = nullptr;
  /// Device word that is the first ErrorCode that a kernel met, 0 while there is none.
  std::uint32_t* fault = nullptr;
  /// cuBLAS, where plain products shall be its work: prefill and the levels below `full`. nullptr:
  /// own kernels, whose sums do not depend on the number of rows.
  Cublas* cublas = nullptr;
  /// Kernels may start while their predecessor ends (programmatic dependent launch).
  bool overlaps = true;
  std::uint32_t multiprocessors = 1;
  /// Kernels enqueued so far, those of cuBLAS counted as one a call.
  std::uint32_t launches = 0;
};

}  // namespace voxfuse
