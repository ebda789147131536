#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::self_attention {

/// y[t, h] = sum over j <= t of softmax_j(scale * q[t, h] · k[j, g]) * v[j, g], g the kv head of h
///
/// Shapes   q, y: (tokens, heads * head_dim); k, v: (tokens, kv_heads * head_dim); head h reads kv
///          head h / (heads / kv_heads).
/// Dtypes   q, k, v, y: f32 or bf16 alike (cpu: f32). Scores and softmax are f32 in every twin but
///          reference(), which has f64.
/// Aliasing none.
/// Limits   all sizes >= 1; heads a multiple of kv_heads; tokens <= 8192, head_dim <= 512.
/// Errors   kBadShape, kBadDtype; nothing is written then.
/// Source   the codec encoder's attention, which sees the whole recording whatever window its
///          configuration names.
struct Args {
  ConstTensor q;
  ConstTensor k;
  ConstTensor v;
  Tensor y;
  std::uint32_t tokens = 0;
  std::uint32_t heads = 0;
  std::uint32_t kv_heads = 0;
  std::uint32_t head_dim = 0;
  float scale = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< Same result within tolerance, all cores.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::self_attention
