#include "kernels/frame_begin/frame_begin.hpp"

namespace voxfuse::frame_begin::VOXFUSE_ISA {

// A few words a lane: nothing a vector or a thread would make faster.
Status cpu(const Args& a, ThreadPool&) { return reference(a); }

}  // namespace voxfuse::frame_begin::VOXFUSE_ISA
