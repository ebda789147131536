#include "cuda-sidecar/src/session/output_publisher.hpp"

#include <algorithm>
#include <cstring>

namespace voxfuse {

OutputPublisher::OutputPublisher(const RegionView& region, const Memory& memory)
    : region_(region), memory_(memory), published_(memory.layout().rows) {}

Status OutputPublisher::check(const RegionHeader& region, const EngineLayout& layout) {
  VOXFUSE_REQUIRE(layout.rows <= region.output_rows, kBadControl);
  VOXFUSE_REQUIRE(layout.groups == region.groups, kBadControl);
  VOXFUSE_REQUIRE(layout.frame_samples == region.frame_samples, kBadControl);
  VOXFUSE_REQUIRE(layout.logits_max <= region.logits_max, kBadControl);
  return {};
}

void OutputPublisher::admitted(std::uint32_t row) {
  published_[row] = {};
  begin_output(*region_.output(row).header, memory_.state(row).generation);
}

void OutputPublisher::advanced(std::uint32_t row, bool logits) {
  const OutputArea area = region_.output(row);
  const RowState& state = memory_.state(row);
  publish_codes(row, area);
  publish_pcm(row, area);
  if (logits) publish_logits(row, area);
  if (state.done != 0) {
    store_count(area.header->finish_reason, state.finish_reason);
    // After the last codes_count: a row seen done is seen with its last frame.
    store_count(area.header->done, state.done);
  }
}

void OutputPublisher::publish_codes(std::uint32_t row, const OutputArea& area) {
  const EngineLayout& layout = memory_.layout();
  const std::uint32_t count = std::min(memory_.state(row).codes_count, layout.frames_max);
  std::uint32_t& published = published_[row].codes;
  if (count <= published) return;
  // Given codes may come in bulk: only the last ring's worth of them can be held.
  const std::uint32_t first = std::max(published, count - std::min(count, kOutputFrames));
  const auto codes =
      memory_.words(row, layout.codes_at, std::size_t{layout.frames_max} * layout.groups);
  for (std::uint32_t frame = first; frame < count; ++frame) {
    std::memcpy(area.codes + std::size_t{frame % kOutputFrames} * layout.groups,
                &codes[std::size_t{frame} * layout.groups], layout.groups * sizeof(std::uint32_t));
  }
  published = count;
  store_count(area.header->codes_count, count);
}

/// The row holds the PCM of its last vocode run alone, first frame first.
void OutputPublisher::publish_pcm(std::uint32_t row, const OutputArea& area) {
  const EngineLayout& layout = memory_.layout();
  const std::uint32_t count = memory_.state(row).vocoded;
  std::uint32_t& published = published_[row].pcm;
  if (count <= published) return;
  const std::uint32_t frames = std::min(count - published, layout.vocode_frames_max);
  const auto pcm = memory_.words(row, layout.pcm_at, std::size_t{frames} * layout.frame_samples);
  for (std::uint32_t i = 0; i < frames; ++i) {
    const std::uint32_t frame = count - frames + i;
    std::memcpy(area.pcm + std::size_t{frame % kOutputFrames} * layout.frame_samples,
                pcm.data() + std::size_t{i} * layout.frame_samples,
                layout.frame_samples * sizeof(float));
  }
  published = count;
  store_count(area.header->pcm_count, count);
}

void OutputPublisher::publish_logits(std::uint32_t row, const OutputArea& area) {
  const EngineLayout& layout = memory_.layout();
  const auto logits = memory_.words(row, layout.logits_at, layout.logits_max);
  std::memcpy(area.logits, logits.data(), logits.size_bytes());
  store_count(area.header->logits_count, ++published_[row].logits);
}

}  // namespace voxfuse
