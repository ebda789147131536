#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::depthwise_conv1d {

/// y[t, c] = sum over tap of w[c, tap] * x[t - (taps - 1 - tap), c] + bias[c]
///
/// Inputs before the packet come from the lane's history. rate = 0 takes all tokens for valid; else
/// the valid ones are the first valid * rate, and y is zero beyond them.
///
/// Shapes   x, y: (lanes, tokens, width); w: (width, taps), the oldest tap first; bias: (width);
///          history: (history_tokens, width) in the row.
/// Dtypes   x, history, y: f32 or bf16 alike (cpu: f32); w, bias: f32 or bf16. The sum is f64 in
///          reference(); in cpu() and cuda() it is a chain of fused multiply-adds that starts at
///          the bias, the oldest tap first.
/// Aliasing none.
/// State    history holds the last history_tokens inputs before the packet, oldest first, zeros at
///          the start of speech. Afterwards it holds the last ones of (history, the lane's valid *
///          rate tokens): tokens beyond those leave no trace, and valid = 0 changes nothing.
/// Limits   lanes, tokens, width >= 1; taps >= 2; history_tokens = taps - 1; valid * rate above
///          tokens counts as tokens.
/// Errors   kBadShape, kBadDtype (cpu, cuda); nothing is written then.
/// Source   ConvNeXt block of the codec decoder.
struct Args {
  ConstTensor x;
  ConstTensor w;
  ConstTensor bias;
  const std::uint32_t* valid = nullptr;
  RowTensor history;
  Tensor y;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t width = 0;
  std::uint32_t taps = 0;
  std::uint32_t history_tokens = 0;
  std::uint32_t rate = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all threads.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::depthwise_conv1d
