#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::log_mel {

/// y[f, m] = log(max(sum over bin of filters[m, bin] * |x[f, bin]|, 1e-5))
///
/// |x[f, bin]| = sqrt(re^2 + im^2 + 1e-9) of the pair x[f, 2 * bin], x[f, 2 * bin + 1].
///
/// Shapes   x: (frames, 2 * bins); filters: (bands, bins); y: (frames, bands).
/// Dtypes   x, y: f32 or bf16 alike (cpu, cuda: f32); filters: f32.
/// Aliasing none.
/// Limits   frames, bins, bands >= 1.
/// Errors   kBadShape, kBadDtype; nothing is written then.
/// Source   mel_spectrogram of the official package.
struct Args {
  ConstTensor x;
  const float* filters = nullptr;
  Tensor y;
  std::uint32_t frames = 0;
  std::uint32_t bins = 0;
  std::uint32_t bands = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::log_mel
