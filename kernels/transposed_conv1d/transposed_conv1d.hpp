#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::transposed_conv1d {

/// y[t * stride + phase, o] = bias[o] + sum over span, c of
///                            w[phase * outputs + o, span * inputs + c] * x[t - span, c]
///
/// A gather: each output is formed at once from the inputs it needs, so that packets of any size
/// add up in one order. x[-1] comes from the lane's history. rate = 0 takes all tokens for valid;
/// else the valid ones are the first valid * rate, and y is zero beyond their outputs.
///
/// Shapes   x: (lanes, tokens, inputs); w: (stride * outputs, spans * inputs); bias: (outputs);
///          history: (inputs) in the row, absent when spans = 1; y: (lanes, tokens * stride,
///          outputs).
/// Dtypes   x, history, y: f32 or bf16 alike (cpu: f32); w, bias: f32 or bf16. The sum is f64 in
///          reference(); in cpu() it runs over span * inputs + c in matmul's order, then + bias; in
///          cuda() in ascending order in f32, in parts that spans * inputs alone determines, then +
///          bias: the same bits for every packet.
/// Aliasing none.
/// State    history holds the input before the packet, zeros at the start of speech; afterwards it
///          holds the last valid one, and valid = 0 changes nothing.
/// Limits   lanes, tokens, inputs, outputs, stride >= 1; spans is 1 or 2, 2 exactly where history
///          is present; valid * rate above tokens counts as tokens.
/// Errors   kBadShape, kBadDtype (cpu, cuda); nothing is written then.
/// Source   CausalTransConv of the codec decoder, right trim.
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
  std::uint32_t stride = 0;
  std::uint32_t spans = 0;
  std::uint32_t rate = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all threads.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::transposed_conv1d
