#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/support/bf16.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

struct F32x16 {
  float lane[16];
};
struct Mask16 {
  bool lane[16];
};

constexpr int kParts = 1;
using Part = F32x16;

template <class Function>
VOXFUSE_SIMD F32x16 each_lane(Function&& function) {
  F32x16 y;
  for (int i = 0; i < 16; ++i) y.lane[i] = function(i);
  return y;
}
VOXFUSE_SIMD std::uint32_t word(float x) { return std::bit_cast<std::uint32_t>(x); }
VOXFUSE_SIMD float from_word(std::uint32_t x) { return std::bit_cast<float>(x); }

VOXFUSE_SIMD F32x16 broadcast(float x) {
  return each_lane([=](int) { return x; });
}
VOXFUSE_SIMD F32x16 zero() { return broadcast(0.0f); }
VOXFUSE_SIMD F32x16 bits(std::uint32_t x) { return broadcast(from_word(x)); }
VOXFUSE_SIMD F32x16 load(const float* p) {
  return each_lane([=](int i) { return p[i]; });
}
VOXFUSE_SIMD F32x16 load(const std::uint16_t* p) {
  return each_lane([=](int i) { return bf16::widen(p[i]); });
}
VOXFUSE_SIMD F32x16 load(const std::int8_t* p) {
  return each_lane([=](int i) { return static_cast<float>(p[i]); });
}
VOXFUSE_SIMD F32x16 load_first(const float* p, std::size_t n) {
  return each_lane([=](int i) { return static_cast<std::size_t>(i) < n ? p[i] : 0.0f; });
}
VOXFUSE_SIMD F32x16 load_first(const std::uint16_t* p, std::size_t n) {
  return each_lane(
      [=](int i) { return static_cast<std::size_t>(i) < n ? bf16::widen(p[i]) : 0.0f; });
}
VOXFUSE_SIMD F32x16 load_first(const std::int8_t* p, std::size_t n) {
  return each_lane(
      [=](int i) { return static_cast<std::size_t>(i) < n ? static_cast<float>(p[i]) : 0.0f; });
}
VOXFUSE_SIMD void store(float* p, const F32x16& x) {
  for (int i = 0; i < 16; ++i) p[i] = x.lane[i];
}
VOXFUSE_SIMD void store_first(float* p, const F32x16& x, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) p[i] = x.lane[i];
}

VOXFUSE_SIMD F32x16 operator+(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return a.lane[i] + b.lane[i]; });
}
VOXFUSE_SIMD F32x16 operator-(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return a.lane[i] - b.lane[i]; });
}
VOXFUSE_SIMD F32x16 operator*(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return a.lane[i] * b.lane[i]; });
}
VOXFUSE_SIMD F32x16 operator/(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return a.lane[i] / b.lane[i]; });
}
// Sixteen calls of libm where the compiler may not assume fma: one copy of them is enough.
[[gnu::noinline]] static F32x16 fma(const F32x16& a, const F32x16& b, const F32x16& c) {
  return each_lane([&](int i) { return __builtin_fmaf(a.lane[i], b.lane[i], c.lane[i]); });
}
VOXFUSE_SIMD F32x16 sqrt(const F32x16& x) {
  return each_lane([&](int i) { return __builtin_sqrtf(x.lane[i]); });
}
VOXFUSE_SIMD F32x16 smaller(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; });
}
VOXFUSE_SIMD F32x16 larger(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
}
VOXFUSE_SIMD Mask16 less(const F32x16& a, const F32x16& b) {
  Mask16 mask;
  for (int i = 0; i < 16; ++i) mask.lane[i] = a.lane[i] < b.lane[i];
  return mask;
}
VOXFUSE_SIMD F32x16 select(const Mask16& mask, const F32x16& yes, const F32x16& no) {
  return each_lane([&](int i) { return mask.lane[i] ? yes.lane[i] : no.lane[i]; });
}

VOXFUSE_SIMD F32x16 and_bits(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return from_word(word(a.lane[i]) & word(b.lane[i])); });
}
VOXFUSE_SIMD F32x16 xor_bits(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return from_word(word(a.lane[i]) ^ word(b.lane[i])); });
}
VOXFUSE_SIMD F32x16 add_bits(const F32x16& a, const F32x16& b) {
  return each_lane([&](int i) { return from_word(word(a.lane[i]) + word(b.lane[i])); });
}
template <int kBits>
VOXFUSE_SIMD F32x16 shift_left(const F32x16& a) {
  return each_lane([&](int i) { return from_word(word(a.lane[i]) << kBits); });
}

VOXFUSE_SIMD float sum(const F32x16& x) {
  F32x16 tree = x;
  for (int width = 8; width >= 1; width /= 2) {
    for (int i = 0; i < width; ++i) tree.lane[i] += tree.lane[i + width];
  }
  return tree.lane[0];
}
VOXFUSE_SIMD void sum8(const F32x16* x, float* out) {
  for (int i = 0; i < 8; ++i) out[i] = sum(x[i]);
}

template <class Element>
VOXFUSE_SIMD Part load_part(const Element* p) {
  return load(p);
}
VOXFUSE_SIMD Part part_of(const F32x16& x, int) { return x; }
VOXFUSE_SIMD F32x16 whole_of(const Part* parts) { return parts[0]; }

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
