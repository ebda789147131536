#pragma once

#include <array>
#include <cstdint>

#include "kernels/support/status.hpp"

namespace voxfuse {

/// A field group of a row: where it begins and how many bytes it holds.
struct RowField {
  const char* operand;   ///< Name of the operand that may lie here.
  std::uint64_t at = 0;  ///< Byte in the row.
  std::uint64_t bytes = 0;
};

inline constexpr std::uint32_t kRowFieldCount = 11;

/// Every field group behind RowState that has a place of its own; the vocoder's state is apart.
///
/// Limits   `layout` has passed check_layout().
std::array<RowField, kRowFieldCount> row_fields(const EngineLayout& layout);

/// Whether rows and caches can be allocated and no field leaves its row or overlaps another.
///
/// Errors   kBadControl.
Status check_layout(const EngineLayout& layout);

constexpr std::uint64_t row_bytes(const EngineLayout& layout) {
  return std::uint64_t{layout.row_units} * kAlignment;
}
constexpr std::uint64_t rows_bytes(const EngineLayout& layout) {
  return row_bytes(layout) * layout.rows;
}
constexpr std::uint64_t kv_bytes(const EngineLayout& layout) {
  return std::uint64_t{layout.kv_units} * kAlignment;
}
constexpr std::uint32_t scratch_row(const EngineLayout& layout) { return layout.rows - 1; }
constexpr std::uint32_t scratch_page(const EngineLayout& layout) { return layout.pages - 1; }

}  // namespace voxfuse
