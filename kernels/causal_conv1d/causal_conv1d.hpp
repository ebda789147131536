#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::causal_conv1d {

/// y[t, o] = bias[o] + sum over tap, c of
///           w[o, tap * inputs + c] * x[t - (taps - 1 - tap) * dilation, c]
///
/// Inputs before the packet come from the lane's history. rate = 0 takes all tokens for valid; else
/// the valid ones are the first valid * rate, and y is zero beyond them.
///
/// Shapes   x: (lanes, tokens, inputs); w: (outputs, taps * inputs), the oldest tap first; bias:
///          (outputs); history: (history_tokens, inputs) in the row; y: (lanes, tokens, outputs).
/// Dtypes   x, history, y: f32 or bf16 alike (cpu: f32); w, bias: f32 or bf16. The sum is f64 in
///          reference(); in cpu() it runs over tap * inputs + c in matmul's order, then + bias; in
///          cuda() in ascending order in f32, in parts that taps * inputs alone determines, then +
///          bias: the same bits for every packet.
/// Aliasing none.
/// State    history holds the last history_tokens inputs before the packet, oldest first, zeros at
///          the start of speech. Afterwards it holds the last ones of (history, the lane's valid *
///          rate tokens): tokens beyond those leave no trace, and valid = 0 changes nothing.
/// Limits   lanes, tokens, inputs, outputs, dilation >= 1; taps >= 2; history_tokens = (taps - 1) *
///          dilation; valid * rate above tokens counts as tokens.
/// Errors   kBadShape, kBadDtype (cpu, cuda); nothing is written then.
/// Source   CausalConv of the codec decoder.
struct Args {
  ConstTensor x;
  ConstTensor w;
  ConstTensor bias;
  const std::uint32_t* valid = nullptr;
  RowTensor history;
  Tensor y;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
  std::uint32_t taps = 0;
  std::uint32_t dilation = 0;
  std::uint32_t history_tokens = 0;
  std::uint32_t rate = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all threads.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::causal_conv1d
