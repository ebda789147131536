#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda-sidecar/src/cuda/device_memory.hpp"
#include "cuda-sidecar/src/load/weights.hpp"

namespace voxfuse {

/// Weights on the GPU.
class WeightStore {
 public:
  /// Copies the weights over and points their `data` at the copies. Goes through two pinned pieces,
  /// so that one is filled from the file while the other is on its way.
  ///
  /// Errors   kNoMemory, kDeviceFailed; the weights are as they were.
  Status upload(cudaStream_t stream, std::span<Weight> weights);
  std::uint64_t bytes() const { return bytes_; }

 private:
  Status copy(cudaStream_t stream, const std::byte* from, std::byte* to, std::uint64_t bytes);

  static constexpr std::uint64_t kPieceBytes = std::uint64_t{32} << 20;

  struct Piece {
    PinnedBuffer memory;
    cudaEvent_t sent = nullptr;

    Piece() = default;
    ~Piece() {
      if (sent != nullptr) cudaEventDestroy(sent);
    }
  };
  Piece pieces_[2];
  std::uint32_t next_ = 0;
  std::vector<DeviceBuffer> blocks_;
  std::uint64_t bytes_ = 0;
};

}  // namespace voxfuse
