#include "kernels/publish_pcm/publish_pcm.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::publish_pcm {

namespace {

// A whole packet, a part of one, none.
Args build(Buffers& b) {
  constexpr std::uint32_t kSamples = 3 * 4 * 50;
  std::vector<float> samples(kSamples);
  for (std::uint32_t i = 0; i < kSamples; ++i) {
    samples[i] = static_cast<float>(i * 37 % 101) / 40.0f - 1.25f;  // within [-1, 1] and beyond
  }
  samples[1] = std::numeric_limits<float>::quiet_NaN();
  samples[2] = std::numeric_limits<float>::infinity();
  samples[3] = -std::numeric_limits<float>::infinity();
  samples[4] = -0.0f;
  b.lanes({2, 0, 1}, 4);
  RowState row{};
  row.vocoded = 9;
  return Args{.x = {b.input_f32("x", samples), Dtype::kF32},
              .valid = b.input_u32("valid", {4, 0, 1}),
              .row = b.row_state("row", {row}),
              .pcm = b.row_f32("pcm", 8 * 50),
              .lanes = 3,
              .frames = 4,
              .frame_samples = 50,
              .frames_max = 8};
}

}  // namespace

KERNEL_CASES(publish_pcm) {
  cases.add({.name = "three rows", .build = build, .tolerance = Tolerance::exact()});
  cases.add({.name = "one lane, eight frames",
             .build =
                 [](Buffers& b) {
                   constexpr std::uint32_t samples = 8 * 1920;
                   b.lanes({1}, 2);
                   return Args{.x = b.input("x", samples),
                               .valid = b.input_u32("valid", {8}),
                               .row = b.row_state("row", {RowState{}}),
                               .pcm = b.row_f32("pcm", samples),
                               .lanes = 1,
                               .frames = 8,
                               .frame_samples = 1920,
                               .frames_max = 8};
                 },
             .tolerance = Tolerance::exact(),
             .bf16 = Tolerance::exact(),  // nothing is rounded
             .bytes = 8ull * 8 * 1920});
  cases.add({.name = "more frames than a row holds",
             .build =
                 [](Buffers& b) {
                   Args a = build(b);
                   a.frames_max = 3;
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::publish_pcm
