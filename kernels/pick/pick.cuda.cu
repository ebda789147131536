#include "kernels/pick/pick.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/pick_keep.cuh"
#include "kernels/support/exp32.hpp"
#include "kernels/support/philox.hpp"

namespace voxfuse::pick {

using namespace device;

namespace {

constexpr std::uint32_t kKeepAll = 1u << 20;
constexpr std::uint32_t kThreadsMax = 1024;
constexpr float kLargestFinite = 3.40282347e38f;

__device__ __forceinline__ bool below_infinity(float x) { return x <= kLargestFinite; }

/// Where the fields of a lane are: known before the kernel in front has ended. That wrote the
/// logits, and the lane table was written before the program began.
struct Lane {
  RowState* row;
  std::uint32_t* codes;
  std::uint32_t* seen;
  std::uint32_t* valid;
  const float* logits;

  __device__ __forceinline__ explicit Lane(const Args& a)
      : row(a.row.at(blockIdx.x)),
        codes(a.codes.at(blockIdx.x)),
        seen(a.seen.at(blockIdx.x)),
        valid(a.valid + blockIdx.x),
        logits(a.logits + std::size_t{blockIdx.x} * a.vocab) {}
};

/// What of a row decides a pick, read at once before the first barrier: at the end of the kernel
/// one thread writes to the row.
struct Rules {
  bool is_valid;
  bool greedy;
  float temperature;
  std::uint32_t top_k;
  std::uint32_t top_p;
  std::uint32_t frame;
  std::uint32_t max_new_tokens;
  bool end_barred;
  float penalty;

  __device__ __forceinline__ Rules(const Args& a, const Lane& lane) {
    const RowState& row = *lane.row;
    const bool talker = a.group == 0;
    is_valid = *lane.valid != 0;
    greedy = (talker ? row.talker_do_sample : row.predictor_do_sample) == 0;
    temperature = talker ? row.talker_temperature : row.predictor_temperature;
    top_k = talker ? row.talker_top_k : row.predictor_top_k;
    top_p = talker ? row.talker_top_p : row.predictor_top_p;
    frame = row.frame;
    max_new_tokens = talker ? row.max_new_tokens : 0;
    end_barred = talker && frame < row.min_new_tokens;
    penalty = talker ? row.talker_repetition_penalty : 1.0f;
  }

  __device__ __forceinline__ bool is_last(const Args& a) const {
    return a.group == 0 && max_new_tokens <= frame + 1;
  }
  /// What check_lanes() answers where the host reads rows.
  __device__ __forceinline__ ErrorCode error(const Args& a) const {
    const bool sound = greedy || (temperature > 0.0f && below_infinity(temperature));
    if (!sound || !(penalty > 0.0f && below_infinity(penalty))) return ErrorCode::kBadSampling;
    return is_last(a) || frame < a.frames_max ? ErrorCode::kOk : ErrorCode::kBadIndex;
  }
};

/// The logits of this thread, neighbours. `aligned`: by accesses of 16 bytes.
template <std::uint32_t kPer>
__device__ __forceinline__ void load_logits(const float* logits, std::uint32_t first,
                                            std::uint32_t vocab, bool aligned, float (&l)[kPer]) {
  if (aligned) {
#pragma unroll
    for (std::uint32_t i = 0; i < kPer; i += 4) {
      if (first + i >= vocab) continue;                                          // all four or none
      const float4 four = *reinterpret_cast<const float4*>(logits + first + i);  // as said
      l[i] = four.x, l[i + 1] = four.y, l[i + 2] = four.z, l[i + 3] = four.w;
    }
    return;
  }
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) {
    if (first + i < vocab) l[i] = logits[first + i];
  }
}

/// Step 1 of the contract for one logit. Divisions are IEEE's, as everything here.
__device__ __forceinline__ std::uint32_t processed_key(const Args& a, const Rules& rules,
                                                       std::uint32_t id, float l, bool is_seen) {
  if (!below_infinity(l)) return kKeyOfBad;
  if (a.group == 0) {
    if (is_seen) l = l > 0.0f ? __fdiv_rn(l, rules.penalty) : __fmul_rn(l, rules.penalty);
    if (id == a.end_id ? rules.end_barred : id >= a.audio_codes) return kKeyOfLeast;
  }
  if (!rules.greedy) l = __fdiv_rn(l, rules.temperature);
  return below_infinity(l) ? key_of(l) : kKeyOfBad;
}

/// The keys of this thread's logits, kKeyOfNone beyond the last.
template <std::uint32_t kPer>
__device__ __forceinline__ void load_keys(const Args& a, const Lane& lane, const Rules& rules,
                                          std::uint32_t first, bool aligned,
                                          std::uint32_t (&keys)[kPer]) {
  static_assert(32 % kPer == 0, "one word of `seen` a thread");
  float l[kPer] = {};
  load_logits(lane.logits, first, a.vocab, aligned, l);
  const bool knows_seen = a.group == 0 && first / 32 < a.seen_words;
  const std::uint32_t seen = knows_seen ? lane.seen[first / 32] >> (first % 32) : 0;
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) {
    const bool is_seen = (seen >> i & 1u) != 0;
    keys[i] = first + i < a.vocab ? processed_key(a, rules, first + i, l[i], is_seen) : kKeyOfNone;
  }
}

/// The largest key of a block. `room` holds a word for each warp.
template <std::uint32_t kPer>
__device__ __forceinline__ std::uint32_t largest_of_block(const std::uint32_t (&keys)[kPer],
                                                          std::uint32_t* room) {
  const std::uint32_t lane = threadIdx.x % kWarp;
  std::uint32_t largest = keys[0];
#pragma unroll
  for (std::uint32_t i = 1; i < kPer; ++i) largest = max(largest, keys[i]);
  largest = __reduce_max_sync(kAllLanes, largest);
  if (lane == 0) room[threadIdx.x / kWarp] = largest;
  __syncthreads();  // the warps' largest are in `room`, and the selection's room is clear
  return __reduce_max_sync(kAllLanes, lane < blockDim.x / kWarp ? room[lane] : kKeyOfNone);
}

/// Steps 3 to 5: the weights of this thread's logits, zero for what is not kept.
template <std::uint32_t kPer>
__device__ __forceinline__ void weigh(const Args& a, const Rules& rules,
                                      const std::uint32_t (&keys)[kPer], std::uint32_t largest_key,
                                      KeepRoom& room, BlockScan& scan,
                                      std::uint32_t (&weights)[kPer]) {
  std::uint32_t least = kKeyOfLeast + 1;
  if (rules.top_k != 0 && rules.top_k < a.vocab) {
    least = max(least, least_of_top_k(keys, largest_key, rules.top_k, room, scan));
  }
  const float largest = logit_of(largest_key);
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) {
    weights[i] = 0;
    if (keys[i] < least) continue;
    const float likelihood = exp32(__fsub_rn(logit_of(keys[i]), largest));
    weights[i] = static_cast<std::uint32_t>(__fmul_rn(likelihood, 1073741824.0f));
  }
  if (rules.top_p < kKeepAll) {
    keep_top_p(keys, weights, largest_key, kKeepAll - rules.top_p, scan);
  }
}

/// What the pick does to the row; kAbsent stands for bad logits. Called by one thread.
__device__ __forceinline__ void settle(const Args& a, const Lane& lane, const Rules& rules,
                                       std::uint32_t id) {
  FinishReason reason = FinishReason::kNone;
  if (id == kAbsent) {
    reason = FinishReason::kBadLogits;
  } else if (a.group == 0 && id == a.end_id) {
    reason = FinishReason::kStop;
  } else if (rules.is_last(a)) {
    reason = FinishReason::kLength;
  }
  if (reason != FinishReason::kNone) {
    lane.row->done = 1;
    lane.row->finish_reason = static_cast<std::uint32_t>(reason);
    *lane.valid = 0;
    return;
  }
  lane.codes[std::size_t{rules.frame} * a.groups + a.group] = id;
  if (a.group == 0) lane.seen[id / 32] |= 1u << (id % 32);
}

/// A block for each lane, each thread with kPer neighbouring logits in registers. Whatever depends
/// on the row alone is the same in every thread, so that all take the same branches.
template <std::uint32_t kPer>
__global__ void __launch_bounds__(kThreadsMax)
    pick_kernel(const __grid_constant__ Args a, bool aligned, std::uint32_t* fault) {
  __shared__ KeepRoom room;
  __shared__ std::uint32_t largest_of_warp[kWarp];
  __shared__ std::uint32_t word;
  const Lane lane(a);
  room.clear();
  // The other way round than elsewhere: nothing behind a pick begins before all in front of it has
  // ended. So what is read early of a cache has been written, however short the passes are.
  wait_for_predecessors();
  let_next_in();

  const Rules rules(a, lane);
  const bool draws = threadIdx.x == 0;
  std::uint32_t counter[4] = {rules.frame, a.group, 0, 0};
  std::uint32_t seed[2] = {};
  if (draws) {
    counter[2] = lane.row->segment;
    seed[0] = lane.row->seed_lo;
    seed[1] = lane.row->seed_hi;
  }
  const std::uint32_t first = threadIdx.x * kPer;
  std::uint32_t keys[kPer];
  load_keys(a, lane, rules, first, aligned, keys);
  const std::uint32_t largest_key = largest_of_block(keys, largest_of_warp);

  if (!rules.is_valid) return;
  const ErrorCode error = rules.error(a);
  if (error != ErrorCode::kOk) {
    if (draws) report(fault, error);
    return;
  }
  if (largest_key == kKeyOfBad || largest_key <= kKeyOfLeast) {
    if (draws) settle(a, lane, rules, kAbsent);
    return;
  }

  BlockScan scan(room.sums);
  std::uint32_t weights[kPer];
  if (rules.greedy) {
    // The first of the largest is what a draw of the word 0 finds among them.
#pragma unroll
    for (std::uint32_t i = 0; i < kPer; ++i) weights[i] = keys[i] == largest_key ? 1 : 0;
    if (draws) word = 0;
  } else {
    if (draws) word = philox4x32_10(counter, seed[0], seed[1]);
    weigh(a, rules, keys, largest_key, room, scan, weights);
  }
  std::uint64_t own = 0;
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) own += weights[i];
  const auto [before, total] = scan(own);  // its barrier makes `word` known too
  const std::uint64_t target = (total >> 32) * word + (((total & 0xffffffffu) * word) >> 32);
  if (target < before || target - before >= own) return;

  // Of all threads this one has the pick.
  std::uint64_t prefix = before;
  std::uint32_t id = kAbsent;
#pragma unroll
  for (std::uint32_t i = 0; i < kPer; ++i) {
    prefix += weights[i];
    if (id == kAbsent && prefix > target) id = first + i;
  }
  settle(a, lane, rules, id);
}

template <std::uint32_t kPer>
Status launch_pick(const Args& a, CudaContext& on) {
  const std::uint32_t threads = blocks_for(blocks_for(a.vocab, kPer), kWarp) * kWarp;
  // An address is asked for its alignment.
  const bool aligned = a.vocab % 4 == 0 && reinterpret_cast<std::uintptr_t>(a.logits) % 16 == 0;
  return launch(on, pick_kernel<kPer>, a.lanes, threads, 0, a, aligned, on.fault);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  return a.vocab <= 4 * kThreadsMax ? launch_pick<4>(a, on) : launch_pick<8>(a, on);
}

}  // namespace voxfuse::pick
