#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::hidden_load {

/// y[b, token] = the hidden of the lane's row.
///
/// Shapes   hidden: (width) in the row; y: (lanes, tokens, width), of which one token a lane is
///          written.
/// Dtypes   hidden, y: one dtype, f32 or bf16. Exact.
/// Limits   lanes, tokens, width >= 1; token < tokens.
/// Errors   kBadShape, kBadDtype; nothing is written then.
struct Args {
  RowTensor hidden;
  Tensor y;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t token = 0;
  std::uint32_t width = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::hidden_load
