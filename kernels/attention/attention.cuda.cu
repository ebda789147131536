#include "kernels/attention/attention.hpp"
#include "kernels/support/cuda/attention_split.cuh"

namespace voxfuse::attention {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = kAttentionThreads;
constexpr std::uint32_t kWarps = kAttentionWarps;

/// One block a query and a share of its splits. With a page table a cluster of blocks shares the
/// splits of a query, block r those of r mod 8, and the first joins them; without one a block has
/// them all. Keys and values of earlier tokens, which lie there since an earlier pass, are asked
/// for before the predecessor has ended.
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

  Eight q[kGroup];
  const T* heads = static_cast<const T*>(a.q.data) + std::size_t{blockIdx.y} * a.q_stride +
                   std::size_t{span.kv_head} * kGroup * kHeadDim;
#pragma unroll
  for (std::uint32_t g = 0; g < kGroup; ++g) {
    q[g] = load_eight(heads + g * kHeadDim + Share<kHeadDim>::element());
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

/// Any head and group: one block a query and head, a thread a key, then a thread an element.
template <class T>
__global__ void __launch_bounds__(kThreads)
    attention_any_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  __shared__ float scores[kThreads];
  __shared__ float room[kWarps];
  begin_kernel();
  const std::uint32_t head = blockIdx.x;
  const std::uint32_t token = blockIdx.y % a.tokens;
  KeySpan query = span_of(a, blockIdx.y / a.tokens, token, head / (a.heads / a.kv_heads));
  if (!token_counts(a, query, token, fault)) query.keys = 0;
  const T* q = static_cast<const T*>(a.q.data) + std::size_t{blockIdx.y} * a.q_stride +
               std::size_t{head} * a.head_dim;
  T* y = static_cast<T*>(a.y.data) + (std::size_t{blockIdx.y} * a.heads + head) * a.head_dim;
  const T* k_cache = static_cast<const T*>(a.k_cache.data);
  const T* v_cache = static_cast<const T*>(a.v_cache.data);

  constexpr std::uint32_t kEach = kHeadDimMax / kThreads;  // elements of the head a thread has
  float largest = -INFINITY;
  float sum = 0.0f;
  float value[kEach] = {};
  for (std::uint32_t base = 0; base < query.keys; base += kThreads) {
    const std::uint32_t count = min(kThreads, query.keys - base);
    float score = -INFINITY;
    if (threadIdx.x < count) {
      const std::size_t at =
          checked_offset(a, query.lane, query.kv_head, query.oldest + base + threadIdx.x, fault);
      float dot = 0.0f;
      for (std::uint32_t d = 0; at != kNowhere && d < a.head_dim; ++d) {
        dot = fmaf(widen(q[d]), widen(k_cache[at + d]), dot);
      }
      score = dot * a.scale;
    }
    scores[threadIdx.x] = score;
    __syncthreads();  // the scores are there
    float most = largest;
    for (std::uint32_t j = 0; j < count; ++j) most = fmaxf(most, scores[j]);
    const float factor = expf(largest - most);  // 0 in the first round
    const float weight = threadIdx.x < count ? expf(score - most) : 0.0f;
    __syncthreads();  // every thread has seen every score
    scores[threadIdx.x] = weight;
    sum = fmaf(sum, factor, block_sum<kThreads>(weight, room));
    largest = most;
    // block_sum's barrier: the weights are there.
#pragma unroll
    for (std::uint32_t i = 0; i < kEach; ++i) value[i] *= factor;
    for (std::uint32_t j = 0; j < count; ++j) {
      const std::size_t at =
          checked_offset(a, query.lane, query.kv_head, query.oldest + base + j, fault);
#pragma unroll
      for (std::uint32_t i = 0; i < kEach; ++i) {
        const std::uint32_t d = threadIdx.x + i * kThreads;
        if (at != kNowhere && d < a.head_dim) {
          value[i] = fmaf(scores[j], widen(v_cache[at + d]), value[i]);
        }
      }
    }
    __syncthreads();  // `scores` and `room` may be used again
  }
#pragma unroll
  for (std::uint32_t i = 0; i < kEach; ++i) {
    const std::uint32_t d = threadIdx.x + i * kThreads;
    if (d < a.head_dim) y[d] = narrow<T>(query.keys == 0 ? 0.0f : value[i] / sum);
  }
}

template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kShare>
Status launch_shared(const Args& a, CudaContext& on) {
  const std::size_t bytes = sizeof(SplitScratch<kHeadDim, kGroup>) +
                            blocks_for(splits_max(a), kShare) * sizeof(SplitPart<kHeadDim, kGroup>);
  const dim3 grid(a.kv_heads, a.lanes * a.tokens, kShare);
  return launch_cluster(on, attention_kernel<T, kHeadDim, kGroup, kShare>, grid, kThreads,
                        dim3(1, 1, kShare), bytes, a, on.fault);
}

template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup>
Status launch_head(const Args& a, CudaContext& on) {
  return a.page_table ? launch_shared<T, kHeadDim, kGroup, kCluster>(a, on)
                      : launch_shared<T, kHeadDim, kGroup, 1>(a, on);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_REQUIRE(
      a.page_table || a.window == 0 || std::uint64_t{a.window} + a.tokens - 1 <= a.page_positions,
      kBadShape);
  return with_dtype(a.q.dtype, [&](auto act) {
    using T = decltype(act);
    const std::uint32_t group = a.heads / a.kv_heads;
    const bool aligned = a.q_stride % kVector == 0;
    if (aligned && a.head_dim == 128 && group == 1) return launch_head<T, 128, 1>(a, on);
    if (aligned && a.head_dim == 128 && group == 2) return launch_head<T, 128, 2>(a, on);
    if (aligned && a.head_dim == 64 && group == 1) return launch_head<T, 64, 1>(a, on);
    if (aligned && a.head_dim == 64 && group == 2) return launch_head<T, 64, 2>(a, on);
    return launch(on, attention_any_kernel<T>, dim3(a.heads, a.lanes * a.tokens), kThreads, 0, a,
                  on.fault);
  });
}

}  // namespace voxfuse::attention
