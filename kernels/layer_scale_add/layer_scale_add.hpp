#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::layer_scale_add {

/// x += scale * d, the product rounded first
///
/// Shapes   d, x: (rows, width), contiguous; scale: (width).
/// Dtypes   d, x: f32 or bf16 alike (cpu(): f32); scale: f32 or bf16.
/// Aliasing None overlap.
/// Limits   rows, width >= 1.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Source   LayerScale of the codec decoder; ConvNeXt's gamma.
struct Args {
  ConstTensor d = {};
  ConstTensor scale = {};
  Tensor x = {};
  std::uint32_t rows = 0;
  std::uint32_t width = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::layer_scale_add
