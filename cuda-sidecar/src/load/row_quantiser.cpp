#include "cuda-sidecar/src/load/row_quantiser.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace voxfuse {

namespace {

constexpr float kLargest = 127.0f;
constexpr float kMagnitudeMin = 0x1p-120f;  // 127 over it is finite, a 127th of it normal
constexpr std::uint32_t kInfinityBits = 0x7f800000u;
constexpr std::size_t kStrip = 1024;

/// Elements widened, a strip at a time: simple loops that compilers vectorise.
template <class Body>
void each_strip(const StoredTensor& from, std::size_t first, std::size_t count, Body&& body) {
  std::uint32_t words[kStrip];
  for (std::size_t at = 0; at < count; at += kStrip) {
    const std::size_t strip = std::min(kStrip, count - at);
    const std::byte* data = from.data + (first + at) * from.element_bytes();
    if (from.dtype == Dtype::kBf16) {
      std::uint16_t halves[kStrip];
      std::memcpy(halves, data, strip * sizeof *halves);
      for (std::size_t i = 0; i < strip; ++i) words[i] = std::uint32_t{halves[i]} << 16;
    } else {
      std::memcpy(words, data, strip * sizeof *words);
    }
    body(at, strip, words);
  }
}

}  // namespace

float quantise_row(const StoredTensor& from, std::size_t first, std::span<std::int8_t> out) {
  // Magnitudes are ordered as their bits are, those that are not finite above all others.
  std::uint32_t largest_bits = 0;
  each_strip(from, first, out.size(), [&](std::size_t, std::size_t strip, const auto* words) {
    for (std::size_t i = 0; i < strip; ++i) {
      largest_bits = std::max(largest_bits, words[i] & 0x7fffffffu);
    }
  });
  const float largest = std::bit_cast<float>(largest_bits);
  if (largest_bits >= kInfinityBits || largest < kMagnitudeMin) {
    std::ranges::fill(out, std::int8_t{0});
    return largest_bits >= kInfinityBits ? std::numeric_limits<float>::quiet_NaN() : 0.0f;
  }
  const float inverse = kLargest / largest;
  each_strip(from, first, out.size(), [&](std::size_t at, std::size_t strip, const auto* words) {
    for (std::size_t i = 0; i < strip; ++i) {
      // Added to 1.5 * 2^23 a number up to 2^22 is rounded to a whole one, ties to even, which then
      // stands in the low bits. At most 127 here, whatever inverse was rounded to.
      const float shifted = std::bit_cast<float>(words[i]) * inverse + 0x1.8p23f;
      out[at + i] = static_cast<std::int8_t>(std::bit_cast<std::uint32_t>(shifted));
    }
  });
  return largest / kLargest;
}

}  // namespace voxfuse
