#pragma once

#include <cstdint>
#include <vector>

#include "cuda-sidecar/src/engine/memory.hpp"
#include "shared/region.hpp"

namespace voxfuse {

/// Copies what rows have new into their output areas, counts last.
class OutputPublisher {
 public:
  OutputPublisher(const RegionView& region, const Memory& memory);

  /// Whether the region has room for every row of the layout.
  static Status check(const RegionHeader& region, const EngineLayout& layout);

  void admitted(std::uint32_t row);
  void advanced(std::uint32_t row, bool logits);

 private:
  struct Published {
    std::uint32_t codes = 0;
    std::uint32_t pcm = 0;
    std::uint32_t logits = 0;
  };

  void publish_codes(std::uint32_t row, const OutputArea& area);
  void publish_pcm(std::uint32_t row, const OutputArea& area);
  void publish_logits(std::uint32_t row, const OutputArea& area);

  const RegionView& region_;
  const Memory& memory_;
  std::vector<Published> published_;
};

}  // namespace voxfuse
