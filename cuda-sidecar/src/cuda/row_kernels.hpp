#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/context.hpp"

namespace voxfuse {

/// Some words of the GPU's memory that the host wrote.
struct RowPatch {
  std::uint64_t to = 0;    ///< Address on the device.
  std::uint32_t from = 0;  ///< Byte in the staging memory.
  std::uint32_t words = 0;
};

/// Copies every patch, a block each.
///
/// Stream   Ordered as any kernel; `patches` and `staging` are pinned and stay until it has run.
Status apply_patches(cudaStream_t stream, const RowPatch* patches, std::uint32_t count,
                     const std::byte* staging);

/// What a repeat leaves for the host, in pinned memory: a header, then for each lane its RowState,
/// its latest codes, and its PCM or its logits.
struct CollectLayout {
  std::uint32_t codes_bytes = 0;    ///< Of one frame.
  std::uint32_t payload_bytes = 0;  ///< PCM of the program's frames, or logits.
  std::uint64_t payload_at = 0;     ///< Byte of the row where that lies.

  static constexpr std::uint64_t kAligned = 256;
  static constexpr std::uint64_t aligned(std::uint64_t bytes) {
    return (bytes + kAligned - 1) / kAligned * kAligned;
  }
  constexpr std::uint64_t lane_bytes() const {
    return kAligned + aligned(codes_bytes) + aligned(payload_bytes);
  }
};

/// First words of a slot.
struct CollectHeader {
  std::uint32_t fault;  ///< First error that a kernel of the repeat met, or 0.
};

struct CollectArgs {
  const std::byte* rows = nullptr;
  std::uint64_t row_bytes = 0;
  const std::uint32_t* lane_rows = nullptr;
  std::uint64_t codes_at = 0;  ///< Byte of the row where codes lie.
  std::uint32_t frames_max = 0;
  CollectLayout layout;
  std::byte* slots = nullptr;  ///< Pinned: `depth` slots.
  std::uint64_t slot_bytes = 0;
  std::uint32_t depth = 1;
  std::uint32_t* counters = nullptr;  ///< Device: repeats so far, blocks of this one that are done.
  std::uint32_t* ended = nullptr;     ///< Pinned: repeats whose slot is whole.
  std::uint32_t* fault = nullptr;     ///< Device: taken and cleared.
};

/// Enqueues the kernel that ends a repeat over `lanes` lanes.
Status collect(CudaContext& on, const CollectArgs& args, std::uint32_t lanes);

}  // namespace voxfuse
