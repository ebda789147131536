#include "kernels/reference_begin/reference_begin.hpp"

namespace voxfuse::reference_begin::VOXFUSE_ISA {

// A few words a lane: nothing a vector or a thread would make faster.
Status cpu(const Args& a, ThreadPool&) { return reference(a); }

}  // namespace voxfuse::reference_begin::VOXFUSE_ISA
