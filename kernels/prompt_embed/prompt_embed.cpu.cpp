#include "kernels/prompt_embed/prompt_embed.hpp"

namespace voxfuse::prompt_embed::VOXFUSE_ISA {

// One gathered row a token, once a prompt: nothing a vector or a thread would make faster.
Status cpu(const Args& a, ThreadPool&) { return reference(a); }

}  // namespace voxfuse::prompt_embed::VOXFUSE_ISA
