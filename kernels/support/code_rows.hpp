#pragma once

// A frame's codes as rows of their embedding tables: codec_table's for group 0, group_tables' for
// the others. For ops whose Args have these and codec_rows, group_rows, groups and width.

#include <cstddef>
#include <cstdint>

namespace voxfuse {

/// Whether every code of a frame is a row of its table.
template <class Args>
bool codes_fit(const Args& a, const std::uint32_t* codes) {
  bool fit = codes[0] < a.codec_rows;
  for (std::size_t g = 1; g < a.groups; ++g) fit = fit && codes[g] < a.group_rows;
  return fit;
}

/// The sum of a frame's embeddings at element i, f32 in every twin: contracts fix its order.
template <class Args>
float sum_of_codes(const Args& a, const std::uint32_t* codes, std::size_t i) {
  float sum = a.codec_table.at(std::size_t{codes[0]} * a.width + i);
  for (std::size_t g = 1; g < a.groups; ++g) {
    sum += a.group_tables.at(((g - 1) * a.group_rows + codes[g]) * a.width + i);
  }
  return sum;
}

}  // namespace voxfuse
