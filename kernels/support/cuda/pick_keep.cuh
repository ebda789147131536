#pragma once

// Which logits a pick keeps: top-k and top-p over a block whose threads hold kPer logits each. Only
// for `pick.cuda.cu`.
//
// Logits are keys here: words that order as the floats do. What top-k must find is the k-th largest
// key, exactly. Logits that lie within kReach of the largest are counted by bins of equal width,
// farthest last; the k-th is in the bin where the count reaches k, and the few keys of that bin are
// ranked against each other. Beyond kReach weights are zero, so that it is no matter what is kept
// there.

#include <cstdint>

#include "kernels/support/cuda/pick_scan.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kKeyOfLeast = 0x007fffffu;  ///< Of -inf.
inline constexpr std::uint32_t kKeyOfNone = 0;             ///< Below every logit's.
inline constexpr std::uint32_t kKeyOfBad = 0xffffffffu;    ///< Above every logit's.

/// Orders as the floats do, -0 with +0: a + 0 turns the one into the other.
__device__ __forceinline__ std::uint32_t key_of(float logit) {
  const std::uint32_t bits = __float_as_uint(__fadd_rn(logit, 0.0f));
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
__device__ __forceinline__ float logit_of(std::uint32_t key) {
  return __uint_as_float((key & 0x80000000u) != 0 ? key & 0x7fffffffu : ~key);
}

inline constexpr float kReach = 21.0f;  ///< exp(-21) * 2^30 is below 1.
inline constexpr float kBinsPerUnit = 12.0f;
inline constexpr std::uint32_t kBins = 256;
static_assert(kReach * kBinsPerUnit <= kBins);
inline constexpr std::uint32_t kBinsOfLane = 4;  ///< One access of 16 bytes.
static_assert(kBins % (kWarp * kBinsOfLane) == 0);
inline constexpr std::uint32_t kRankedMax = 128;

/// What a block shares while it selects. All but `ranked` and `sums` is zero before the first
/// barrier.
struct KeepRoom {
  alignas(16) std::uint32_t bins[kBins];
  std::uint32_t ranked_count;
  std::uint32_t kth_key;
  std::uint32_t ranked[kRankedMax];
  BlockScan::Room sums;

  __device__ __forceinline__ void clear() {
    for (std::uint32_t i = threadIdx.x; i < kBins; i += blockDim.x) bins[i] = 0;
    if (threadIdx.x == 0) ranked_count = kth_key = 0;
  }
};

/// Bin of a key, kBins when its weight is zero or it is no logit (and then a NaN here).
__device__ __forceinline__ std::uint32_t bin_of(std::uint32_t key, float largest) {
  const float below = __fsub_rn(largest, logit_of(key));
  return below < kReach ? static_cast<std::uint32_t>(__fmul_rn(below, kBinsPerUnit)) : kBins;
}

/// Where the k-th largest is.
struct FoundBin {
  std::uint32_t bin;    ///< kBins when the bins hold fewer than k.
  std::uint32_t rank;   ///< Among the keys of this bin, from 1 on.
  std::uint32_t count;  ///< Of them.
};

/// Every warp finds it for itself, a lane for each kBinsOfLane bins; mostly the first stretch of
/// bins has it.
__device__ __forceinline__ FoundBin find_bin(const std::uint32_t (&bins)[kBins], std::uint32_t k) {
  const std::uint32_t lane = threadIdx.x % kWarp;
#pragma unroll 1
  for (std::uint32_t begin = 0; begin < kBins; begin += kWarp * kBinsOfLane) {
    const uint4 words = reinterpret_cast<const uint4*>(bins + begin)[lane];  // aligned for it
    const std::uint32_t counts[kBinsOfLane] = {words.x, words.y, words.z, words.w};
    const std::uint32_t own = counts[0] + counts[1] + counts[2] + counts[3];
    const std::uint32_t upto = warp_prefix(own);
    const std::uint32_t reaching = __ballot_sync(kAllLanes, upto >= k);
    if (reaching == 0) {
      k -= __shfl_sync(kAllLanes, upto, kWarp - 1);
      continue;
    }
    // Only the first of the reaching lanes reckons with what it has.
    std::uint32_t rank = k - (upto - own);
    std::uint32_t i = 0;
#pragma unroll
    for (std::uint32_t next = 0; next + 1 < kBinsOfLane; ++next) {
      if (i == next && rank > counts[next]) {
        rank -= counts[next];
        ++i;
      }
    }
    const std::uint32_t count = i < 2 ? (i == 0 ? words.x : words.y) : (i == 2 ? words.z : words.w);
    const int owner = __ffs(static_cast<int>(reaching)) - 1;
    return {begin + __shfl_sync(kAllLanes, lane * kBinsOfLane + i, owner),
            __shfl_sync(kAllLanes, rank, owner), __shfl_sync(kAllLanes, count, owner)};
  }
  return {kBins, 0, 0};
}

/// Writes the rank-th largest of `count` keys to `kth_key`: each warp ranks some of them.
__device__ __forceinline__ void rank_keys(KeepRoom& room, std::uint32_t count, std::uint32_t rank) {
  const std::uint32_t lane = threadIdx.x % kWarp;
  for (std::uint32_t i = threadIdx.x / kWarp; i < count; i += blockDim.x / kWarp) {
    const std::uint32_t key = room.ranked[i];
    std::uint32_t above = 0;
    std::uint32_t not_below = 0;
    for (std::uint32_t begin = 0; begin < count; begin += kWarp) {
      const std::uint32_t other = begin + lane < count ? room.ranked[begin + lane] : kKeyOfNone;
      above += __popc(__ballot_sync(kAllLanes, other > key));
      not_below += __popc(__ballot_sync(kAllLanes, other >= key));
    }
    // Equal keys are found by several warps, all with the same answer.
    if (lane == 0 && above < rank && rank <= not_below) atomicMax(&room.kth_key, key);
  }
}

/// The largest key for which the measures of the keys not below it add up to `least` or more, bit
/// by bit. `least` is at least 1 and at most the sum of all.
template <std::uint32_t kPer>
__device__ __forceinline__ std::uint32_t key_reaching(const std::uint32_t (&keys)[kPer],
                                                      const std::uint32_t (&measures)[kPer],
                                                      std::uint64_t least,
                                                      std::uint32_t largest_key, BlockScan& scan) {
  std::uint32_t found = 0;
  for (std::uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
    const std::uint32_t candidate = found | bit;
    if (candidate > largest_key) continue;  // the same in every thread
    std::uint64_t sum = 0;
#pragma unroll
    for (std::uint32_t i = 0; i < kPer; ++i) sum += keys[i] >= candidate ? measures[i] : 0;
    if (scan(sum).total >= least) found = candidate;
  }
  return found;
}

/// The least key that top-k keeps, or one whose like weigh nothing. Called by every thread.
template <std::uint32_t kPer>
__device__ __forceinline__ std::uint32_t least_of_top_k(const std::uint32_t (&keys)[kPer],
                                                        std::uint32_t largest_key, std::uint32_t k,
                                                        KeepRoom& room, BlockScan& scan) {
  const float largest = logit_of(largest_key);
  std::uint32_t bins[kPer];
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) {
    bins[i] = bin_of(keys[i], largest);
    if (bins[i] < kBins) atomicAdd(&room.bins[bins[i]], 1u);
  }
  __syncthreads();  // every logit is counted
  const FoundBin found = find_bin(room.bins, k);
  if (found.bin == kBins) return kKeyOfLeast + 1;
  if (found.count > kRankedMax) {  // many logits as good as equal
    std::uint32_t ones[kPer];
#pragma unroll
    for (std::uint32_t i = 0; i < kPer; ++i) ones[i] = 1;
    return key_reaching(keys, ones, k, largest_key, scan);
  }
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) {
    if (bins[i] == found.bin) room.ranked[atomicAdd(&room.ranked_count, 1u)] = keys[i];
  }
  __syncthreads();  // the keys of the bin are listed, in whatever order
  rank_keys(room, found.count, found.rank);
  __syncthreads();  // the key is found
  return room.kth_key;
}

/// Sets the weights to zero that top-p drops. Called by every thread; `drop` is 2^20 - p.
///
/// A logit goes while the sum of weights up to it, S less what comes behind it, is at most
/// S * drop / 2^20; so one stays while what comes behind it is below `least`. Among equals the
/// lower index comes behind.
template <std::uint32_t kPer>
__device__ __forceinline__ void keep_top_p(const std::uint32_t (&keys)[kPer],
                                           std::uint32_t (&weights)[kPer],
                                           std::uint32_t largest_key, std::uint64_t drop,
                                           BlockScan& scan) {
  std::uint64_t own = 0;
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) own += weights[i];
  const std::uint64_t total = scan(own).total;
  // The last stays whatever p is: its weight is not zero.
  const std::uint64_t limit = min(total * drop >> 20, total - 1);
  const std::uint64_t least = total - limit;
  const std::uint32_t edge = key_reaching(keys, weights, least, largest_key, scan);
  std::uint64_t above = 0;
  std::uint64_t equal = 0;
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) {
    if (keys[i] > edge) above += weights[i];
    if (keys[i] == edge) equal += weights[i];
  }
  std::uint64_t behind = scan(above).total;
  behind += scan(equal).before;
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) {
    if (keys[i] > edge) continue;
    const bool stays = keys[i] == edge && behind < least;
    if (keys[i] == edge) behind += weights[i];
    if (!stays) weights[i] = 0;
  }
}

}  // namespace voxfuse::device
