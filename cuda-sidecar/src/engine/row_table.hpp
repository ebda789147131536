#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cuda-sidecar/src/engine/memory.hpp"
#include "kernels/support/status.hpp"

namespace voxfuse {

/// What the engine keeps of a row beside its memory.
struct RowSlot {
  std::uint32_t generation = 0;       ///< 0 while the row is free.
  std::uint32_t last_generation = 0;  ///< Of the last admit; never comes again at once.
  std::uint32_t queued_runs = 0;      ///< Runs that name the row and have not ended.
  bool cancelled = false;
  bool releasing = false;  ///< A release waits for the queued runs.
  std::vector<std::uint32_t> pages;
};

/// Takes requests into rows and gives rows back. Every id and count of a record is checked here,
/// before the first byte of a row changes, so that kernels only ever meet indices in range.
class RowTable {
 public:
  RowTable(const EngineLayout& layout, Memory& memory);

  /// `payload` is what follows the record: prompt entries, text ids, page ids.
  ///
  /// Errors   kBadRecord, kBadRow, kBadGeneration, kBadLimit, kBadSampling, kBadIndex, kBadPage;
  ///          the row is then as it was.
  Status admit(const AdmitRecord& record, std::span<const std::uint32_t> payload);
  /// `payload`: page ids, text ids, codes. Errors as admit().
  Status extend(const ExtendRecord& record, std::span<const std::uint32_t> payload);
  /// The row is done at once; runs see it at their next frame boundary.
  Status cancel(const RowRecord& record);

  /// Whether the row is admitted under this generation.
  Status check(std::uint32_t row, std::uint32_t generation) const;
  /// Frees the row and its pages.
  ///
  /// Limits   No queued run names it.
  void release(std::uint32_t row);

  RowSlot& slot(std::uint32_t row) { return slots_[row]; }
  const RowSlot& slot(std::uint32_t row) const { return slots_[row]; }
  LaneResult result(std::uint32_t row) const;
  std::uint32_t used() const { return used_; }

 private:
  Status check_admit(const AdmitRecord& record, std::span<const std::uint32_t> payload) const;
  Status check_extend(const ExtendRecord& record, std::span<const std::uint32_t> payload) const;
  Status check_pages(std::span<const std::uint32_t> pages) const;
  void fill_state(const AdmitRecord& record);
  void fill_voice(const AdmitRecord& record, std::span<const std::uint32_t> words);
  void add_pages(std::uint32_t row, std::span<const std::uint32_t> pages);
  void mark_seen(const ExtendRecord& record, std::span<const std::uint32_t> given);

  Memory& memory_;
  std::vector<RowSlot> slots_;
  std::vector<bool> page_taken_;
  std::uint32_t used_ = 0;
};

}  // namespace voxfuse
