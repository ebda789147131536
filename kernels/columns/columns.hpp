#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::columns {

/// y[m, y_at + i] = x[m, x_at + i] for i < width; x of one row gives it to every row of y.
///
/// Shapes   x: (x_rows, x_stride), x_rows = rows or 1; y: (rows, y_stride), whose other columns
/// keep
///          what they held.
/// Dtypes   x, y: f32 or bf16 alike. Exact.
/// Aliasing none.
/// Limits   rows, width >= 1; x_at + width <= x_stride, y_at + width <= y_stride.
/// Errors   kBadShape, kBadDtype; nothing is written then.
struct Args {
  ConstTensor x;
  Tensor y;
  std::uint32_t rows = 0;
  std::uint32_t width = 0;
  std::uint32_t x_rows = 0;
  std::uint32_t x_stride = 0;
  std::uint32_t x_at = 0;
  std::uint32_t y_stride = 0;
  std::uint32_t y_at = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::columns
