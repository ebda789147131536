#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::activation {

/// y = f(x) for every element, f being what `activation` calls `kind`.
///
/// Shapes   x, y: (rows, width), contiguous.
/// Dtypes   x, y: f32 or bf16 alike (cpu: f32).
/// Aliasing y may be x.
/// Limits   rows, width >= 1.
/// Errors   kBadShape, also for an unknown kind; kBadDtype; nothing is written then.
/// Source   torch.nn.ReLU, ELU and Tanh.
struct Args {
  ConstTensor x;
  Tensor y;
  std::uint32_t rows = 0;
  std::uint32_t width = 0;
  std::uint32_t kind = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::activation
