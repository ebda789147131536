#include "kernels/vocode_begin/vocode_begin.hpp"

namespace voxfuse::vocode_begin::VOXFUSE_ISA {

// A few words a lane: nothing a vector or a thread would make faster.
Status cpu(const Args& a, ThreadPool&) { return reference(a); }

}  // namespace voxfuse::vocode_begin::VOXFUSE_ISA
