#include "kernels/frame_embed/frame_embed.hpp"

#include <bit>
#include <cstddef>

#include "kernels/support/code_rows.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::frame_embed::VOXFUSE_ISA {

namespace {

// sum = row or sum += row, widened.
void take_row(ConstTensor table, std::size_t row, std::uint32_t width, bool first, float* sum) {
  if (table.dtype == Dtype::kBf16) {
    const std::uint16_t* from = table.bf16() + row * width;
    for (std::size_t i = 0; i < width; ++i) {
      const float value = std::bit_cast<float>(std::uint32_t{from[i]} << 16);
      sum[i] = first ? value : sum[i] + value;
    }
    return;
  }
  const float* from = table.f32() + row * width;
  for (std::size_t i = 0; i < width; ++i) sum[i] = first ? from[i] : sum[i] + from[i];
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.text.dtype == Dtype::kF32 && a.y.dtype == Dtype::kF32, kBadDtype);
  float* sum = pool.shared_scratch(a.width);  // y may be text, so the sum cannot grow in y
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const float* text = a.text.f32() + std::size_t{b} * a.width;
    float* y = a.y.f32() + std::size_t{b} * a.width;
    if (a.valid[b] == 0) {
      for (std::size_t i = 0; i < a.width; ++i) y[i] = text[i];
      continue;
    }
    const std::size_t frame = a.row.at(b)->frame;
    VOXFUSE_REQUIRE(frame < a.frames_max, kBadIndex);
    const std::uint32_t* codes = a.codes.at(b) + frame * a.groups;
    VOXFUSE_REQUIRE(codes_fit(a, codes), kBadIndex);
    take_row(a.codec_table, codes[0], a.width, true, sum);
    for (std::size_t g = 1; g < a.groups; ++g) {
      take_row(a.group_tables, (g - 1) * a.group_rows + codes[g], a.width, false, sum);
    }
    for (std::size_t i = 0; i < a.width; ++i) y[i] = sum[i] + text[i];
  }
  return {};
}

}  // namespace voxfuse::frame_embed::VOXFUSE_ISA
