#pragma once

#include "cuda-sidecar/tools/player.hpp"

namespace voxfuse {

// The commands of plan_tool. Each prints to stdout and gives the exit code: 0 done (and equal),
// 1 could not, 3 the two sides differ.
inline constexpr int kDiffer = 3;

int dump(const Arguments& arguments);
int diff(const Arguments& arguments);
int replay(const Arguments& arguments);
int compare(const Arguments& arguments);

}  // namespace voxfuse
