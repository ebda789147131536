#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::nearest_code {

/// codes[t, group] = the entry of the codebook nearest to x[t], the first of several; then
/// x[t] -= that entry.
///
/// Shapes   x: (tokens, dim); codebook: (size, dim); codes: (tokens, groups), whose other columns
///          keep what they held.
/// Dtypes   x: f32 or bf16 (cpu, cuda: f32); codebook: f32. Squared distances are sums of squared
///          differences: f64 in reference(), f32 in matmul's order in cpu(), over a warp's
///          lanes in cuda().
/// Aliasing none.
/// Limits   tokens, dim, size, groups >= 1; group < groups.
/// Errors   kBadShape, kBadDtype; nothing is written then.
/// Source   the official codec encoder's residual vector quantiser.
struct Args {
  Tensor x;
  const float* codebook = nullptr;
  std::uint32_t* codes = nullptr;
  std::uint32_t tokens = 0;
  std::uint32_t dim = 0;
  std::uint32_t size = 0;
  std::uint32_t groups = 0;
  std::uint32_t group = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::nearest_code
