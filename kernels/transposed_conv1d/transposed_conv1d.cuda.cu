#include "kernels/support/cuda/convolution.cuh"
#include "kernels/transposed_conv1d/transposed_conv1d.hpp"

namespace voxfuse::transposed_conv1d {

// The phases of an input token are neighbours in y, as their rows are in w: a convolution with
// stride · outputs outputs, whose second tap looks one token back.
Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return device::convolve(on, {.x = a.x,
                               .w = a.w,
                               .bias = a.bias,
                               .valid = a.valid,
                               .history = a.history,
                               .y = a.y,
                               .lanes = a.lanes,
                               .tokens = a.tokens,
                               .channels = a.inputs,
                               .outputs = a.stride * a.outputs,
                               .bias_count = a.outputs,
                               .taps = a.spans,
                               .first_shift = 0,
                               .tap_shift = -1,
                               .history_tokens = a.spans - 1,
                               .rate = a.rate});
}

}  // namespace voxfuse::transposed_conv1d
