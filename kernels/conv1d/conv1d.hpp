#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::conv1d {

/// y[s, o] = after(bias[o] + sum over tap, c of
///                 w[o, tap * inputs + c] * before(x[s * stride + tap * dilation - pad_left, c]))
///
/// With adds = 1 that is added to what y[s, o] held, as one f32 addition; else y is only written.
///
/// A convolution over a whole recording: no history, no lanes. Positions beyond the ends of x are
/// zeros, or the element that `padding` names: mirrored at the first and the last one, which are
/// not repeated, or the nearest of the two.
///
/// Shapes   x: (tokens, inputs); w: (outputs, taps * inputs), the first tap first; bias: (outputs)
///          or absent; y: (steps, outputs).
/// Dtypes   x, y: f32 or bf16 alike (cpu: f32); w, bias: f32 or bf16. The sum is f64 in
///          reference(); in cpu() it runs over tap * inputs + c in matmul's order, then + bias; in
///          cuda() in ascending order in f32.
/// Aliasing none.
/// Limits   tokens, inputs, steps, outputs, taps, stride, dilation >= 1; adds <= 1; what is
/// mirrored lies in x:
///          at most tokens - 1 positions beyond either end.
/// Errors   kBadShape, kBadDtype (cpu, cuda); nothing is written then.
/// Source   Conv1d of the official speaker encoder (reflect) and codec encoder (zeros, replicate).
struct Args {
  ConstTensor x;
  ConstTensor w;
  ConstTensor bias;
  Tensor y;
  std::uint32_t tokens = 0;
  std::uint32_t inputs = 0;
  std::uint32_t steps = 0;
  std::uint32_t outputs = 0;
  std::uint32_t taps = 0;
  std::uint32_t stride = 0;
  std::uint32_t dilation = 0;
  std::uint32_t pad_left = 0;
  std::uint32_t padding = 0;
  std::uint32_t before = 0;
  std::uint32_t after = 0;
  std::uint32_t adds = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::conv1d
