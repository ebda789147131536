#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::silu_mul {

/// y = silu(gate) * up
///
/// Shapes   gate, up, y: (rows, width), contiguous.
/// Dtypes   gate, up, y: f32 or bf16 alike (cpu(): f32).
/// Aliasing y may be gate. up overlaps neither.
/// Limits   rows, width >= 1.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Bits     cpu() gives the same bits as in_turn().
/// Source   silu, then mul.
struct Args {
  ConstTensor gate = {};
  ConstTensor up = {};
  Tensor y = {};
  std::uint32_t rows = 0;
  std::uint32_t width = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);
/// cpu() of the parts in turn, for comparison.
Status in_turn(const Args& args, ThreadPool& pool);

}  // namespace voxfuse::silu_mul
