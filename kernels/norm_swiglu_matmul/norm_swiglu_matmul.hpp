#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::norm_swiglu_matmul {

/// y[m, n] = silu(r[m] · w[2n]) * (r[m] · w[2n + 1]), r = rms_norm(x; gain, eps)
///
/// Shapes   x: (rows, inputs); gain: (inputs); w: (2 * outputs, inputs), gate and up rows in turn;
///          y: (rows, outputs). Contiguous.
/// Dtypes   x, y: f32 or bf16 alike (cpu(): f32); gain: f32 or bf16; w: f32, bf16
///          or (not in cuda()) i8.
/// Aliasing y overlaps none.
/// Limits   rows, inputs, outputs >= 1.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Bits     cpu() gives the same bits as in_turn().
/// Source   rms_norm, matmul by gate, matmul by up, silu_mul.
struct Args {
  ConstTensor x = {};
  ConstTensor gain = {};
  ConstTensor w = {};
  Tensor y = {};
  std::uint32_t rows = 0;
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
  float eps = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);
/// cpu() of the parts in turn, for comparison.
Status in_turn(const Args& args, ThreadPool& pool);

}  // namespace voxfuse::norm_swiglu_matmul
