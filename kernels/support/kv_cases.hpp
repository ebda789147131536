#pragma once

// Lanes, positions and caches as the ops of a layer meet them, for their `<op>.cases.cpp`.

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse {

/// One way of using a cache.
struct KvShape {
  const char* name;
  std::vector<std::uint32_t> lane_rows;
  std::vector<std::uint32_t> positions;  ///< Of each row.
  std::vector<std::uint32_t> valid;      ///< Of each lane.
  std::uint32_t tokens;
  std::uint32_t heads;
  std::uint32_t kv_heads;
  std::uint32_t head_dim;
  std::uint32_t page_positions;
  bool paged;
  std::uint32_t position_source;
  std::uint32_t rate;
  std::uint32_t window;

  std::uint32_t lanes() const { return static_cast<std::uint32_t>(lane_rows.size()); }
  /// Of the predictor's first pass, which has two tokens, or of its last.
  std::uint32_t position_offset() const {
    if (position_source != 0) return 0;
    return tokens == 1 ? page_positions - 1 : 3;
  }
  std::uint32_t row_count() const { return static_cast<std::uint32_t>(positions.size()); }
  std::uint32_t pages_max() const { return paged ? 4 : 0; }
  std::uint32_t pages() const { return paged ? 4 * row_count() : row_count(); }
  std::uint32_t context_max() const { return paged ? 4 * page_positions : page_positions; }
  std::size_t tokens_of_all() const { return std::size_t{lanes()} * tokens; }
  std::size_t cache_elements() const {
    return std::size_t{pages()} * kv_heads * page_positions * head_dim;
  }
};

/// The row words are RowState's; only positions matter here.
inline std::vector<RowState> rows_of(const KvShape& shape) {
  std::vector<RowState> rows;
  for (const std::uint32_t position : shape.positions) {
    RowState row{};
    row.position = position;
    row.vocoded = position;
    rows.push_back(row);
  }
  return rows;
}

/// Fills the fields of Args that say where lanes stand.
template <class Args>
void place_lanes(Args& a, Buffers& b, const KvShape& shape) {
  b.lanes(shape.lane_rows, shape.row_count());
  a.row = b.row_state_in("row", rows_of(shape));
  a.lanes = shape.lanes();
  a.tokens = shape.tokens;
  a.position_source = shape.position_source;
  a.position_offset = shape.position_offset();
}

/// And those that say where their caches lie. Pages are dealt out backwards and apart.
template <class Args>
void place_cache(Args& a, Buffers& b, const KvShape& shape) {
  place_lanes(a, b, shape);
  const std::uint32_t pages = shape.pages();
  const std::uint32_t rows = shape.row_count();
  if (shape.paged) {
    a.page_table = b.row_u32_in(
        "page_table", shape.pages_max(),
        [=](std::uint32_t row, std::uint32_t i) { return pages - 1 - (i * rows + row); });
  }
  a.valid = b.input_u32("valid", shape.valid);
  a.lane_rows = b.input_u32("lane_rows", shape.lane_rows);
  a.kv_heads = shape.kv_heads;
  a.head_dim = shape.head_dim;
  a.pages = pages;
  a.page_positions = shape.page_positions;
  a.pages_max = shape.pages_max();
  a.rate = shape.rate;
}

/// The lane-th of the lane operands that every op has.
template <class Args>
void keep_lane(Args& a, std::uint32_t lane) {
  a.lanes = 1;
  a.row = from_lane(a.row, lane);
}
template <class Args>
void keep_cache_lane(Args& a, std::uint32_t lane) {
  keep_lane(a, lane);
  if (a.page_table) a.page_table = from_lane(a.page_table, lane);
  a.valid += lane;
  a.lane_rows += lane;
}

/// The talker decodes (one lane idle, then far on) and takes in a prompt, over page boundaries; the
/// predictor in its first pass and, with a lane idle, in its last, the same with small heads; the
/// vocoder where its ring wraps; a head that is no multiple of a vector.
inline std::vector<KvShape> kv_shapes() {
  std::vector<std::uint32_t> all(32);
  std::vector<std::uint32_t> far(33);
  for (std::uint32_t i = 0; i < 33; ++i) {
    if (i < 32) all[i] = 31 - i;
    far[i] = 5 * i;
  }
  const std::vector<std::uint32_t> ones(32, 1);
  return {
      {"talker", {2, 0, 1}, {63, 64, 200, 7}, {1, 1, 0}, 1, 6, 2, 64, 64, true, 1, 1, 0},
      {"talker_wide", {0}, {255, 9}, {1}, 1, 16, 8, 128, 64, true, 1, 1, 0},
      {"talker_batch", all, far, ones, 1, 4, 2, 64, 64, true, 1, 1, 0},
      {"talker_far", {1, 0}, {1500, 700}, {1, 1}, 1, 4, 2, 128, 512, true, 1, 1, 0},
      {"prompt", {1}, {0, 60}, {13}, 16, 6, 2, 64, 64, true, 1, 1, 0},
      {"predictor", {1, 3, 0}, {9, 9, 9, 9}, {1, 1, 1}, 2, 4, 2, 64, 16, false, 0, 0, 0},
      {"predictor_last", {1, 0, 2}, {9, 9, 9}, {1, 0, 1}, 1, 16, 8, 128, 16, false, 0, 1, 0},
      {"predictor_small", {1, 3, 0}, {9, 9, 9, 9}, {1, 1, 1}, 2, 4, 2, 16, 16, false, 0, 0, 0},
      {"predictor_small_last", {1, 0, 2}, {9, 9, 9}, {1, 0, 1}, 1, 4, 2, 16, 16, false, 0, 1, 0},
      {"vocoder", {2, 0}, {0, 30, 57}, {2, 3}, 6, 3, 3, 64, 30, false, 2, 2, 24},
      {"odd_head", {0, 1}, {5, 17}, {1, 1}, 1, 4, 1, 18, 8, true, 1, 1, 11},
  };
}

}  // namespace voxfuse
