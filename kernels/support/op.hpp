#pragma once

// What every op's contract header needs, and nothing else.
#include <cstdint>

#include "kernels/support/status.hpp"
#include "kernels/support/tensor.hpp"

namespace voxfuse {
struct CudaContext;
class ThreadPool;
}  // namespace voxfuse
