#include "kernels/attention/attention.hpp"
#include "kernels/support/cuda/attention_any.cuh"

namespace voxfuse::attention {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = kAttentionThreads;

/// kBlocks blocks a query and kv head: with a page table a cluster may share a query's splits. Keys
/// and values of earlier tokens, which lie there since an earlier pass, are asked for before the
/// predecessor has ended.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kBlocks>
__global__ void __launch_bounds__(kThreads) __maxnreg__((kAttentionRegisters<T, kBlocks>))
    attention_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  extern __shared__ __align__(16) unsigned char memory[];
  auto& room = *reinterpret_cast<StrandRoom<kHeadDim, kGroup, kBlocks>*>(memory);
  const std::uint32_t block = kBlocks == 1 ? 0 : blockIdx.z;
  const std::uint32_t token = blockIdx.y % a.tokens;
  const KeySpan span = span_of(a, blockIdx.y / a.tokens, token, blockIdx.x);
  const auto find = [&](std::uint32_t split) { return KeyPlaces<kHeadDim>::find(a, span, split); };
  const T* k_cache = static_cast<const T*>(a.k_cache.data);
  const T* v_cache = static_cast<const T*>(a.v_cache.data);
  SplitAtWork<T, kHeadDim, kBlocks> work = {.turn = {block, block}, .places = find(block)};
  work.keys.template ask<false>(work.places, span, block, k_cache);
  work.values.template ask<false>(work.places, span, block, v_cache);
  begin_kernel();
  const std::uint32_t splits = token_counts(a, span, token, fault) ? span.splits() : 0;

  Pack q[kGroup];
  const T* heads = static_cast<const T*>(a.q.data) + std::size_t{blockIdx.y} * a.q_stride +
                   std::size_t{span.kv_head} * kGroup * kHeadDim;
#pragma unroll
  for (std::uint32_t g = 0; g < kGroup; ++g) {
    q[g] = load_pack(heads + g * kHeadDim + Share<kHeadDim>::element());
  }
  // The tokens' own keys lie in the cache too, but for the first split that was too early to ask.
  const auto load_from = [](const T* cache) {
    return [cache](auto& row, std::size_t at, std::uint32_t) { row.load(cache + at); };
  };
  work.keys.each_fresh(work.places, span, block, load_from(k_cache));
  work.values.each_fresh(work.places, span, block, load_from(v_cache));
  const auto complete = [&](std::uint32_t split) {
    if (work.places.miss(span, split)) report(fault, ErrorCode::kBadPage);
  };
  take_splits<true>(a.scale, span, splits, k_cache, v_cache, q, work, find, complete, room);
  T* y = static_cast<T*>(a.y.data) +
         (std::size_t{blockIdx.y} * a.heads + span.kv_head * kGroup) * kHeadDim;
  join_strands<T>(room, splits, block, y);
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
      return launch_splits<F>(on, attention_kernel<T, F::kHeadDim, F::kGroup, F::kBlocks>,
                              sizeof(StrandRoom<F::kHeadDim, F::kGroup, F::kBlocks>), a);
    };
    const auto any = [&] {
      return launch(on, attention_any_kernel<T>, dim3(a.heads, a.lanes * a.tokens), kThreads, 0, a,
                    on.fault);
    };
    return a.q_stride % kPack == 0 ? with_head_form(a, by_splits, any) : any();
  });
}

}  // namespace voxfuse::attention
