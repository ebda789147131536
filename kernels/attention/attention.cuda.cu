#include "kernels/attention/attention.hpp"
#include "kernels/support/cuda/attention_any.cuh"

namespace voxfuse::attention {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = kAttentionThreads;

/// One block a query and a share of its splits. With a page table a cluster of kShare blocks may
/// have the splits of a query, block r those of r mod kShare, and the first joins them; without one
/// a block has them all. Keys and values of earlier tokens, which lie there since an earlier pass,
/// are asked for before the predecessor has ended.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kShare>
__global__ void __launch_bounds__(kThreads)
    attention_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  extern __shared__ unsigned char memory[];
  // The scratch of the split at work, then the results of this block's splits.
  auto& room = *reinterpret_cast<SplitScratch<kHeadDim, kGroup>*>(memory);
  auto* parts = reinterpret_cast<SplitPart<kHeadDim, kGroup>*>(&room + 1);
  const std::uint32_t share = kShare == 1 ? 0 : blockIdx.z;
  const std::uint32_t token = blockIdx.y % a.tokens;
  const KeySpan span = span_of(a, blockIdx.y / a.tokens, token, blockIdx.x);
  SplitRows<T, kHeadDim> rows;
  if (share < span.splits()) rows.ask(a, span, share);
  begin_kernel();
  const std::uint32_t splits = token_counts(a, span, token, fault) ? span.splits() : 0;

  Pack q[kGroup];
  const T* heads = static_cast<const T*>(a.q.data) + std::size_t{blockIdx.y} * a.q_stride +
                   std::size_t{span.kv_head} * kGroup * kHeadDim;
#pragma unroll
  for (std::uint32_t g = 0; g < kGroup; ++g) {
    q[g] = load_pack(heads + g * kHeadDim + Share<kHeadDim>::element());
  }
  for (std::uint32_t split = share; split < splits; split += kShare) {
    if (split != share) rows.ask(a, span, split);
    if (rows.misses(span, split)) report(fault, ErrorCode::kBadPage);
    rows.load_fresh(span, split);
    score_split<T, kHeadDim, kGroup>(a.scale, rows, q, room);
    weigh_split<T, kHeadDim, kGroup>(rows, room, parts[split / kShare]);
  }
  T* y = static_cast<T*>(a.y.data) +
         (std::size_t{blockIdx.y} * a.heads + span.kv_head * kGroup) * kHeadDim;
  join_splits<T, kHeadDim, kGroup, kShare>(parts, splits, share, y);
}

/// Any head and group: one block a query and head.
template <class T>
__global__ void __launch_bounds__(kThreads)
    attention_any_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  __shared__ float scores[kThreads];
  __shared__ float room[kAttentionWarps];
  begin_kernel();
  const std::uint32_t head = blockIdx.x;
  const std::uint32_t token = blockIdx.y % a.tokens;
  KeySpan span = span_of(a, blockIdx.y / a.tokens, token, head / (a.heads / a.kv_heads));
  if (!token_counts(a, span, token, fault)) span.keys = 0;
  const T* q = static_cast<const T*>(a.q.data) + std::size_t{blockIdx.y} * a.q_stride +
               std::size_t{head} * a.head_dim;
  T* y = static_cast<T*>(a.y.data) + (std::size_t{blockIdx.y} * a.heads + head) * a.head_dim;
  attend_any(a, span, q, scores, room, y, fault);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_window(a));
  return with_dtype(a.q.dtype, [&](auto act) {
    using T = decltype(act);
    const auto by_splits = [&](auto form) {
      using F = decltype(form);
      return launch_splits<F>(on, attention_kernel<T, F::kHeadDim, F::kGroup, F::kShare>,
                              sizeof(SplitScratch<F::kHeadDim, F::kGroup>), a);
    };
    const auto any = [&] {
      return launch(on, attention_any_kernel<T>, dim3(a.heads, a.lanes * a.tokens), kThreads, 0, a,
                    on.fault);
    };
    return a.q_stride % kPack == 0 ? with_head_form(a, by_splits, any) : any();
  });
}

}  // namespace voxfuse::attention
