#pragma once

// Where keys and values of a lane lie, as CUDA twins ask for it: kv_cache.hpp's layout with the
// page checked on the way. Only for `<op>.cuda.cu`.

#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::device {

inline constexpr std::size_t kNowhere = ~std::size_t{0};

/// As cache_offset(), or kNowhere, and reported, when the position's page is none of the cache.
template <class Args>
__device__ __forceinline__ std::size_t checked_offset(const Args& a, std::uint32_t lane,
                                                      std::uint32_t kv_head, std::uint32_t position,
                                                      std::uint32_t* fault) {
  const std::uint32_t page = page_of(a, lane, position);
  if (page >= a.pages) {
    report(fault, ErrorCode::kBadPage);
    return kNowhere;
  }
  return page_offset(a, page, kv_head, position);
}

/// Whether a query's keys fit where they are looked for: without a page table positions must not
/// run round a ring onto each other.
template <class Args>
__device__ __forceinline__ bool keys_fit(const Args& a, std::uint32_t position) {
  return a.page_table || a.window != 0 || position < a.page_positions;
}

}  // namespace voxfuse::device
