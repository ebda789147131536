#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::gate_add {

/// x[m, c] += sigmoid(gate[c]) * d[m, c]
///
/// Shapes   d, x: (rows, width), contiguous; gate: (width).
/// Dtypes   d, gate, x: f32 or bf16 alike (cpu: f32).
/// Aliasing None overlap.
/// Limits   rows, width >= 1.
/// Errors   kBadShape, kBadDtype; nothing is written then.
/// Source   SqueezeExcitationRes2NetBlock of ECAPA-TDNN.
struct Args {
  ConstTensor d;
  ConstTensor gate;
  Tensor x;
  std::uint32_t rows = 0;
  std::uint32_t width = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::gate_add
