#include "kernels/prefill_begin/prefill_begin.hpp"

namespace voxfuse::prefill_begin::VOXFUSE_ISA {

// A few words a lane: nothing a vector or a thread would make faster.
Status cpu(const Args& a, ThreadPool&) { return reference(a); }

}  // namespace voxfuse::prefill_begin::VOXFUSE_ISA
