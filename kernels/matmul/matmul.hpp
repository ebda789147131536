#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::matmul {

/// y[m, n] = Σ_k x[m, x_offset + k] * w[n, k] (+ bias[n])
///
/// Shapes   x: (rows, x_stride), of which inputs elements from x_offset on are used; w: (outputs,
///          inputs); bias: (outputs) or absent; y: (rows, outputs). Row-major.
/// Dtypes   x: f32 or bf16 (cpu(): f32), y: the same or f32; w: f32, bf16 or (not in cuda())
///          i8; bias: f32 or bf16.
/// Order    A dot product has 16 accumulators, by k mod 16, each a chain of fused multiply-adds,
///          joined (i, i + 8), (i, i + 4), (i, i + 2), (i, i + 1): the same bits for any rows and
///          threads.
/// Aliasing y overlaps none.
/// Limits   rows, inputs, outputs >= 1; x_stride >= x_offset + inputs.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Source   torch.nn.Linear.
struct Args {
  ConstTensor x = {};
  ConstTensor w = {};
  ConstTensor bias = {};
  Tensor y = {};
  std::uint32_t rows = 0;
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
  std::uint32_t x_stride = 0;
  std::uint32_t x_offset = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::matmul
