#include "kernels/qkv_attention/qkv_attention.hpp"
#include "kernels/support/cuda/attention_any.cuh"

namespace voxfuse::qkv_attention {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = kAttentionThreads;
/// Tokens of a lane that the fast form takes: a decode step has one, a predictor's first pass two.
constexpr std::uint32_t kFreshMax = 2;

/// What gain.at(i) gives; with that call the kernels of a head's form come out 2 % longer.
__device__ __forceinline__ float gain_at(ConstTensor gain, std::uint32_t i) {
  return gain.dtype == Dtype::kBf16 ? widen(static_cast<const Bf16*>(gain.data)[i])
                                    : static_cast<const float*>(gain.data)[i];
}

/// Shared memory of a block beside the room of its strands. Tables first, then the heads of this
/// op's tokens, normalised and rotated: a program runs through some hundred kilobytes of other code
/// before it comes here again, so that short code, with its heads in different lanes and its
/// numbers in memory, is faster than code that has both in registers.
template <std::uint32_t kHeadDim, std::uint32_t kGroup>
struct Room {
  float gain[2][kHeadDim];                ///< Of q and of k.
  float cosine[kFreshMax][kHeadDim / 2];  ///< Of the token's position, and of the first one's.
  float sine[kFreshMax][kHeadDim / 2];
  float q[kGroup][kHeadDim];
  float k[kFreshMax][kHeadDim];
  float v[kFreshMax][kHeadDim];
};

/// Gains and rotations: they depend on no kernel of this program.
template <std::uint32_t kHeadDim, std::uint32_t kGroup>
__device__ __forceinline__ void fill_tables(const Args& a, const KeySpan& span, std::uint32_t token,
                                            Room<kHeadDim, kGroup>& room) {
  constexpr std::uint32_t kHalf = kHeadDim / 2;
  static_assert(2 * kHeadDim <= kThreads);
  const std::uint32_t i = threadIdx.x;
  if (i < 2 * kHeadDim) {
    room.gain[i / kHeadDim][i % kHeadDim] =
        gain_at(i < kHeadDim ? a.q_gain : a.k_gain, i % kHeadDim);
  }
  if (i < kFreshMax * kHalf) {
    const std::uint32_t position = span.first + (i < kHalf ? token : 0);
    float sine;
    float cosine;
    sincosf(static_cast<float>(position) * a.frequencies[i % kHalf], &sine, &cosine);
    room.cosine[i / kHalf][i % kHalf] = cosine;
    room.sine[i / kHalf][i % kHalf] = sine;
  }
}

/// rms_norm, then rope_qk, of a head in the lanes of one key, with their roundings. An element j of
/// the first half becomes x[j] * cosine - x[j + half] * sine, one of the second x[j] * cosine + x[j
/// - half] * sine. `gain` is of the lane's elements, the tables are of the first half's.
template <class T, std::uint32_t kHeadDim>
__device__ __forceinline__ Pack norm_and_rotate(const Pack& x, const Pack& gain,
                                                const float* cosine, const float* sine, float eps) {
  constexpr std::uint32_t kHalf = kHeadDim / 2;
  const std::uint32_t element = Share<kHeadDim>::element();
  float sum = 0.0f;
#pragma unroll
  for (const float value : x.at) sum = fmaf(value, value, sum);
  const float scale = 1.0f / sqrtf(key_sum<kHeadDim>(sum) / static_cast<float>(kHeadDim) + eps);
  const float sign = element < kHalf ? -1.0f : 1.0f;
  Pack y;
#pragma unroll
  for (std::uint32_t d = 0; d < kPack; ++d) {
    const std::uint32_t j = (element + d) % kHalf;
    const float own = rounded<T>(rounded<T>(x.at[d] * scale) * gain.at[d]);
    const float other = __shfl_xor_sync(kAllLanes, own, Share<kHeadDim>::kLanes / 2);
    y.at[d] = rounded<T>(fmaf(other, sign * sine[j], rounded<T>(own * cosine[j])));
  }
  return y;
}

/// The heads of this op's tokens that a block needs, one in the lanes of each key: its queries, the
/// key of its token, the key of the first token when that is another; then their values. With
/// `keeps` the token's key and value go into the caches too.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup>
__device__ __forceinline__ void make_heads(const Args& a, const KeySpan& span, std::uint32_t token,
                                           const T* joint, bool keeps, std::uint32_t valid,
                                           Room<kHeadDim, kGroup>& room, std::uint32_t* fault) {
  using S = Share<kHeadDim>;
  constexpr std::uint32_t kNormed = kGroup + kFreshMax;  // queries and keys
  constexpr std::uint32_t kNormedWarps = (kNormed + S::kAtOnce - 1) / S::kAtOnce;
  constexpr std::uint32_t kValueWarps = (kFreshMax + S::kAtOnce - 1) / S::kAtOnce;
  const std::uint32_t warp = threadIdx.x / kWarp;
  if (warp >= kNormedWarps + kValueWarps) return;
  const bool is_value = warp >= kNormedWarps;
  const std::uint32_t place =
      (is_value ? warp - kNormedWarps : warp) * S::kAtOnce + threadIdx.x % kWarp / S::kLanes;
  // 0: of the block's own token, 1: of the lane's first; what is beyond repeats the last.
  const std::uint32_t other = is_value ? place : place < kGroup ? 0 : place - kGroup;
  const std::uint32_t fresh = min(other, token == 0 ? 0u : kFreshMax - 1);
  const bool is_query = !is_value && place < kGroup;
  const std::uint32_t head = is_query   ? span.kv_head * kGroup + place
                             : is_value ? a.heads + a.kv_heads + span.kv_head
                                        : a.heads + span.kv_head;
  const std::size_t width = (a.heads + 2 * std::size_t{a.kv_heads}) * kHeadDim;
  const std::uint32_t element = S::element();
  const T* from = joint - (fresh == 0 ? 0 : token * width) + std::size_t{head} * kHeadDim + element;
  Pack x = load_pack(from);
  if (!is_value) {
    x = norm_and_rotate<T, kHeadDim>(x, load_pack(room.gain[is_query ? 0 : 1] + element),
                                     room.cosine[fresh], room.sine[fresh], a.eps);
  }
  const std::uint32_t of_token = fresh == 0 ? token : 0;
  float* to = is_query ? room.q[place] : is_value ? room.v[of_token] : room.k[of_token];
#pragma unroll
  for (std::uint32_t d = 0; d < kPack; ++d) to[element + d] = x.at[d];

  const bool stores = keeps && !is_query && fresh == 0 && other == 0;
  if (!stores || token >= counted_tokens(valid, a.rate, a.tokens)) return;
  const std::size_t at = checked_offset(a, span.lane, span.kv_head, span.first + token, fault);
  if (at == kNowhere) return;
  T* cache = static_cast<T*>(is_value ? a.v_cache.data : a.k_cache.data) + at + element;
#pragma unroll
  for (std::uint32_t d = 0; d < kPack; ++d) cache[d] = narrow<T>(x.at[d]);
}

/// The places of a split's keys: all in one page, one behind the other.
template <std::uint32_t kHeadDim>
__device__ __forceinline__ KeyPlaces<kHeadDim> find_in_line(const Args& a, const KeySpan& span,
                                                            std::uint32_t split) {
  using S = Share<kHeadDim>;
  KeyPlaces<kHeadDim> places;
  const std::uint32_t first = split * kSplit;
  const std::uint32_t page = first < span.keys ? page_of(a, span.lane, first) : a.pages;
  const std::uint32_t pack =
      page < a.pages ? places.pack_of(page_offset(a, page, span.kv_head, first)) : 0;
#pragma unroll
  for (std::uint32_t i = 0; i < S::kLoads; ++i) {
    const bool is_key = page < a.pages && first + S::key_of(i) < span.keys;
    places.at[i] = is_key ? pack + S::key_of(i) * S::kLanes : places.kNone;
  }
  return places;
}

/// kBlocks blocks a (lane, token) and kv head, as attention has them. Every block makes for itself
/// what it needs of this op's tokens: the queries, and keys and values up to its token; the first
/// adds them to the caches. Tables and old keys are there before the predecessor has ended.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kBlocks>
__global__ void __launch_bounds__(kThreads) __maxnreg__((kAttentionRegisters<T, kBlocks>))
    qkv_attention_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  let_next_in();
  extern __shared__ __align__(16) unsigned char memory[];
  // Tables and heads, then what the strands find.
  auto& room = *reinterpret_cast<Room<kHeadDim, kGroup>*>(memory);
  auto& strands = *reinterpret_cast<StrandRoom<kHeadDim, kGroup, kBlocks>*>(&room + 1);
  static_assert(sizeof(room) % 16 == 0);
  const std::uint32_t block = kBlocks == 1 ? 0 : blockIdx.z;
  const std::uint32_t token = blockIdx.y % a.tokens;
  const KeySpan span = span_of(a, blockIdx.y / a.tokens, token, blockIdx.x);
  const auto find = [&](std::uint32_t split) { return find_in_line<kHeadDim>(a, span, split); };
  const T* k_cache = static_cast<const T*>(a.k_cache.data);
  const T* v_cache = static_cast<const T*>(a.v_cache.data);
  SplitAtWork<T, kHeadDim, kBlocks> work = {.turn = {block, block}, .places = find(block)};
  work.keys.template ask<false>(work.places, span, block, k_cache);
  work.values.template ask<false>(work.places, span, block, v_cache);
  fill_tables<kHeadDim, kGroup>(a, span, token, room);
  __syncthreads();  // the tables are there
  wait_for_predecessors();

  const std::size_t width = (a.heads + 2 * std::size_t{a.kv_heads}) * kHeadDim;
  const T* joint = static_cast<const T*>(a.qkv.data) + std::size_t{blockIdx.y} * width;
  // Asked for now and looked at behind the heads: a thread stands still where it uses what is late.
  const std::uint32_t valid = a.rate == 0 ? 0 : a.valid[span.lane];
  make_heads<T, kHeadDim, kGroup>(a, span, token, joint, block == 0, valid, room, fault);
  const bool is_valid = token < counted_tokens(valid, a.rate, a.tokens);
  const std::uint32_t splits = token_counts(is_valid, span, fault) ? span.splits() : 0;
  __syncthreads();  // the heads of this op's tokens are in `room`
  Pack q[kGroup];
#pragma unroll
  for (std::uint32_t g = 0; g < kGroup; ++g) {
    q[g] = load_pack(room.q[g] + Share<kHeadDim>::element());
  }
  // From shared memory: the cache's copy of this op's keys may not be there yet.
  const auto complete = [&](std::uint32_t split) {
    if (work.places.miss(span, split)) report(fault, ErrorCode::kBadPage);
    const auto keep_from = [&](const float(&heads)[kFreshMax][kHeadDim]) {
      return [&](auto& row, std::size_t, std::uint32_t ordinal) {
        row.keep(load_pack(heads[ordinal - span.first] + Share<kHeadDim>::element()));
      };
    };
    work.keys.each_fresh(work.places, span, split, keep_from(room.k));
    work.values.each_fresh(work.places, span, split, keep_from(room.v));
  };
  take_splits<false>(a.scale, span, splits, k_cache, v_cache, q, work, find, complete, strands);
  T* y = static_cast<T*>(a.y.data) +
         (std::size_t{blockIdx.y} * a.heads + span.kv_head * kGroup) * kHeadDim;
  join_strands<T>(strands, splits, block, y);
}

/// Keys of a cache without a page table for which a warp has room: a code predictor's sixteen.
constexpr std::uint32_t kShortKeys = 16;

/// Pack gains of a head.
__device__ __forceinline__ Pack load_gains(ConstTensor gain, std::uint32_t element) {
  Pack gains;
#pragma unroll
  for (std::uint32_t d = 0; d < kPack; ++d) gains.at[d] = gain_at(gain, element + d);
  return gains;
}

/// One warp a (lane, token, head) for caches so short that a lane holds its part of every key and
/// value: no barrier, and as little code as there can be. Each warp normalises and rotates for
/// itself: first the query, then this op's keys, the token's own in the lanes of place 0 and that
/// of the token before it in those of place 1. They are weighed behind the keys of the cache, to
/// which the first head of a group adds the token's own.
template <class T, std::uint32_t kHeadDim>
__global__ void __launch_bounds__(kWarp)
    qkv_attention_short_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  let_next_in();
  using S = Share<kHeadDim>;
  constexpr std::uint32_t kHalf = kHeadDim / 2;
  constexpr std::uint32_t kLoads = kShortKeys / S::kAtOnce;
  __shared__ float cosine[kFreshMax][kHalf];  // of the token's position, and of the one before
  __shared__ float sine[kFreshMax][kHalf];
  const std::uint32_t head = blockIdx.x;
  const std::uint32_t group = a.heads / a.kv_heads;
  const std::uint32_t token = blockIdx.y % a.tokens;
  const KeySpan span = span_of(a, blockIdx.y / a.tokens, token, head / group);
  const std::uint32_t element = S::element();
  const std::uint32_t place = threadIdx.x / S::kLanes;  // of the lane's key among those at once
  const std::uint32_t page = page_of(a, span.lane, 0);
  const bool has_cache = page < a.pages && span.keys != 0;
  const std::size_t base = has_cache ? page_offset(a, page, span.kv_head, 0) + element : 0;

  Stored<T> k[kLoads + 1];  // the last ones are this op's
  Stored<T> v[kLoads + 1];
#pragma unroll
  for (std::uint32_t i = 0; i < kLoads; ++i) {
    const std::uint32_t key = i * S::kAtOnce + place;
    if (!has_cache || key >= span.first) continue;
    k[i].load(static_cast<const T*>(a.k_cache.data) + base + key * kHeadDim);
    v[i].load(static_cast<const T*>(a.v_cache.data) + base + key * kHeadDim);
  }
#pragma unroll 1
  for (std::uint32_t j = threadIdx.x; j < kFreshMax * kHalf; j += kWarp) {
    const std::uint32_t position = span.first + token - min(token, j / kHalf);
    sincosf(static_cast<float>(position) * a.frequencies[j % kHalf], &sine[j / kHalf][j % kHalf],
            &cosine[j / kHalf][j % kHalf]);
  }
  const Pack q_gain = load_gains(a.q_gain, element);
  const Pack k_gain = load_gains(a.k_gain, element);
  __syncwarp();  // the tables are there

  T* y = static_cast<T*>(a.y.data) + (std::size_t{blockIdx.y} * a.heads + head) * kHeadDim;
  // What was written where a lane does not stand for a token is as good as any.
  const std::uint32_t back = min(place, token);
  const std::size_t width = (a.heads + 2 * std::size_t{a.kv_heads}) * kHeadDim;
  const T* joint = static_cast<const T*>(a.qkv.data) + std::size_t{blockIdx.y} * width + element;
  const T* fresh = joint - back * width + (a.heads + span.kv_head) * kHeadDim;
  wait_for_predecessors();

  Stored<T> raw;  // all is asked for before anything is looked at
  raw.load(joint + std::size_t{head} * kHeadDim);
  Stored<T> raw_key;
  raw_key.load(fresh);
  v[kLoads].load(fresh + a.kv_heads * kHeadDim);
  const bool counts = token < valid_tokens(a, span.lane);
  Pack q = {};
  Pack own = {};
#pragma unroll 1
  for (std::uint32_t turn = 0; turn < 2; ++turn) {
    const std::uint32_t of = turn == 0 ? 0 : min(back, kFreshMax - 1);
    q = own;
    own = norm_and_rotate<T, kHeadDim>((turn == 0 ? raw : raw_key).widened(),
                                       turn == 0 ? q_gain : k_gain, cosine[of], sine[of], a.eps);
  }
  if (counts && has_cache && place == 0 && head % group == 0) {
    const std::size_t at = base + (std::size_t{span.first} + token) * kHeadDim;
    store_pack(static_cast<T*>(a.k_cache.data) + at, own);
    store_pack(static_cast<T*>(a.v_cache.data) + at, v[kLoads].widened());
  }

  float weights[kLoads + 1];
  float largest = -INFINITY;
#pragma unroll
  for (std::uint32_t i = 0; i <= kLoads; ++i) {
    const Pack key = i < kLoads ? k[i].widened() : own;
    float sum = 0.0f;
#pragma unroll
    for (std::uint32_t d = 0; d < kPack; ++d) sum = fmaf(q.at[d], key.at[d], sum);
    sum = key_sum<kHeadDim>(sum) * a.scale;
    const bool is_key =
        i < kLoads ? i * S::kAtOnce + place < span.first : place <= token && place < kFreshMax;
    weights[i] = is_key ? sum : -INFINITY;
    largest = fmaxf(largest, weights[i]);
  }
#pragma unroll
  for (std::uint32_t apart = S::kLanes; apart < kWarp; apart *= 2) {
    largest = fmaxf(largest, __shfl_xor_sync(kAllLanes, largest, apart));
  }
  float sum = 0.0f;
  Pack total = {};
#pragma unroll
  for (std::uint32_t i = 0; i <= kLoads; ++i) {
    const float weight = expf(weights[i] - largest);
    const Pack value = v[i].widened();
    sum += weight;
#pragma unroll
    for (std::uint32_t d = 0; d < kPack; ++d) total.at[d] = fmaf(weight, value.at[d], total.at[d]);
  }
#pragma unroll
  for (std::uint32_t apart = S::kLanes; apart < kWarp; apart *= 2) {
    sum += __shfl_xor_sync(kAllLanes, sum, apart);
#pragma unroll
    for (float& value : total.at) value += __shfl_xor_sync(kAllLanes, value, apart);
  }
  const float factor = 1.0f / sum;
#pragma unroll
  for (float& value : total.at) {
    value = counts && has_cache ? value * factor : 0.0f;
  }
  if (place == 0) store_pack(y + element, total);
  if (counts && !has_cache) report(fault, ErrorCode::kBadPage);
}

/// A head of any width, normalised and rotated by a block, in shared memory.
template <class T>
__device__ __forceinline__ void norm_head(const Args& a, const T* x, ConstTensor gain,
                                          std::uint32_t position, float* room, float* y) {
  float sum = 0.0f;
  for (std::uint32_t d = threadIdx.x; d < a.head_dim; d += kThreads) {
    sum = fmaf(widen(x[d]), widen(x[d]), sum);
  }
  sum = block_sum<kThreads>(sum, room);
  const float scale = 1.0f / sqrtf(sum / static_cast<float>(a.head_dim) + a.eps);
  const std::uint32_t half = a.head_dim / 2;
  const auto normed = [&](std::uint32_t d) {
    return rounded<T>(rounded<T>(widen(x[d]) * scale) * gain_at(gain, d));
  };
  for (std::uint32_t j = threadIdx.x; j < half; j += kThreads) {
    const float first = normed(j);
    const float second = normed(half + j);
    float sine;
    float cosine;
    sincosf(static_cast<float>(position) * a.frequencies[j], &sine, &cosine);
    y[j] = rounded<T>(fmaf(-second, sine, rounded<T>(first * cosine)));
    y[half + j] = rounded<T>(fmaf(first, sine, rounded<T>(second * cosine)));
  }
  __syncthreads();  // the head is whole, and `room` may be used again
}

/// Any head, group and number of tokens: one block a lane and kv head, which appends all tokens and
/// then lets each attend.
template <class T>
__global__ void __launch_bounds__(kThreads)
    qkv_attention_any_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  __shared__ float head[kHeadDimMax];
  __shared__ float scores[kThreads];
  __shared__ float room[kThreads / kWarp];
  begin_kernel();
  const std::uint32_t lane = blockIdx.y;
  const std::uint32_t kv_head = blockIdx.x;
  const std::uint32_t group = a.heads / a.kv_heads;
  const std::size_t width = (a.heads + 2 * std::size_t{a.kv_heads}) * a.head_dim;
  const T* joint = static_cast<const T*>(a.qkv.data) + std::size_t{lane} * a.tokens * width;
  const std::uint32_t first = first_position(a, lane);
  for (std::uint32_t token = 0; token < valid_tokens(a, lane); ++token) {
    const T* k = joint + token * width + std::size_t{a.heads + kv_head} * a.head_dim;
    norm_head(a, k, a.k_gain, first + token, room, head);
    const std::size_t at = checked_offset(a, lane, kv_head, first + token, fault);
    for (std::uint32_t d = threadIdx.x; at != kNowhere && d < a.head_dim; d += kThreads) {
      static_cast<T*>(a.k_cache.data)[at + d] = narrow<T>(head[d]);
      static_cast<T*>(a.v_cache.data)[at + d] = k[std::size_t{a.kv_heads} * a.head_dim + d];
    }
    __syncthreads();  // `head` has been stored, and the block sees the caches
  }
  for (std::uint32_t token = 0; token < a.tokens; ++token) {
    KeySpan span = span_of(a, lane, token, kv_head);
    if (!token_counts(a, span, token, fault)) span.keys = 0;
    for (std::uint32_t g = 0; g < group; ++g) {
      const std::size_t index = std::size_t{kv_head} * group + g;
      norm_head(a, joint + token * width + index * a.head_dim, a.q_gain, first + token, room, head);
      T* y = static_cast<T*>(a.y.data) +
             ((std::size_t{lane} * a.tokens + token) * a.heads + index) * a.head_dim;
      attend_any(a, span, head, scores, room, y, fault);
      __syncthreads();  // `head` may be used again
    }
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_window(a));
  return with_dtype(a.qkv.dtype, [&](auto act) {
    using T = decltype(act);
    // Keys of a split lie in one page, one behind the other.
    const bool in_line = !a.page_table || a.page_positions % kSplit == 0;
    const auto by_splits = [&](auto form) {
      using F = decltype(form);
      return launch_splits<F>(on, qkv_attention_kernel<T, F::kHeadDim, F::kGroup, F::kBlocks>,
                              sizeof(Room<F::kHeadDim, F::kGroup>) +
                                  sizeof(StrandRoom<F::kHeadDim, F::kGroup, F::kBlocks>),
                              a);
    };
    const auto any = [&] {
      return launch(on, qkv_attention_any_kernel<T>, dim3(a.kv_heads, a.lanes), kThreads, 0, a,
                    on.fault);
    };
    const bool fits = a.tokens <= kFreshMax && a.window == 0 && in_line;
    if (fits && !a.page_table && a.page_positions <= kShortKeys) {
      const dim3 grid(a.heads, a.lanes * a.tokens);
      if (a.head_dim == 128) {
        return launch(on, qkv_attention_short_kernel<T, 128>, grid, kWarp, 0, a, on.fault);
      }
      if (a.head_dim == 64) {
        return launch(on, qkv_attention_short_kernel<T, 64>, grid, kWarp, 0, a, on.fault);
      }
    }
    return fits ? with_head_form(a, by_splits, any) : any();
  });
}

}  // namespace voxfuse::qkv_attention
