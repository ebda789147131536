#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::rms_norm {

/// y[m, :] = x[m, :] * rsqrt(mean(x[m, :]^2) + eps) * gain
///
/// The scaled element is rounded to the dtype of y before it meets the gain.
/// Shapes   x, y: (rows, width), contiguous; gain: (width).
/// Dtypes   x, y: f32 or bf16 alike (cpu(): f32); gain: f32 or bf16.
/// Order    The sum of squares is a dot product as in matmul.
/// Aliasing y may be x. gain overlaps neither.
/// Limits   rows, width >= 1.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Source   Zhang & Sennrich 2019, eq. 4.
struct Args {
  ConstTensor x = {};
  ConstTensor gain = {};
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

}  // namespace voxfuse::rms_norm
