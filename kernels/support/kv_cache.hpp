#pragma once

// Where the keys and values of a lane lie, for every op that reads or writes a cache: the layout,
// stated once. `a` is the op's Args; the names of its fields are the protocol's.

#include <cstddef>
#include <cstdint>

#include "kernels/support/host_device.hpp"
#include "kernels/support/lanes.hpp"
#include "kernels/support/op.hpp"

namespace voxfuse {

constexpr std::uint32_t kHeadDimMax = 512;

/// Tokens of all lanes have positions from here on.
template <class Args>
[[gnu::always_inline]] inline Status check_positions(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.tokens >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.position_source <= static_cast<std::uint32_t>(PositionSource::kVocoder),
                  kBadShape);
  VOXFUSE_REQUIRE(a.position_source == static_cast<std::uint32_t>(PositionSource::kZero) || a.row,
                  kBadRow);
  return {};
}

[[gnu::always_inline]] inline Status check_head_dim(std::uint32_t head_dim) {
  VOXFUSE_REQUIRE(head_dim >= 2 && head_dim % 2 == 0 && head_dim <= kHeadDimMax, kBadShape);
  return {};
}

[[gnu::always_inline]] inline Status check_heads(std::uint32_t heads, std::uint32_t kv_heads) {
  VOXFUSE_REQUIRE(kv_heads >= 1, kBadShape);
  VOXFUSE_REQUIRE(heads >= 1 && heads % kv_heads == 0, kBadShape);
  return {};
}

/// The sizes that every op with a cache has.
template <class Args>
[[gnu::always_inline]] inline Status check_cache(const Args& a) {
  VOXFUSE_TRY(check_positions(a));
  VOXFUSE_TRY(check_head_dim(a.head_dim));
  VOXFUSE_REQUIRE(a.kv_heads >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.pages >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.page_positions >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.page_table ? a.pages_max >= 1 : a.lane_rows != nullptr, kBadRow);
  VOXFUSE_REQUIRE(a.page_table || a.tokens <= a.page_positions, kBadShape);
  VOXFUSE_REQUIRE(a.rate == 0 || a.valid != nullptr, kBadRow);
  return {};
}

template <class Args>
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::uint32_t first_position(const Args& a,
                                                                               std::uint32_t lane) {
  return lane_position(a.row, lane, a.position_source, a.position_offset);
}

template <class Args>
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::uint32_t valid_tokens(const Args& a,
                                                                             std::uint32_t lane) {
  return lane_tokens(a.valid, lane, a.rate, a.tokens);
}

/// First position that a query at `position` sees.
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::uint32_t first_key(std::uint32_t position,
                                                                          std::uint32_t window) {
  return window != 0 && position >= window ? position + 1 - window : 0;
}

/// Page of a position; a.pages or more when there is none.
template <class Args>
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::uint32_t page_of(const Args& a,
                                                                        std::uint32_t lane,
                                                                        std::uint32_t position) {
  if (!a.page_table) return a.lane_rows[lane];
  const std::uint32_t entry = position / a.page_positions;
  return entry < a.pages_max ? a.page_table.at(lane)[entry] : a.pages;
}

/// Element at which the head_dim values of a position begin in its page.
template <class Args>
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::size_t page_offset(const Args& a,
                                                                          std::uint32_t page,
                                                                          std::uint32_t kv_head,
                                                                          std::uint32_t position) {
  const std::size_t slots = std::size_t{page} * a.kv_heads + kv_head;
  return (slots * a.page_positions + position % a.page_positions) * a.head_dim;
}

/// The same, for a position of a lane.
template <class Args>
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::size_t cache_offset(const Args& a,
                                                                           std::uint32_t lane,
                                                                           std::uint32_t kv_head,
                                                                           std::uint32_t position) {
  return page_offset(a, page_of(a, lane, position), kv_head, position);
}

/// Whether every page of positions [first, end) of a lane is one of the cache.
template <class Args>
[[gnu::always_inline]] inline Status check_pages(const Args& a, std::uint32_t lane,
                                                 std::uint64_t first, std::uint64_t end) {
  VOXFUSE_REQUIRE(end <= UINT32_MAX, kBadPage);
  for (std::uint64_t p = first; p < end; p += a.page_positions - p % a.page_positions) {
    VOXFUSE_REQUIRE(page_of(a, lane, static_cast<std::uint32_t>(p)) < a.pages, kBadPage);
  }
  return {};
}

/// The pages that the valid tokens of all lanes are appended to.
template <class Args>
[[gnu::always_inline]] inline Status check_written_pages(const Args& a) {
  for (std::uint32_t lane = 0; lane < a.lanes; ++lane) {
    const std::uint64_t first = first_position(a, lane);
    VOXFUSE_TRY(check_pages(a, lane, first, first + valid_tokens(a, lane)));
  }
  return {};
}

/// Without a page table what all queries of a lane see lies in one page.
template <class Args>
[[gnu::always_inline]] inline Status check_window(const Args& a) {
  VOXFUSE_REQUIRE(
      a.page_table || a.window == 0 || std::uint64_t{a.window} + a.tokens - 1 <= a.page_positions,
      kBadShape);
  return {};
}

/// The pages that the queries of all lanes read.
template <class Args>
[[gnu::always_inline]] inline Status check_read_pages(const Args& a) {
  VOXFUSE_TRY(check_window(a));
  for (std::uint32_t lane = 0; lane < a.lanes; ++lane) {
    const std::uint32_t first = first_position(a, lane);
    const std::uint32_t tokens = valid_tokens(a, lane);
    if (tokens == 0) continue;
    const std::uint64_t end = std::uint64_t{first} + tokens;
    VOXFUSE_REQUIRE(a.page_table || a.window != 0 || end <= a.page_positions, kBadPage);
    VOXFUSE_TRY(check_pages(a, lane, first_key(first, a.window), end));
  }
  return {};
}

/// Keys of the query that has most.
template <class Args>
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::uint32_t keys_max(const Args& a) {
  std::uint32_t most = 0;
  for (std::uint32_t lane = 0; lane < a.lanes; ++lane) {
    const std::uint32_t tokens = valid_tokens(a, lane);
    if (tokens == 0) continue;
    const std::uint32_t last = first_position(a, lane) + tokens - 1;
    const std::uint32_t keys = last + 1 - first_key(last, a.window);
    if (keys > most) most = keys;
  }
  return most;
}

/// Calls body(offset, ordinal, count) for each run of keys that lie one behind the other, oldest
/// first: `offset` is the element of its first key, `ordinal` counts keys from the query's oldest.
template <class Args, class Body>
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline void each_key_run(
    const Args& a, std::uint32_t lane, std::uint32_t kv_head, std::uint32_t position, Body&& body) {
  const std::uint32_t first = first_key(position, a.window);
  for (std::uint32_t p = first; p <= position;) {
    const std::uint32_t to_page_end = a.page_positions - p % a.page_positions;
    const std::uint32_t left = position + 1 - p;
    const std::uint32_t count = to_page_end < left ? to_page_end : left;
    body(cache_offset(a, lane, kv_head, p), std::size_t{p - first}, std::size_t{count});
    p += count;
  }
}

}  // namespace voxfuse
