// The cuda backend of a build without CUDA.
#include "cuda-sidecar/src/engine/backend.hpp"

namespace voxfuse {

std::vector<std::string> gpu_names() { return {}; }

Status make_cuda_backend(const BackendChoice&, std::unique_ptr<Backend>&) {
  return {ErrorCode::kUnsupported, "this build has no cuda backend: no nvcc was found for it"};
}

}  // namespace voxfuse
