#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::layer_norm {

/// y[m, :] = (x[m, :] - mean) * rsqrt(variance + eps) * gain + bias
///
/// Mean and variance (of the deviations, divided by width) are those of the row.
/// Shapes   x, y: (rows, width), contiguous; gain, bias: (width).
/// Dtypes   x, y: f32 or bf16 alike (cpu(): f32); gain, bias: f32 or bf16 each.
/// Order    Both sums as a dot product in matmul.
/// Aliasing y may be x. gain and bias overlap neither.
/// Limits   rows, width >= 1.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Source   torch.nn.LayerNorm.
struct Args {
  ConstTensor x = {};
  ConstTensor gain = {};
  ConstTensor bias = {};
  Tensor y = {};
  std::uint32_t rows = 0;
  std::uint32_t width = 0;
  float eps = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::layer_norm
