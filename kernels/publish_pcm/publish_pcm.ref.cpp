#include "kernels/publish_pcm/publish_pcm.hpp"

#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/lanes.hpp"

namespace voxfuse::publish_pcm {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frames >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frame_samples >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.frames <= a.frames_max, kBadShape);
  return {};
}

namespace {

float clamped(float sample) {
  if (sample != sample) return 0.0f;
  if (sample < -1.0f) return -1.0f;
  return sample > 1.0f ? 1.0f : sample;
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::uint32_t valid = lane_tokens(a.valid, b, 1, a.frames);
    const std::size_t first = std::size_t{b} * a.frames * a.frame_samples;
    float* pcm = a.pcm.at(b);
    for (std::size_t i = 0; i < std::size_t{valid} * a.frame_samples; ++i) {
      pcm[i] = clamped(a.x.at(first + i));
    }
    if (valid > 0) a.row.at(b)->vocoded += valid;  // an idle lane's row is not even touched
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::publish_pcm
