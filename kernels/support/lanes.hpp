#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/support/host_device.hpp"

namespace voxfuse {

/// Tokens of a lane that count in this run: valid * rate, never more than `tokens`; rate = 0 takes
/// them all.
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::uint32_t counted_tokens(
    std::uint32_t valid, std::uint32_t rate, std::uint32_t tokens) {
  if (rate == 0) return tokens;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{valid} * rate, tokens));
}

/// The same of valid[lane].
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::uint32_t lane_tokens(
    const std::uint32_t* valid, std::uint32_t lane, std::uint32_t rate, std::uint32_t tokens) {
  return counted_tokens(rate == 0 ? 0 : valid[lane], rate, tokens);
}

}  // namespace voxfuse
