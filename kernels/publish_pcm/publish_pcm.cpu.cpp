#include "kernels/publish_pcm/publish_pcm.hpp"

#include <cstddef>

#include "kernels/support/lanes.hpp"

namespace voxfuse::publish_pcm::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool&) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::uint32_t valid = lane_tokens(a.valid, b, 1, a.frames);
    if (valid == 0) continue;
    const float* x = a.x.f32() + std::size_t{b} * a.frames * a.frame_samples;
    float* pcm = a.pcm.at(b);
    for (std::size_t i = 0; i < std::size_t{valid} * a.frame_samples; ++i) {
      const float above = x[i] < -1.0f ? -1.0f : x[i];
      const float clamped = above > 1.0f ? 1.0f : above;
      pcm[i] = clamped == clamped ? clamped : 0.0f;  // a NaN is silence
    }
    a.row.at(b)->vocoded += valid;
  }
  return {};
}

}  // namespace voxfuse::publish_pcm::VOXFUSE_ISA
