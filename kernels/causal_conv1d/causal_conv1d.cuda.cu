#include "kernels/causal_conv1d/causal_conv1d.hpp"
#include "kernels/support/cuda/convolution.cuh"

namespace voxfuse::causal_conv1d {

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const auto oldest = static_cast<std::int32_t>(a.history_tokens);
  return device::convolve(on, {.x = a.x,
                               .w = a.w,
                               .bias = a.bias,
                               .valid = a.valid,
                               .history = a.history,
                               .y = a.y,
                               .lanes = a.lanes,
                               .tokens = a.tokens,
                               .channels = a.inputs,
                               .outputs = a.outputs,
                               .bias_count = a.outputs,
                               .taps = a.taps,
                               .first_shift = -oldest,
                               .tap_shift = static_cast<std::int32_t>(a.dilation),
                               .history_tokens = a.history_tokens,
                               .rate = a.rate});
}

}  // namespace voxfuse::causal_conv1d
