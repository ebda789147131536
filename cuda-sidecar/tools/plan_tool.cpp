// Looks at programs and recordings without a host; see usage().
#include <cstdio>
#include <cstring>
#include <string_view>

#include "cuda-sidecar/tools/plan_commands.hpp"

namespace {

constexpr int kUsage = 2;

struct Command {
  const char* name;
  std::size_t positions;
  int (*run)(const voxfuse::Arguments& arguments);
  const char* usage;
};

constexpr Command kCommands[] = {
    {"dump", 1, voxfuse::dump, "dump FILE.program|RECORDING [--json]"},
    {"diff", 1, voxfuse::diff,
     "diff RECORDING [--left reference] [--right cpu] [--isa I] [--threads N] [--relative 1e-4] "
     "[--steps N]"},
    {"replay", 1, voxfuse::replay,
     "replay RECORDING [--backend cpu] [--threads N] [--isa I] [--probes FILE] [--codes FILE] "
     "[--pcm FILE] [--steps N]"},
    {"compare", 2, voxfuse::compare,
     "compare RECORDING_A RECORDING_B [--backend cpu] [--threads N] [--isa I] [--relative 1e-4]"},
};

int usage() {
  for (const Command& command : kCommands) {
    std::fprintf(stderr, "plan_tool %s\n", command.usage);
  }
  return kUsage;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return usage();
  voxfuse::Arguments arguments;
  for (int i = 2; i < count; ++i) {
    const std::string_view word = words[i];
    if (!word.starts_with("--")) {
      arguments.positions.emplace_back(word);
    } else if (word == "--json") {
      arguments.options["json"] = "";
    } else if (i + 1 < count) {
      arguments.options[std::string(word.substr(2))] = words[++i];
    } else {
      return usage();
    }
  }
  for (const Command& command : kCommands) {
    if (std::strcmp(command.name, words[1]) != 0) continue;
    if (arguments.positions.size() != command.positions) return usage();
    return command.run(arguments);
  }
  return usage();
}
