// kernel_check in a build without CUDA.
#include "cuda-sidecar/tools/kernel_check_cuda.hpp"

namespace voxfuse {

std::unique_ptr<CudaCheck> CudaCheck::open(int, std::string& why) {
  why = "this build has none: no CUDA compiler was found when it was made";
  return nullptr;
}

int print_devices() { return 0; }

}  // namespace voxfuse
