#include "kernels/reference_advance/reference_advance.hpp"

namespace voxfuse::reference_advance::VOXFUSE_ISA {

// A word a lane: nothing a vector or a thread would make faster.
Status cpu(const Args& a, ThreadPool&) { return reference(a); }

}  // namespace voxfuse::reference_advance::VOXFUSE_ISA
