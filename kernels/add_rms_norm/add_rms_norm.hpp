#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::add_rms_norm {

/// x += d, then y = rms_norm(x; gain, eps)
///
/// Shapes   d, x, y: (rows, width), contiguous; gain: (width).
/// Dtypes   d, x, y: f32 or bf16 alike (cpu(): f32); gain: f32 or bf16.
/// Aliasing y overlaps none; d overlaps neither x nor y.
/// Limits   rows, width >= 1.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Bits     cpu() gives the same bits as in_turn().
/// Source   residual_add, then rms_norm.
struct Args {
  ConstTensor d = {};
  ConstTensor gain = {};
  Tensor x = {};
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
/// cpu() of the parts in turn, for comparison.
Status in_turn(const Args& args, ThreadPool& pool);

}  // namespace voxfuse::add_rms_norm
