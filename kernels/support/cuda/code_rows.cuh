#pragma once

// What code_rows.hpp asks, on the device. Only for `<op>.cuda.cu`.

#include <cstdint>

namespace voxfuse::device {

/// Whether every code of a frame is a row of its table. Eight are on their way at a time.
template <class Args>
__device__ __forceinline__ bool codes_fit(const Args& a, const std::uint32_t* codes) {
  bool fit = codes[0] < a.codec_rows;
#pragma unroll 8
  for (std::uint32_t g = 1; g < a.groups; ++g) fit = codes[g] < a.group_rows && fit;
  return fit;
}

}  // namespace voxfuse::device
