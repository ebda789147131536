#pragma once

// Attention of one query, or of the heads that share a kv head. Keys are taken in splits of 64, by
// their ordinal from the query's oldest. A split gives its largest score, the sum of exp(score -
// largest) and the values weighed by it; splits are joined in their order. So the arithmetic
// depends on the number of keys and on the head alone. Only for `<op>.cuda.cu`.

#include <cooperative_groups.h>

#include <cstdint>
#include <utility>

#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/kv_place.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kSplit = 64;
inline constexpr std::uint32_t kAttentionThreads = 256;
inline constexpr std::uint32_t kAttentionWarps = kAttentionThreads / kWarp;
/// Blocks that share the splits of one query: as many as a portable cluster has.
inline constexpr std::uint32_t kCluster = 8;

/// A pack as it lies in memory, at a 16-byte boundary, widened where it is used.
template <class T>
struct Stored;
template <>
struct Stored<float> {
  Pack pack = {};
  __device__ __forceinline__ void load(const float* from) { pack = load_pack(from); }
  __device__ __forceinline__ void keep(const Pack& from) { pack = from; }
  __device__ __forceinline__ Pack widened() const { return pack; }
};
template <>
struct Stored<Bf16> {
  uint4 words = {};
  __device__ __forceinline__ void load(const Bf16* from) {
    words = *reinterpret_cast<const uint4*>(from);  // heads begin on 16 bytes
  }
  __device__ __forceinline__ void keep(const Pack& from) {
    store_pack(reinterpret_cast<Bf16*>(&words), from);  // eight of them
  }
  __device__ __forceinline__ Pack widened() const {
    return load_pack(reinterpret_cast<const Bf16*>(&words));  // the eight that were loaded
  }
};

/// The keys that one token's query sees.
struct KeySpan {
  std::uint32_t lane;
  std::uint32_t kv_head;
  std::uint32_t first;   ///< Position of the lane's first token: older keys lie there already.
  std::uint32_t oldest;  ///< Position of the query's oldest key.
  std::uint32_t keys;    ///< Those of the token, whether it is valid or not.

  __device__ __forceinline__ std::uint32_t splits() const { return (keys + kSplit - 1) / kSplit; }
  __device__ __forceinline__ bool is_old(std::uint32_t ordinal) const {
    return oldest + ordinal < first;
  }
};

template <class Args>
__device__ __forceinline__ KeySpan span_of(const Args& a, std::uint32_t lane, std::uint32_t token,
                                           std::uint32_t kv_head) {
  const std::uint32_t first = first_position(a, lane);
  const std::uint32_t position = first + token;
  const std::uint32_t oldest = first_key(position, a.window);
  return {lane, kv_head, first, oldest, keys_fit(a, position) ? position + 1 - oldest : 0};
}

/// Whether a token that is valid or not counts; one that should and has no place in the cache is
/// reported.
__device__ __forceinline__ bool token_counts(bool is_valid, const KeySpan& span,
                                             std::uint32_t* fault) {
  if (is_valid && span.keys == 0) report(fault, ErrorCode::kBadPage);
  return is_valid && span.keys != 0;
}

/// The same of a token of the lane, known after begin_kernel() only.
template <class Args>
__device__ __forceinline__ bool token_counts(const Args& a, const KeySpan& span,
                                             std::uint32_t token, std::uint32_t* fault) {
  return token_counts(token < valid_tokens(a, span.lane), span, fault);
}

/// Which keys of a split, and which eight elements of each, are a lane's.
template <std::uint32_t kHeadDim>
struct Share {
  static constexpr std::uint32_t kLanes = kHeadDim / kPack;  ///< Of one key.
  static constexpr std::uint32_t kAtOnce = kWarp / kLanes;   ///< Keys of a warp's load.
  static constexpr std::uint32_t kLoads = kSplit / kAttentionWarps / kAtOnce;

  /// Key of the split that load i brings this lane.
  __device__ __forceinline__ static std::uint32_t key_of(std::uint32_t i) {
    return (threadIdx.x / kWarp * kLoads + i) * kAtOnce + threadIdx.x % kWarp / kLanes;
  }
  /// First of the lane's elements in every head.
  __device__ __forceinline__ static std::uint32_t element() { return threadIdx.x % kLanes * kPack; }
};

/// A lane's parts of the keys and values of one split.
template <class T, std::uint32_t kHeadDim>
struct SplitRows {
  using S = Share<kHeadDim>;
  const T* k_at[S::kLoads];  ///< nullptr for a key that is none.
  std::ptrdiff_t to_values;  ///< From a key to its value, in elements.
  Stored<T> k[S::kLoads];
  Stored<T> v[S::kLoads];

  /// Finds the keys of a split and asks for those that lie in the cache already. A page that is
  /// none gives no key; who is valid reports it.
  template <class Args>
  __device__ __forceinline__ void ask(const Args& a, const KeySpan& span, std::uint32_t split) {
    const T* k_cache = static_cast<const T*>(a.k_cache.data);
    to_values = static_cast<const T*>(a.v_cache.data) - k_cache;
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      const std::uint32_t ordinal = split * kSplit + S::key_of(i);
      k_at[i] = nullptr;
      k[i] = v[i] = {};
      if (ordinal >= span.keys) continue;
      const std::uint32_t position = span.oldest + ordinal;
      if (page_of(a, span.lane, position) >= a.pages) continue;
      const std::size_t at = cache_offset(a, span.lane, span.kv_head, position);
      k_at[i] = k_cache + at + S::element();
      if (!span.is_old(ordinal)) continue;
      k[i].load(k_at[i]);
      v[i].load(k_at[i] + to_values);
    }
  }
  /// Whether a key of the split lies in no page.
  __device__ __forceinline__ bool misses(const KeySpan& span, std::uint32_t split) const {
    bool missing = false;
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      missing |= k_at[i] == nullptr && split * kSplit + S::key_of(i) < span.keys;
    }
    return missing;
  }
  /// The keys of this op's tokens, from the cache.
  __device__ __forceinline__ void load_fresh(const KeySpan& span, std::uint32_t split) {
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      if (k_at[i] == nullptr || span.is_old(split * kSplit + S::key_of(i))) continue;
      k[i].load(k_at[i]);
      v[i].load(k_at[i] + to_values);
    }
  }
};

/// Shared memory of a block while it works on a split.
template <std::uint32_t kHeadDim, std::uint32_t kGroup>
struct SplitScratch {
  float scores[kGroup][kSplit];
  float values[kAttentionWarps][kGroup][kHeadDim];
};

/// The result of one split.
template <std::uint32_t kHeadDim, std::uint32_t kGroup>
struct SplitPart {
  float largest[kGroup];
  float sum[kGroup];
  float values[kGroup][kHeadDim];
};

/// The sum over the lanes of one key, in each of them.
template <std::uint32_t kHeadDim>
__device__ __forceinline__ float key_sum(float x) {
#pragma unroll
  for (std::uint32_t apart = Share<kHeadDim>::kLanes / 2; apart > 0; apart /= 2) {
    x += __shfl_xor_sync(kAllLanes, x, apart);
  }
  return x;
}

/// scores = scale * q · k for the split's keys, -inf beyond them.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup>
__device__ __forceinline__ void score_split(float scale, const SplitRows<T, kHeadDim>& rows,
                                            const Pack (&q)[kGroup],
                                            SplitScratch<kHeadDim, kGroup>& room) {
  using S = Share<kHeadDim>;
#pragma unroll
  for (std::uint32_t i = 0; i < S::kLoads; ++i) {
    const Pack key = rows.k[i].widened();
#pragma unroll
    for (std::uint32_t g = 0; g < kGroup; ++g) {
      float sum = 0.0f;
#pragma unroll
      for (std::uint32_t d = 0; d < kPack; ++d) sum = fmaf(q[g].at[d], key.at[d], sum);
      sum = key_sum<kHeadDim>(sum);
      if (threadIdx.x % S::kLanes == 0) {
        room.scores[g][S::key_of(i)] = rows.k_at[i] != nullptr ? sum * scale : -INFINITY;
      }
    }
  }
  __syncthreads();  // all scores of the split are in `room`
}

/// Weighs the values of a split and leaves its result in `part`, with barriers round it.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup>
__device__ __forceinline__ void weigh_split(const SplitRows<T, kHeadDim>& rows,
                                            SplitScratch<kHeadDim, kGroup>& room,
                                            SplitPart<kHeadDim, kGroup>& part) {
  using S = Share<kHeadDim>;
  const std::uint32_t lane = threadIdx.x % kWarp;
  const std::uint32_t warp = threadIdx.x / kWarp;
#pragma unroll 1  // short code: see the kernels
  for (std::uint32_t g = 0; g < kGroup; ++g) {
    // Every warp finds the same largest score and sum: cheaper than one more barrier.
    const float low = room.scores[g][lane];
    const float high = room.scores[g][lane + kWarp];
    const float largest = warp_max(fmaxf(low, high));
    const float sum = warp_sum(expf(low - largest) + expf(high - largest));
    float total[kPack] = {};
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      const float weight = expf(room.scores[g][S::key_of(i)] - largest);
      const Pack value = rows.v[i].widened();
#pragma unroll
      for (std::uint32_t d = 0; d < kPack; ++d) total[d] = fmaf(weight, value.at[d], total[d]);
    }
#pragma unroll
    for (std::uint32_t apart = S::kLanes; apart < kWarp; apart *= 2) {
#pragma unroll
      for (float& value : total) value += __shfl_xor_sync(kAllLanes, value, apart);
    }
    if (lane < S::kLanes) {
#pragma unroll
      for (std::uint32_t d = 0; d < kPack; ++d) {
        room.values[warp][g][lane * kPack + d] = total[d];
      }
    }
    if (threadIdx.x == 0) {
      part.largest[g] = largest;
      part.sum[g] = sum;
    }
  }
  __syncthreads();  // every warp's values are in `room`
  for (std::uint32_t i = threadIdx.x; i < kGroup * kHeadDim; i += kAttentionThreads) {
    float sum = 0.0f;
#pragma unroll
    for (std::uint32_t w = 0; w < kAttentionWarps; ++w) {
      sum += room.values[w][i / kHeadDim][i % kHeadDim];
    }
    part.values[i / kHeadDim][i % kHeadDim] = sum;
  }
  __syncthreads();  // `part` is whole, and `room` may be used for the next split
}

/// y = the joined parts of a query's splits, or zeros without one. With kShare > 1 split s lies in
/// block s mod kShare of the cluster; the first joins them, and all of the cluster call this.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kShare>
__device__ __forceinline__ void join_splits(SplitPart<kHeadDim, kGroup>* parts,
                                            std::uint32_t splits, std::uint32_t share, T* y) {
  namespace cg = cooperative_groups;
  const bool alone = kShare == 1 || splits <= 1;
  if (!alone) cg::this_cluster().sync();  // every block's parts are whole
  if (share == 0) {
    const auto part_of = [&](std::uint32_t split) -> const SplitPart<kHeadDim, kGroup>* {
      auto* part = parts + split / kShare;
      if constexpr (kShare == 1) return part;
      return alone ? part : cg::this_cluster().map_shared_rank(part, split % kShare);
    };
#pragma unroll 1
    for (std::uint32_t i = threadIdx.x; i < kGroup * kHeadDim; i += kAttentionThreads) {
      const std::uint32_t g = i / kHeadDim;
      float largest = -INFINITY;
#pragma unroll 4
      for (std::uint32_t s = 0; s < splits; ++s) largest = fmaxf(largest, part_of(s)->largest[g]);
      float sum = 0.0f;
      float value = 0.0f;
#pragma unroll 4
      for (std::uint32_t s = 0; s < splits; ++s) {
        const auto* part = part_of(s);
        const float factor = expf(part->largest[g] - largest);
        sum = fmaf(factor, part->sum[g], sum);
        value = fmaf(factor, part->values[g][i % kHeadDim], value);
      }
      y[i] = narrow<T>(splits == 0 ? 0.0f : value / sum);
    }
  }
  if (alone) return;
  // No block leaves while the first still reads its parts; the first need not wait for them.
  auto arrival = cg::this_cluster().barrier_arrive();
  if (share != 0) cg::this_cluster().barrier_wait(std::move(arrival));
}

/// Splits that a query may have.
template <class Args>
std::uint32_t splits_max(const Args& a) {
  std::uint32_t keys = a.page_table ? a.pages_max * a.page_positions : a.page_positions;
  if (a.window != 0 && a.window < keys) keys = a.window;
  return blocks_for(keys, kSplit);
}

/// A form that kernels by splits are compiled in.
template <std::uint32_t kHeadDimOf, std::uint32_t kGroupOf, std::uint32_t kShareOf>
struct HeadForm {
  static constexpr std::uint32_t kHeadDim = kHeadDimOf;
  static constexpr std::uint32_t kGroup = kGroupOf;  ///< Heads of a kv head.
  static constexpr std::uint32_t kShare = kShareOf;  ///< Blocks that share a query's splits.
};

/// Queries up to which a whole cluster shares the splits of each, and up to which two blocks do:
/// more of them fill the GPU with a block each.
inline constexpr std::uint32_t kFewQueries = 4;
inline constexpr std::uint32_t kSomeQueries = 16;
/// Results that a block keeps in its shared memory: a longer context needs more blocks.
inline constexpr std::uint32_t kPartsOfBlock = 128;

/// Calls body with the HeadForm of the operands, or any() when there is none for them. With a page
/// table a cluster shares a query's splits: its size is no matter of bits.
template <class Args, class Body, class Any>
Status with_head_form(const Args& a, Body&& body, Any&& any) {
  const auto shared = [&]<std::uint32_t kHeadDim, std::uint32_t kGroup>() {
    if (!a.page_table) return body(HeadForm<kHeadDim, kGroup, 1>{});
    const std::uint32_t queries = a.lanes * a.tokens;
    const std::uint32_t splits = splits_max(a);
    if (queries > kSomeQueries && splits <= kPartsOfBlock) {
      return body(HeadForm<kHeadDim, kGroup, 1>{});
    }
    return queries > kFewQueries && splits <= 2 * kPartsOfBlock
               ? body(HeadForm<kHeadDim, kGroup, 2>{})
               : body(HeadForm<kHeadDim, kGroup, kCluster>{});
  };
  const std::uint32_t group = a.heads / a.kv_heads;
  if (a.head_dim == 128 && group == 1) return shared.template operator()<128, 1>();
  if (a.head_dim == 128 && group == 2) return shared.template operator()<128, 2>();
  if (a.head_dim == 64 && group == 1) return shared.template operator()<64, 1>();
  if (a.head_dim == 64 && group == 2) return shared.template operator()<64, 2>();
  return any();
}

/// Enqueues a kernel by splits: a cluster for each kv head and token, with `room_bytes` of shared
/// memory before the results of a block's splits.
template <class Form, class Args>
Status launch_splits(CudaContext& on, void (*kernel)(Args, std::uint32_t*), std::size_t room_bytes,
                     const Args& a) {
  const std::size_t parts = blocks_for(splits_max(a), Form::kShare);
  const std::size_t bytes = room_bytes + parts * sizeof(SplitPart<Form::kHeadDim, Form::kGroup>);
  return launch_cluster(on, kernel, dim3(a.kv_heads, a.lanes * a.tokens, Form::kShare),
                        kAttentionThreads, dim3(1, 1, Form::kShare), bytes, a, on.fault);
}

}  // namespace voxfuse::device
