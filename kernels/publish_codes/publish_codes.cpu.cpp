#include "kernels/publish_codes/publish_codes.hpp"

namespace voxfuse::publish_codes::VOXFUSE_ISA {

// A few words a lane: nothing a vector or a thread would make faster.
Status cpu(const Args& a, ThreadPool&) { return reference(a); }

}  // namespace voxfuse::publish_codes::VOXFUSE_ISA
