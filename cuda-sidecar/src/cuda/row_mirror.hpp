#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cuda-sidecar/src/cuda/device_memory.hpp"
#include "cuda-sidecar/src/cuda/row_kernels.hpp"
#include "cuda-sidecar/src/engine/binding.hpp"
#include "cuda-sidecar/src/engine/memory.hpp"
#include "cuda-sidecar/src/plan/program.hpp"

namespace voxfuse {

/// Carries what the host side writes of rows to the GPU: small pieces go through pinned memory,
/// all pieces of a submission with one kernel.
class RowUploader {
 public:
  Status create();
  /// Enqueues on `stream`; the pieces are copied before it returns.
  ///
  /// Errors   kDeviceFailed.
  Status upload(cudaStream_t stream, const Memory& memory, std::byte* device_rows,
                std::span<const RowChange> changes);
  Status upload_words(cudaStream_t stream, std::byte* to, std::span<const std::uint32_t> words);

 private:
  Status reserve(cudaStream_t stream, std::uint64_t bytes);
  void add(std::byte* to, const std::byte* from, std::uint64_t bytes);
  Status flush(cudaStream_t stream);

  PinnedBuffer staging_;
  std::uint64_t used_ = 0;
  std::vector<RowPatch> patches_;
};

/// Brings what a repeat left for the host into Memory.
///
/// Of a row's state the GPU owns position, frame, counts and the end; everything else is the host
/// side's and stays. Repeats of one class are taken in the order in which they ran.
class RowCollector {
 public:
  /// Takes slots for `depth` repeats of up to kLanesMax lanes.
  Status create(const EngineLayout& layout, LaneClass lane_class, std::uint32_t depth);

  /// Enqueues the end of a repeat of `program`: part of its graph, or behind its ops.
  Status enqueue(CudaContext& on, const Program& program, const Addresses& addresses) const;
  /// Repeats that have ended since create().
  std::uint32_t ended() const;
  /// Takes in repeat number `repeat`; answers the first error that a kernel of it met.
  Status take(std::uint32_t repeat, const Program& program, const LaneRows& lane_rows,
              Memory& memory) const;

 private:
  CollectLayout layout_of(const Program& program) const;
  void take_lane(const std::byte* lane, const Program& program, std::uint32_t row,
                 Memory& memory) const;

  EngineLayout layout_ = {};
  LaneClass lane_class_ = LaneClass::kDecode;
  std::uint32_t depth_ = 1;
  std::uint64_t slot_bytes_ = 0;
  PinnedBuffer slots_;  ///< The count of ended repeats, then the slots.
  DeviceBuffer counters_;
};

}  // namespace voxfuse
