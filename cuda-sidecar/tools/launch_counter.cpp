#include "cuda-sidecar/tools/launch_counter.hpp"

namespace voxfuse {

void LaunchCounter::begun(const BegunRepeat& repeat) {
  const Program& program = *repeat.program;
  const auto [phases, is_first] = phases_.try_emplace(&program);
  if (is_first) phases->second = phases_of(program);
  Kind& kind = kinds_[program.header.kind];
  ++kind.repeats;
  for (std::size_t op = 0; op < program.ops.size(); ++op) {
    kind.launches[phases->second[op]][program.ops[op].info->name] += repeat.launches[op];
  }
  if (const std::uint32_t ends = repeat.launches.back(); ends != 0) {
    kind.launches[Phase::kCollect]["collect"] += ends;
  }
}

void LaunchCounter::print(std::FILE* file) const {
  std::string text;
  const auto open = [&text](const char* name) {
    if (!text.empty() && text.back() != '{') text += ',';
    text += std::string("\"") + name + "\":";
  };
  text += '{';
  for (const auto& [number, kind] : kinds_) {
    open(kind_name(number));
    text += "{\"repeats\":" + std::to_string(kind.repeats) + ",\"phases\":{";
    for (const auto& [phase, ops] : kind.launches) {
      open(phase_name(phase));
      text += '{';
      for (const auto& [op, launches] : ops) {
        open(op.c_str());
        // A mean over its programs: those of other lanes are alike, a predictor's passes are not.
        char mean[32];
        std::snprintf(mean, sizeof mean, "%.6g",
                      static_cast<double>(launches) / static_cast<double>(kind.repeats));
        text += mean;
      }
      text += '}';
    }
    text += "}}";
  }
  text += '}';
  std::fputs(text.c_str(), file);
}

}  // namespace voxfuse
