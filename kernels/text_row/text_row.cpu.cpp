#include "kernels/text_row/text_row.hpp"

namespace voxfuse::text_row::VOXFUSE_ISA {

// One row copied a lane: nothing a vector or a thread would make faster.
Status cpu(const Args& a, ThreadPool&) { return reference(a); }

}  // namespace voxfuse::text_row::VOXFUSE_ISA
