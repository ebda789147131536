#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

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

/// Everything that runs read and write, weights apart: rows, caches, the arena that all programs
/// share, and the lane table of the run under way.
class Memory {
 public:
  /// Takes rows and caches; idle lanes point at the scratch row, its page table at the scratch
  /// page.
  ///
  /// Limits   `layout` passed check_layout().
  /// Errors   kNoMemory.
  Status allocate(const EngineLayout& layout);
  /// Makes the arena at least so large. `grown` is set when it moved: programs must be bound anew.
  Status grow_arena(std::uint32_t units, bool& grown);

  const EngineLayout& layout() const { return layout_; }
  std::byte* rows() const { return rows_.data(); }
  std::byte* kv() const { return kv_.data(); }
  std::byte* arena() const { return arena_.data(); }
  std::uint64_t arena_bytes() const { return arena_.bytes(); }
  std::uint64_t state_bytes() const { return rows_.bytes() + kv_.bytes(); }

  /// Rows of the lanes; kernels hold this address.
  std::array<std::uint32_t, kLanesMax>& lane_rows() { return lane_rows_; }
  const std::array<std::uint32_t, kLanesMax>& lane_rows() const { return lane_rows_; }

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

 private:
  EngineLayout layout_ = {};
  Pages rows_;
  Pages kv_;
  Pages arena_;
  std::array<std::uint32_t, kLanesMax> lane_rows_ = {};
};

}  // namespace voxfuse
