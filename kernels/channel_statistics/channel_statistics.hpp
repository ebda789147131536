#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::channel_statistics {

/// y[c] = sum over m of weight[m, c] * x[m, c], the mean of a column;
/// y[width + c] = sqrt(max(sum over m of weight[m, c] * (x[m, c] - y[c])^2, 1e-12)), its deviation.
///
/// Weights are the softmax of the column's scores over the rows, 1 / rows without scores.
///
/// Shapes   x: (rows, width); scores: (rows, width) or absent; y: (2 * width).
/// Dtypes   x, scores, y: f32 or bf16 alike (cpu, cuda: f32). cpu() and cuda() add up in blocks of
///          rows, so that the error does not grow with a recording's length.
/// Aliasing none.
/// Limits   rows, width >= 1.
/// Errors   kBadShape, kBadDtype; nothing is written then.
/// Source   AttentiveStatisticsPooling of ECAPA-TDNN.
struct Args {
  ConstTensor x;
  ConstTensor scores;
  Tensor y;
  std::uint32_t rows = 0;
  std::uint32_t width = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::channel_statistics
