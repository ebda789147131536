#pragma once

#include <cstdio>
#include <map>
#include <string>

#include "cuda-sidecar/src/plan/phases.hpp"
#include "cuda-sidecar/src/trace/trace_sink.hpp"

namespace voxfuse {

/// Counts what repeats launch, by kind of program, phase and op.
class LaunchCounter final : public TraceSink {
 public:
  void begun(const BegunRepeat& repeat) override;

  /// An object: by kind of program, how often it ran, and by phase and op how much one run of it
  /// launches: `{"decode":{"repeats":9,"phases":{"head":{"matmul":16}}}}`. A run of a decode
  /// program is one frame.
  void print(std::FILE* file) const;

 private:
  using Ops = std::map<std::string, std::uint64_t>;
  struct Kind {
    std::uint64_t repeats = 0;
    std::map<Phase, Ops> launches;  ///< Of all repeats.
  };

  std::map<std::uint32_t, Kind> kinds_;
  std::map<const Program*, std::vector<Phase>> phases_;
};

}  // namespace voxfuse
