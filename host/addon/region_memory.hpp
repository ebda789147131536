#pragma once

#include <cstddef>
#include <cstdint>

#include "shared/region.hpp"

namespace voxfuse::addon {

/// What the sizes of a region follow from; limits are those of region_memory.cpp.
struct RegionShape {
  std::uint32_t rows;           ///< The scratch row included.
  std::uint32_t groups;         ///< Codes of a frame.
  std::uint32_t frame_samples;  ///< PCM samples of a frame.
  std::uint32_t logits_max;     ///< 0 without host sampling.
};

inline constexpr std::uint32_t kRowsMax = 1024;
inline constexpr std::uint32_t kGroupsMax = 256;
inline constexpr std::uint32_t kFrameSamplesMax = 1u << 16;
inline constexpr std::uint32_t kLogitsMax = 1u << 20;
inline constexpr std::uint64_t kRegionBytesMax = std::uint64_t{1} << 31;

/// The header of a fresh region of `shape`, with its indices at zero and its magic still unset.
/// Limits  shape within the limits above.
RegionHeader region_header(const RegionShape& shape);

/// A sealed memfd and its mapping. Movable by nobody: its owner holds it in place.
class RegionMemory {
 public:
  RegionMemory() = default;
  RegionMemory(const RegionMemory&) = delete;
  RegionMemory& operator=(const RegionMemory&) = delete;
  ~RegionMemory() { close(); }

  /// Creates, maps and seals the memory and writes `header`, its magic last.
  /// Errors  the name of the call that failed, with errno set; nullptr on success. On a failure
  ///         nothing is left open.
  const char* create(const RegionHeader& header);

  /// Unmaps and closes. Whoever holds addresses into the memory must have let go of them.
  void close();
  void close_descriptor();

  bool is_open() const { return base_ != nullptr; }
  std::byte* base() const { return base_; }
  std::uint64_t bytes() const { return bytes_; }
  /// -1 once closed: the mapping needs it no more.
  int descriptor() const { return descriptor_; }

 private:
  const char* map_and_seal();

  std::byte* base_ = nullptr;
  std::uint64_t bytes_ = 0;
  int descriptor_ = -1;
};

}  // namespace voxfuse::addon
