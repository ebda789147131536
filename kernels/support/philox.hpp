#pragma once

#include <cstdint>

#include "kernels/support/host_device.hpp"

namespace voxfuse {

/// Word 0 of Philox4x32-10 for a counter of four words and a key of two: a random word that depends
/// on nothing but these, so that batches, order and restarts do not enter.
///
/// Source   Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE constexpr std::uint32_t philox4x32_10(
    const std::uint32_t (&counter)[4], std::uint32_t key_lo, std::uint32_t key_hi) {
  std::uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3];
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t from_a = std::uint64_t{0xd2511f53u} * a;
    const std::uint64_t from_c = std::uint64_t{0xcd9e8d57u} * c;
    a = static_cast<std::uint32_t>(from_c >> 32) ^ b ^ key_lo;
    b = static_cast<std::uint32_t>(from_c);
    c = static_cast<std::uint32_t>(from_a >> 32) ^ d ^ key_hi;
    d = static_cast<std::uint32_t>(from_a);
    key_lo += 0x9e3779b9u;
    key_hi += 0xbb67ae85u;
  }
  return a;
}

// Known answers of the published test vectors.
static_assert(philox4x32_10({0, 0, 0, 0}, 0, 0) == 0x6627e8d5u);
static_assert(philox4x32_10({0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu}, 0xffffffffu,
                            0xffffffffu) == 0x408f276du);
static_assert(philox4x32_10({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, 0xa4093822u,
                            0x299f31d0u) == 0xd16cfe09u);

}  // namespace voxfuse
