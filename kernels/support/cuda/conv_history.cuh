#pragma once

// The history of causal convolutions. Only for `<op>.cuda.cu`.

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace voxfuse::device {

inline constexpr std::uint32_t kHistoryEach = 4;  ///< Units that a thread moves at once.

/// The history of a lane becomes the last history_tokens of (history, the packet's first `valid`),
/// in the columns [first_column, + columns), which are this block's alone; `width` columns of a
/// Unit each. Called by every thread of the block.
///
/// Tokens are moved in ascending order, so many at once that all are read before any is written. A
/// source never lies before its target, so what is read later has not been overwritten.
template <class Unit>
__device__ __forceinline__ void keep_newest(Unit* history, const Unit* packet,
                                            std::uint32_t history_tokens, std::uint32_t valid,
                                            std::uint32_t width, std::uint32_t first_column,
                                            std::uint32_t columns) {
  const std::uint32_t count = history_tokens * columns;
  for (std::uint32_t base = 0; base < count; base += kHistoryEach * blockDim.x) {
    Unit moved[kHistoryEach];
    Unit* targets[kHistoryEach] = {};
#pragma unroll
    for (std::uint32_t i = 0; i < kHistoryEach; ++i) {
      const std::uint32_t item = base + i * blockDim.x + threadIdx.x;
      if (item >= count) continue;
      const std::uint32_t token = item / columns;
      const std::uint32_t column = first_column + item % columns;
      const std::uint32_t from = token + valid;
      const Unit* source = from < history_tokens
                               ? history + std::size_t{from} * width
                               : packet + std::size_t{from - history_tokens} * width;
      moved[i] = source[column];
      targets[i] = history + std::size_t{token} * width + column;
    }
    __syncthreads();  // every thread has read: its targets may be written
#pragma unroll
    for (std::uint32_t i = 0; i < kHistoryEach; ++i) {
      if (targets[i] != nullptr) *targets[i] = moved[i];
    }
  }
}

}  // namespace voxfuse::device
