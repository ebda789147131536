#include "kernels/codebook_sum/codebook_sum.hpp"

#include <cstddef>

#include "kernels/support/lanes.hpp"

namespace voxfuse::codebook_sum::VOXFUSE_ISA {

namespace {

Status check_codes(const Args& a, std::uint32_t lane, std::uint32_t valid) {
  const std::size_t first = a.first_frame(lane);
  VOXFUSE_REQUIRE(valid == 0 || first + valid <= a.frames_max, kBadIndex);
  const std::uint32_t* codes = a.codes.at(lane) + first * a.groups;
  for (std::size_t i = 0; i < std::size_t{valid} * a.groups; ++i) {
    VOXFUSE_REQUIRE(codes[i] < a.size, kBadIndex);
  }
  return {};
}

// sum += the entries of groups [begin, end), in group order.
void add_entries(const Args& a, const std::uint32_t* codes, std::uint32_t begin, std::uint32_t end,
                 float* sum) {
  for (std::size_t i = 0; i < a.dim; ++i) sum[i] = 0.0f;
  for (std::uint32_t g = begin; g < end; ++g) {
    const float* entry = a.codebooks + (std::size_t{g} * a.size + codes[g]) * a.dim;
    for (std::size_t i = 0; i < a.dim; ++i) sum[i] += entry[i];
  }
}

}  // namespace

Status cpu(const Args& a, ThreadPool&) {
  VOXFUSE_REQUIRE(a.semantic.dtype == Dtype::kF32 && a.acoustic.dtype == Dtype::kF32, kBadDtype);
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::uint32_t valid = lane_tokens(a.valid, b, 1, a.frames);
    VOXFUSE_TRY(check_codes(a, b, valid));
    const std::uint32_t* codes = a.codes.at(b) + a.first_frame(b) * a.groups;
    for (std::size_t t = 0; t < a.frames; ++t, codes += a.groups) {
      const std::size_t at = (std::size_t{b} * a.frames + t) * a.dim;
      const bool counts = t < valid;  // beyond valid both sums are of no group: zeros
      add_entries(a, codes, 0, counts ? a.semantic_groups : 0, a.semantic.f32() + at);
      add_entries(a, codes, a.semantic_groups, counts ? a.groups : 0, a.acoustic.f32() + at);
    }
  }
  return {};
}

}  // namespace voxfuse::codebook_sum::VOXFUSE_ISA
