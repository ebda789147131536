#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::matmul_residual {

/// y[m, n] += Σ_k x[m, x_offset + k] * w[n, k] (+ bias[n])
///
/// The product, bias included, is formed and rounded first, then added.
/// Shapes   As matmul; y: (rows, outputs), read and written.
/// Dtypes   x, y: f32 or bf16 alike (cpu(): f32); w: f32, bf16 or (not in cuda())
///          i8; bias: f32 or bf16.
/// Aliasing y overlaps none.
/// Limits   As matmul.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Bits     cpu() gives the same bits as in_turn().
/// Source   matmul, then residual_add.
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
/// cpu() of the parts in turn, for comparison.
Status in_turn(const Args& args, ThreadPool& pool);

}  // namespace voxfuse::matmul_residual
