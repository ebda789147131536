#pragma once

#include <bit>
#include <cstdint>

#include "kernels/support/host_device.hpp"

// Whatever a kernel header defines outside an instruction set's namespace is always inlined: an
// out-of-line copy compiled for AVX-512 could be the one the linker keeps for everybody.
namespace voxfuse::bf16 {

/// The float a bf16 stands for; exact.
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE constexpr float widen(std::uint16_t value) {
  return std::bit_cast<float>(std::uint32_t{value} << 16);
}

/// Nearest bf16, ties to even; NaN stays a quiet NaN.
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE constexpr std::uint16_t round(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace voxfuse::bf16
