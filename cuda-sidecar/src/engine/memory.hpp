#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "cuda-sidecar/src/plan/layout.hpp"
#include "kernels/support/status.hpp"

namespace voxfuse {

/// Zeroed pages that are taken only when touched, between two that no one may touch, so that a
/// kernel that runs past the end stops there.
class Pages {
 public:
  Pages() = default;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  Pages(Pages&& other) noexcept { swap(other); }
  Pages& operator=(Pages&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Pages();

  /// Errors   kNoMemory; the pages held so far stay.
  Status allocate(std::uint64_t bytes);
  /// A multiple of 256; the last byte lies before the page behind.
  std::byte* data() const { return data_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void swap(Pages& other) noexcept;

  std::byte* mapping_ = nullptr;
  std::size_t mapping_bytes_ = 0;
  std::byte* data_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// Those that runs belong to come first: decode and vocode.
inline constexpr std::size_t kRunClasses = 2;
inline constexpr std::size_t kLaneClasses = 3;

/// Rows of a run's lanes; idle lanes have the scratch row.
using LaneRows = std::array<std::uint32_t, kLanesMax>;

/// Bytes of a row that the host side wrote: what a backend with memory of its own has to copy.
struct RowChange {
  std::uint32_t row = 0;
  std::uint64_t at = 0;  ///< Byte in the row.
  std::uint64_t bytes = 0;
  bool zeros = false;  ///< All of them are zero.
};

/// Everything that runs read and write, weights apart: rows, caches, and for each class of runs a
/// lane table and the arena that its programs share.
///
/// A backend of the host works on this memory. For one with memory of its own it is what the host
/// side knows: of rows the fields that the engine and its listeners read, kept by the backend.
class Memory {
 public:
  /// Takes rows and caches; idle lanes point at the scratch row, its page table at the scratch
  /// page.
  ///
  /// Limits   `layout` passed check_layout().
  /// Errors   kNoMemory.
  Status allocate(const EngineLayout& layout);
  /// Makes the class's arena at least so large. `grown` is set when it moved: programs must be
  /// bound anew.
  Status grow_arena(LaneClass lane_class, std::uint32_t units, bool& grown);
  /// Gives the class's arena back.
  void drop_arena(LaneClass lane_class) { arenas_[index(lane_class)] = {}; }

  const EngineLayout& layout() const { return layout_; }
  std::byte* rows() const { return rows_.data(); }
  std::byte* kv() const { return kv_.data(); }
  std::byte* arena(LaneClass lane_class) const { return arenas_[index(lane_class)].data(); }
  std::uint64_t arena_bytes(LaneClass lane_class) const {
    return arenas_[index(lane_class)].bytes();
  }
  std::uint64_t state_bytes() const { return rows_.bytes() + kv_.bytes(); }

  /// Kernels hold this address.
  LaneRows& lane_rows(LaneClass lane_class) { return lane_rows_[index(lane_class)]; }
  const LaneRows& lane_rows(LaneClass lane_class) const { return lane_rows_[index(lane_class)]; }

  std::byte* row(std::uint32_t index) const { return rows_.data() + row_bytes(layout_) * index; }
  RowState& state(std::uint32_t index) const {
    // A row is bytes to the executor; RowState is what its first 256 of them are.
    return *reinterpret_cast<RowState*>(row(index));
  }
  /// `count` words at a place of a row, given in units as EngineLayout has it.
  std::span<std::uint32_t> words(std::uint32_t index, std::uint32_t at_units,
                                 std::size_t count) const {
    // Fields are aligned to 256 bytes and hold words.
    return {reinterpret_cast<std::uint32_t*>(row(index) + std::size_t{at_units} * kAlignment),
            count};
  }

  /// Notes that the host side wrote to a row.
  void changed(RowChange change) {
    if (change.bytes != 0) changes_.push_back(change);
  }
  /// What was noted since the last call, in order.
  std::vector<RowChange> take_changes() { return std::exchange(changes_, {}); }

 private:
  static constexpr std::size_t index(LaneClass lane_class) {
    return static_cast<std::size_t>(lane_class);
  }

  EngineLayout layout_ = {};
  Pages rows_;
  Pages kv_;
  std::array<Pages, kLaneClasses> arenas_;
  std::array<LaneRows, kLaneClasses> lane_rows_ = {};
  std::vector<RowChange> changes_;
};

}  // namespace voxfuse
