#pragma once

// Attention of one query, or of the heads that share a kv head. Keys are taken in splits of 64, by
// their ordinal from the query's oldest; share s of them has the splits of s mod 8. In a split the
// lanes that read one key together, a strand, have four keys, and go from one split of their share
// to the next without waiting for anyone: they keep their largest score, the sum of exp(score -
// largest) and the values weighed by it, and rescale them when a larger one comes.
//
// Order: a strand takes its keys of a share in turn; its even shares are joined in theirs, so are
// its odd ones, and the two with each other; then strands are joined in theirs. How many blocks do
// the work changes nothing of it, so that the arithmetic depends on the number of keys and on the
// head alone. Only for `<op>.cuda.cu`.

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
inline constexpr std::uint32_t kShares = 8;  ///< As many as a portable cluster has blocks.

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

/// Where a lane's parts of a split's keys lie in their cache, in packs: numbers of 32 bits, for a
/// thread has many of them.
template <std::uint32_t kHeadDim>
struct KeyPlaces {
  using S = Share<kHeadDim>;
  static constexpr std::uint32_t kNone = ~0u;  ///< Of a key that is none.
  std::uint32_t at[S::kLoads];

  /// Keys anywhere. A page that is none gives no key; who is valid reports it.
  template <class Args>
  __device__ __forceinline__ static KeyPlaces find(const Args& a, const KeySpan& span,
                                                   std::uint32_t split) {
    KeyPlaces places;
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      const std::uint32_t ordinal = split * kSplit + S::key_of(i);
      places.at[i] = kNone;
      if (ordinal >= span.keys) continue;
      const std::uint32_t position = span.oldest + ordinal;
      const std::uint32_t page = page_of(a, span.lane, position);
      if (page < a.pages) places.at[i] = pack_of(page_offset(a, page, span.kv_head, position));
    }
    return places;
  }
  /// The lane's pack of a key that begins at an element.
  __device__ __forceinline__ static std::uint32_t pack_of(std::size_t first) {
    return static_cast<std::uint32_t>((first + S::element()) / kPack);
  }
  /// Whether a key of the split lies in no page.
  __device__ __forceinline__ bool miss(const KeySpan& span, std::uint32_t split) const {
    bool missing = false;
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      missing |= at[i] == kNone && split * kSplit + S::key_of(i) < span.keys;
    }
    return missing;
  }
};

/// A lane's parts of the keys, or of the values, of one split.
template <class T, std::uint32_t kHeadDim>
struct SplitRows {
  using S = Share<kHeadDim>;
  Stored<T> row[S::kLoads];

  /// Asks for those of earlier tokens from a cache of keys or values; for all with kFreshToo.
  template <bool kFreshToo>
  __device__ __forceinline__ void ask(const KeyPlaces<kHeadDim>& places, const KeySpan& span,
                                      std::uint32_t split, const T* cache) {
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      row[i] = {};
      if (places.at[i] == places.kNone) continue;
      if (!kFreshToo && !span.is_old(split * kSplit + S::key_of(i))) continue;
      row[i].load(cache + std::size_t{places.at[i]} * kPack);
    }
  }
  /// Calls bring(stored, place, ordinal) for those of this op's tokens.
  template <class Bring>
  __device__ __forceinline__ void each_fresh(const KeyPlaces<kHeadDim>& places, const KeySpan& span,
                                             std::uint32_t split, Bring&& bring) {
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      const std::uint32_t ordinal = split * kSplit + S::key_of(i);
      if (places.at[i] == places.kNone || span.is_old(ordinal)) continue;
      bring(row[i], std::size_t{places.at[i]} * kPack, ordinal);
    }
  }
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

/// What brings two sums of exp(score - largest) to one largest score. Of no keys that is -inf, and
/// their side's factor 0.
struct Rescale {
  float largest;
  float left;
  float right;

  __device__ __forceinline__ Rescale(float left_largest, float right_largest)
      : largest(fmaxf(left_largest, right_largest)),
        left(expf(left_largest - finite())),
        right(expf(right_largest - finite())) {}
  /// What exponents are taken from.
  __device__ __forceinline__ float finite() const { return largest == -INFINITY ? 0.0f : largest; }
  __device__ __forceinline__ float join(float of_left, float of_right) const {
    return fmaf(of_right, right, __fmul_rn(of_left, left));
  }
};

/// What some keys come to for one head: the largest score, the sum of exp(score - largest), and a
/// lane's elements of the values weighed by it.
struct Weighed {
  float largest = -INFINITY;
  float sum = 0.0f;
  Pack values = {};

  __device__ __forceinline__ void join(const Weighed& other) {
    const Rescale by(largest, other.largest);
    largest = by.largest;
    sum = by.join(sum, other.sum);
#pragma unroll
    for (std::uint32_t d = 0; d < kPack; ++d) {
      values.at[d] = by.join(values.at[d], other.values.at[d]);
    }
  }
};

/// scores = scale * q · k for a strand's keys, in each of its lanes; -inf for those that are none.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup>
struct Scores {
  using S = Share<kHeadDim>;
  float at[kGroup][S::kLoads];

  __device__ __forceinline__ Scores(float scale, const KeyPlaces<kHeadDim>& places,
                                    const SplitRows<T, kHeadDim>& keys, const Pack (&q)[kGroup]) {
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      const Pack key = keys.row[i].widened();
#pragma unroll
      for (std::uint32_t g = 0; g < kGroup; ++g) {
        float sum = 0.0f;
#pragma unroll
        for (std::uint32_t d = 0; d < kPack; ++d) sum = fmaf(q[g].at[d], key.at[d], sum);
        sum = __fmul_rn(key_sum<kHeadDim>(sum), scale);
        at[g][i] = places.at[i] != places.kNone ? sum : -INFINITY;
      }
    }
  }
  /// Adds the keys' values to what came before. Leaves weights in the place of scores.
  __device__ __forceinline__ void weigh(const SplitRows<T, kHeadDim>& values,
                                        Weighed (&into)[kGroup]) {
#pragma unroll
    for (std::uint32_t g = 0; g < kGroup; ++g) {
      float largest = at[g][0];
#pragma unroll
      for (std::uint32_t i = 1; i < S::kLoads; ++i) largest = fmaxf(largest, at[g][i]);
      const Rescale by(into[g].largest, largest);
      into[g].largest = by.largest;
      into[g].sum = __fmul_rn(into[g].sum, by.left);
#pragma unroll
      for (std::uint32_t i = 0; i < S::kLoads; ++i) {
        at[g][i] = expf(at[g][i] - by.finite());
        into[g].sum += at[g][i];
      }
#pragma unroll
      for (float& value : into[g].values.at) value = __fmul_rn(value, by.left);
    }
#pragma unroll
    for (std::uint32_t i = 0; i < S::kLoads; ++i) {
      const Pack value = values.row[i].widened();
#pragma unroll
      for (std::uint32_t g = 0; g < kGroup; ++g) {
        float(&total)[kPack] = into[g].values.at;
#pragma unroll
        for (std::uint32_t d = 0; d < kPack; ++d) total[d] = fmaf(at[g][i], value.at[d], total[d]);
      }
    }
  }
};

/// A split and its share, and the one that a block takes next: its shares in turn, even ones first.
template <std::uint32_t kBlocks>
struct Turn {
  std::uint32_t share;
  std::uint32_t split;

  __device__ __forceinline__ Turn next(std::uint32_t splits) const {
    if (split + kShares < splits) return {share, split + kShares};
    const std::uint32_t after = share + 2;
    if (kBlocks <= 2 && after < kShares && after < splits) return {after, after};
    if (kBlocks == 1 && share % 2 == 0 && splits > 1) return {1, 1};
    return {kShares, splits};
  }
};

/// What the strands of a block have found, in its shared memory: of one share, of all even or all
/// odd ones, or of both.
template <std::uint32_t kHeadDim, std::uint32_t kGroup>
struct Strands {
  static constexpr std::uint32_t kCount = kAttentionWarps * Share<kHeadDim>::kAtOnce;
  float largest[kGroup][kCount];
  float sum[kGroup][kCount];
  float values[kGroup][kCount][kHeadDim];

  __device__ __forceinline__ void put(const Weighed (&found)[kGroup]) {
    constexpr std::uint32_t kLanes = Share<kHeadDim>::kLanes;
    const std::uint32_t strand = threadIdx.x / kLanes;
#pragma unroll
    for (std::uint32_t g = 0; g < kGroup; ++g) {
      if (threadIdx.x % kLanes == 0) {
        largest[g][strand] = found[g].largest;
        sum[g][strand] = found[g].sum;
      }
      store_pack(values[g][strand] + Share<kHeadDim>::element(), found[g].values);
    }
  }
};

/// The shared memory by which kBlocks blocks come from their strands to a result.
template <std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kBlocks>
struct StrandRoom {
  using Of = Strands<kHeadDim, kGroup>;
  static constexpr std::uint32_t kElements = kGroup * kHeadDim / kBlocks;  ///< Joined by a block.
  static_assert(kElements * kBlocks == kGroup * kHeadDim);

  Of strands[kBlocks == 1 ? 2 : 1];
  // Of all shares, for this block's elements.
  float largest[Of::kCount][kElements];
  float sum[Of::kCount][kElements];
  float value[Of::kCount][kElements];
};

/// The split that a block works on: where its keys lie, and what was asked for of it.
template <class T, std::uint32_t kHeadDim, std::uint32_t kBlocks>
struct SplitAtWork {
  Turn<kBlocks> turn;
  KeyPlaces<kHeadDim> places;
  SplitRows<T, kHeadDim> keys;
  SplitRows<T, kHeadDim> values;
};

/// Takes all splits of the block's shares, from the one at work on, and puts what its strands found
/// into its room. find(split) gives the places of a split's keys; complete(split) brings what could
/// not be asked for in advance, which are the rows of this op's tokens unless kFreshToo.
template <bool kFreshToo, class T, std::uint32_t kHeadDim, std::uint32_t kGroup,
          std::uint32_t kBlocks, class Find, class Complete>
__device__ __forceinline__ void take_splits(float scale, const KeySpan& span, std::uint32_t splits,
                                            const T* k_cache, const T* v_cache,
                                            const Pack (&q)[kGroup],
                                            SplitAtWork<T, kHeadDim, kBlocks>& work,
                                            const Find& find, const Complete& complete,
                                            StrandRoom<kHeadDim, kGroup, kBlocks>& room) {
  Weighed shares[kGroup] = {};  // of this share, and of those before it that go with it
  Weighed share[kGroup] = {};
  std::uint32_t put = 0;
  constexpr std::uint32_t kPuts = kBlocks == 1 ? 2 : 1;
#pragma unroll 1
  while (work.turn.split < splits) {
    const Turn<kBlocks> turn = work.turn;
    work.turn = turn.next(splits);
    const Turn<kBlocks>& next = work.turn;
    const KeyPlaces<kHeadDim> there = find(next.split);
    complete(turn.split);
    Scores<T, kHeadDim, kGroup> scores(scale, work.places, work.keys, q);
    work.keys.template ask<kFreshToo>(there, span, next.split, k_cache);
    scores.weigh(work.values, share);
    work.values.template ask<kFreshToo>(there, span, next.split, v_cache);
    work.places = there;
    const bool ends = next.share != turn.share;
    if (kBlocks < kShares && ends) {
#pragma unroll
      for (std::uint32_t g = 0; g < kGroup; ++g) {
        shares[g].join(share[g]);
        share[g] = {};
      }
    }
    if (kBlocks == 1 && ends && turn.share % 2 == 0 && next.share != turn.share + 2) {
      room.strands[put++].put(shares);
#pragma unroll
      for (Weighed& found : shares) found = {};
    }
  }
#pragma unroll 1
  for (; put < kPuts; ++put) {
    room.strands[put].put(kBlocks < kShares ? shares : share);
#pragma unroll
    for (Weighed& found : shares) found = {};
  }
}

/// The strands of all shares joined in their order, for this block's elements.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kBlocks>
__device__ __forceinline__ void store_joined(const StrandRoom<kHeadDim, kGroup, kBlocks>& room,
                                             std::uint32_t splits, std::uint32_t block, T* y) {
  using Room = StrandRoom<kHeadDim, kGroup, kBlocks>;
  if (threadIdx.x >= Room::kElements) return;
  static_assert(Room::kElements <= kAttentionThreads);
  float largest = -INFINITY;
#pragma unroll
  for (std::uint32_t s = 0; s < Room::Of::kCount; ++s) {
    largest = fmaxf(largest, room.largest[s][threadIdx.x]);
  }
  float sum = 0.0f;
  float value = 0.0f;
#pragma unroll
  for (std::uint32_t s = 0; s < Room::Of::kCount; ++s) {
    const float factor = expf(room.largest[s][threadIdx.x] - largest);
    sum = fmaf(factor, room.sum[s][threadIdx.x], sum);
    value = fmaf(factor, room.value[s][threadIdx.x], value);
  }
  y[block * Room::kElements + threadIdx.x] = narrow<T>(splits == 0 ? 0.0f : value / sum);
}

/// y = the joined strands of kBlocks blocks, or zeros without a split. All of a cluster call this.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kBlocks>
__device__ __forceinline__ void join_strands(StrandRoom<kHeadDim, kGroup, kBlocks>& room,
                                             std::uint32_t splits, std::uint32_t block, T* y) {
  namespace cg = cooperative_groups;
  using Of = Strands<kHeadDim, kGroup>;
  constexpr std::uint32_t kElements = StrandRoom<kHeadDim, kGroup, kBlocks>::kElements;
  if constexpr (kBlocks == 1) {
    __syncthreads();  // every strand is in the room
  } else {
    cg::this_cluster().sync();  // every block's strands are in its room
  }
  const auto strands_of = [&](std::uint32_t share) -> const Of& {
    if constexpr (kBlocks == 1) return room.strands[share];
    return *cg::this_cluster().map_shared_rank(room.strands, share);
  };
  constexpr std::uint32_t kSources = kBlocks == 1 ? 2 : kBlocks;
#pragma unroll 1
  for (std::uint32_t i = threadIdx.x; i < Of::kCount * kElements; i += kAttentionThreads) {
    const std::uint32_t strand = i / kElements;
    const std::uint32_t element = block * kElements + i % kElements;
    const std::uint32_t g = element / kHeadDim;
    float largest[kSources];
    float sum[kSources];
    float value[kSources];
#pragma unroll
    for (std::uint32_t s = 0; s < kSources; ++s) {
      const Of& of = strands_of(s);
      largest[s] = of.largest[g][strand];
      sum[s] = of.sum[g][strand];
      value[s] = of.values[g][strand][element % kHeadDim];
    }
    // Even ones into the first, odd ones into the second, then both.
#pragma unroll
    for (std::uint32_t s = 2; s <= kSources; ++s) {
      const std::uint32_t into = s == kSources ? 0 : s % 2;
      const std::uint32_t from = s == kSources ? 1 : s;
      const Rescale by(largest[into], largest[from]);
      largest[into] = by.largest;
      sum[into] = by.join(sum[into], sum[from]);
      value[into] = by.join(value[into], value[from]);
    }
    room.largest[strand][i % kElements] = largest[0];
    room.sum[strand][i % kElements] = sum[0];
    room.value[strand][i % kElements] = value[0];
  }
  __syncthreads();  // strands of all shares are in the room
  if constexpr (kBlocks > 1) {
    // No block leaves while another reads its strands.
    auto arrival = cg::this_cluster().barrier_arrive();
    store_joined<T, kHeadDim, kGroup, kBlocks>(room, splits, block, y);
    cg::this_cluster().barrier_wait(std::move(arrival));
  } else {
    store_joined<T, kHeadDim, kGroup, kBlocks>(room, splits, block, y);
  }
}

/// A form that kernels by splits are compiled in.
template <std::uint32_t kHeadDimOf, std::uint32_t kGroupOf, std::uint32_t kBlocksOf>
struct HeadForm {
  static constexpr std::uint32_t kHeadDim = kHeadDimOf;
  static constexpr std::uint32_t kGroup = kGroupOf;    ///< Heads of a kv head.
  static constexpr std::uint32_t kBlocks = kBlocksOf;  ///< Those that share a query's splits.
};

/// Registers of a thread at most. A lone request's kernel must leave room for those in front of it
/// and behind it.
template <class T, std::uint32_t kBlocks>
inline constexpr int kAttentionRegisters = sizeof(T) != sizeof(Bf16) ? 255
                                           : kBlocks == kShares      ? 96
                                                                     : 128;

/// Queries up to which a whole cluster shares the splits of each, and up to which two blocks do:
/// more of them fill the GPU with a block each.
inline constexpr std::uint32_t kFewQueries = 4;
inline constexpr std::uint32_t kSomeQueries = 16;

/// Calls body with the HeadForm of the operands, or any() when there is none for them. With a page
/// table a cluster shares a query's splits: its size is no matter of bits.
template <class Args, class Body, class Any>
Status with_head_form(const Args& a, Body&& body, Any&& any) {
  const auto shared = [&]<std::uint32_t kHeadDim, std::uint32_t kGroup>() {
    const std::uint32_t queries = a.lanes * a.tokens;
    if (!a.page_table || queries > kSomeQueries) return body(HeadForm<kHeadDim, kGroup, 1>{});
    return queries > kFewQueries ? body(HeadForm<kHeadDim, kGroup, 2>{})
                                 : body(HeadForm<kHeadDim, kGroup, kShares>{});
  };
  const std::uint32_t group = a.heads / a.kv_heads;
  if (a.head_dim == 128 && group == 1) return shared.template operator()<128, 1>();
  if (a.head_dim == 128 && group == 2) return shared.template operator()<128, 2>();
  if (a.head_dim == 64 && group == 1) return shared.template operator()<64, 1>();
  if (a.head_dim == 64 && group == 2) return shared.template operator()<64, 2>();
  return any();
}

/// Enqueues a kernel by splits: a cluster for each kv head and token.
template <class Form, class Args>
Status launch_splits(CudaContext& on, void (*kernel)(Args, std::uint32_t*), std::size_t room_bytes,
                     const Args& a) {
  return launch_cluster(on, kernel, dim3(a.kv_heads, a.lanes * a.tokens, Form::kBlocks),
                        kAttentionThreads, dim3(1, 1, Form::kBlocks), room_bytes, a, on.fault);
}

}  // namespace voxfuse::device
