#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::snake {

/// y = x + sin(x * frequency)^2 * magnitude, a pair for each channel
///
/// The angle x * frequency is rounded to f32 before the sine.
/// Shapes   x, y: (rows, width), contiguous; frequency, magnitude: (width).
/// Dtypes   x, y: f32 or bf16 alike (cpu(): f32); the pair: f32.
/// Aliasing y may be x.
/// Limits   rows, width >= 1; |x * frequency| <= 1e5, beyond it the sine is only bounded.
/// Errors   kBadShape when a limit is broken, kBadDtype for a dtype not named here; nothing is
///          written.
/// Source   SnakeBeta of the codec decoder.
struct Args {
  ConstTensor x = {};
  const float* frequency = nullptr;
  const float* magnitude = nullptr;
  Tensor y = {};
  std::uint32_t rows = 0;
  std::uint32_t width = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::snake
