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

/// Shared memory of a block beside the parts of its splits. Tables first, then the heads of this
/// op's tokens, normalised and rotated: a program runs through some hundred kilobytes of other code
/// before it comes here again, so that short code, with its heads in different lanes and its
/// numbers in memory, is faster than code that has both in registers.
template <std::uint32_t kHeadDim, std::uint32_t kGroup>
struct Room {
  SplitScratch<kHeadDim, kGroup> scratch;
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
/// - half] * sine.
template <class T, std::uint32_t kHeadDim>
__device__ __forceinline__ Eight norm_and_rotate(const Eight& x, const float* gain,
                                                 const float* cosine, const float* sine,
                                                 float eps) {
  constexpr std::uint32_t kHalf = kHeadDim / 2;
  const std::uint32_t element = Share<kHeadDim>::element();
  float sum = 0.0f;
#pragma unroll
  for (const float value : x.x) sum = fmaf(value, value, sum);
  const float scale = 1.0f / sqrtf(key_sum<kHeadDim>(sum) / static_cast<float>(kHeadDim) + eps);
  const float sign = element < kHalf ? -1.0f : 1.0f;
  Eight y;
#pragma unroll
  for (std::uint32_t d = 0; d < kVector; ++d) {
    const std::uint32_t j = (element + d) % kHalf;
    const float own = rounded<T>(rounded<T>(x.x[d] * scale) * gain[element + d]);
    const float other = __shfl_xor_sync(kAllLanes, own, Share<kHeadDim>::kLanes / 2);
    y.x[d] = rounded<T>(fmaf(other, sign * sine[j], rounded<T>(own * cosine[j])));
  }
  return y;
}

/// The heads of this op's tokens that a block needs, one in the lanes of each key: its queries, the
/// key of its token, the key of the first token when that is another; then their values. With
/// `keeps` the token's key and value go into the caches too.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup>
__device__ __forceinline__ void make_heads(const Args& a, const KeySpan& span, std::uint32_t token,
                                           const T* joint, bool keeps, Room<kHeadDim, kGroup>& room,
                                           std::uint32_t* fault) {
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
  Eight x = load_eight(from);
  if (!is_value) {
    x = norm_and_rotate<T, kHeadDim>(x, room.gain[is_query ? 0 : 1], room.cosine[fresh],
                                     room.sine[fresh], a.eps);
  }
  const std::uint32_t of_token = fresh == 0 ? token : 0;
  float* to = is_query ? room.q[place] : is_value ? room.v[of_token] : room.k[of_token];
#pragma unroll
  for (std::uint32_t d = 0; d < kVector; ++d) to[element + d] = x.x[d];

  const bool stores = keeps && !is_query && fresh == 0 && other == 0;
  if (!stores || token >= valid_tokens(a, span.lane)) return;
  const std::size_t at = checked_offset(a, span.lane, span.kv_head, span.first + token, fault);
  if (at == kNowhere) return;
  T* cache = static_cast<T*>(is_value ? a.v_cache.data : a.k_cache.data) + at + element;
#pragma unroll
  for (std::uint32_t d = 0; d < kVector; ++d) cache[d] = narrow<T>(x.x[d]);
}

/// The keys of a split that lie in the cache already: all in one page.
template <class T, std::uint32_t kHeadDim>
__device__ __forceinline__ void ask_split(const Args& a, const KeySpan& span, std::uint32_t split,
                                          SplitRows<T, kHeadDim>& rows) {
  using S = Share<kHeadDim>;
  const std::uint32_t first = split * kSplit;
  const std::uint32_t page = page_of(a, span.lane, first);
  const std::size_t base =
      page < a.pages ? cache_offset(a, span.lane, span.kv_head, first) + S::element() : 0;
  const T* k_cache = static_cast<const T*>(a.k_cache.data) + base;
  rows.to_values = static_cast<const T*>(a.v_cache.data) - static_cast<const T*>(a.k_cache.data);
#pragma unroll
  for (std::uint32_t i = 0; i < S::kLoads; ++i) {
    const std::uint32_t ordinal = first + S::key_of(i);
    rows.k_at[i] = nullptr;
    rows.k[i] = rows.v[i] = Eight{};
    if (ordinal >= span.keys || page >= a.pages) continue;
    rows.k_at[i] = k_cache + S::key_of(i) * kHeadDim;
    if (!span.is_old(ordinal)) continue;
    rows.k[i] = load_eight(rows.k_at[i]);
    rows.v[i] = load_eight(rows.k_at[i] + rows.to_values);
  }
}

/// As SplitRows::load_fresh(), from shared memory: the cache's copy may not be there yet.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup>
__device__ __forceinline__ void take_fresh(SplitRows<T, kHeadDim>& rows, const KeySpan& span,
                                           std::uint32_t split,
                                           const Room<kHeadDim, kGroup>& room) {
  using S = Share<kHeadDim>;
#pragma unroll
  for (std::uint32_t i = 0; i < S::kLoads; ++i) {
    const std::uint32_t ordinal = split * kSplit + S::key_of(i);
    if (rows.k_at[i] == nullptr || span.is_old(ordinal)) continue;
    const std::uint32_t token = ordinal - span.first;
    rows.k[i] = load_eight(room.k[token] + S::element());
    rows.v[i] = load_eight(room.v[token] + S::element());
  }
}

/// One block a (lane, token), kv head and share of the keys' splits, as attention has them. Every
/// block makes for itself what it needs of this op's tokens: the queries, and keys and values up to
/// its token; the block of the token's first share adds them to the caches. Tables and old keys are
/// there before the predecessor has ended.
template <class T, std::uint32_t kHeadDim, std::uint32_t kGroup, std::uint32_t kShare>
__global__ void __launch_bounds__(kThreads)
    qkv_attention_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  extern __shared__ __align__(16) unsigned char memory[];
  // Tables and heads, then the results of this block's splits.
  auto& room = *reinterpret_cast<Room<kHeadDim, kGroup>*>(memory);
  auto* parts = reinterpret_cast<SplitPart<kHeadDim, kGroup>*>(&room + 1);
  const std::uint32_t share = kShare == 1 ? 0 : blockIdx.z;
  const std::uint32_t token = blockIdx.y % a.tokens;
  const KeySpan span = span_of(a, blockIdx.y / a.tokens, token, blockIdx.x);
  SplitRows<T, kHeadDim> rows;
  if (share < span.splits()) ask_split(a, span, share, rows);
  fill_tables<kHeadDim, kGroup>(a, span, token, room);
  __syncthreads();  // the tables are there
  begin_kernel();

  const std::uint32_t splits = token_counts(a, span, token, fault) ? span.splits() : 0;
  const std::size_t width = (a.heads + 2 * std::size_t{a.kv_heads}) * kHeadDim;
  const T* joint = static_cast<const T*>(a.qkv.data) + std::size_t{blockIdx.y} * width;
  make_heads<T, kHeadDim, kGroup>(a, span, token, joint, share == 0, room, fault);
  __syncthreads();  // the heads of this op's tokens are in `room`
  Eight q[kGroup];
#pragma unroll
  for (std::uint32_t g = 0; g < kGroup; ++g) {
    q[g] = load_eight(room.q[g] + Share<kHeadDim>::element());
  }
#pragma unroll 1
  for (std::uint32_t split = share; split < splits; split += kShare) {
    if (split != share) ask_split(a, span, split, rows);
    if (rows.misses(span, split)) report(fault, ErrorCode::kBadPage);
    take_fresh<T, kHeadDim, kGroup>(rows, span, split, room);
    score_split<T, kHeadDim, kGroup>(a.scale, rows, q, room.scratch);
    weigh_split<T, kHeadDim, kGroup>(rows, room.scratch, parts[split / kShare]);
  }
  T* y = static_cast<T*>(a.y.data) +
         (std::size_t{blockIdx.y} * a.heads + span.kv_head * kGroup) * kHeadDim;
  join_splits<T, kHeadDim, kGroup, kShare>(parts, splits, share, y);
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
      return launch_splits<F>(on, qkv_attention_kernel<T, F::kHeadDim, F::kGroup, F::kShare>,
                              sizeof(Room<F::kHeadDim, F::kGroup>), a);
    };
    const auto any = [&] {
      return launch(on, qkv_attention_any_kernel<T>, dim3(a.kv_heads, a.lanes), kThreads, 0, a,
                    on.fault);
    };
    const bool fits = a.tokens <= kFreshMax && a.window == 0 && in_line;
    return fits ? with_head_form(a, by_splits, any) : any();
  });
}

}  // namespace voxfuse::qkv_attention
