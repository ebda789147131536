#include "kernels/pick/pick.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <limits>

#include "kernels/support/exp32.hpp"
#include "kernels/support/philox.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::pick::VOXFUSE_ISA {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::uint32_t kKeepAll = 1u << 20;
constexpr std::size_t kGrainLogits = 32768;  // logits whose picks are worth a thread's wake-up
constexpr std::uint32_t kDigits = 1u << 11;  // of a key's digit: a histogram of 8 KiB

// One lane's work. Scratch holds the processed logits, then as many words for candidates.
struct Lane {
  RowState& row;
  const float* logits;
  const std::uint32_t* seen;
  float* l;
  std::uint32_t* kept;
};

struct Sampling {
  bool greedy;
  float temperature;
  std::uint32_t top_k;
  std::uint32_t top_p;
};

Sampling sampling_of(const RowState& row, std::uint32_t group) {
  if (group == 0) {
    return {row.talker_do_sample == 0, row.talker_temperature, row.talker_top_k, row.talker_top_p};
  }
  return {row.predictor_do_sample == 0, row.predictor_temperature, row.predictor_top_k,
          row.predictor_top_p};
}

// Orders as the floats do, -0 with +0: a + 0 turns the one into the other.
std::uint32_t key_of(float logit) {
  const auto bits = std::bit_cast<std::uint32_t>(logit + 0.0f);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

void punish_seen(const Args& a, const Lane& lane) {
  const float penalty = lane.row.talker_repetition_penalty;
  for (std::uint32_t word = 0; word < a.seen_words; ++word) {
    for (std::uint32_t bits = lane.seen[word]; bits != 0; bits &= bits - 1) {
      const std::uint32_t id = word * 32 + static_cast<std::uint32_t>(std::countr_zero(bits));
      if (id >= a.vocab) return;
      float& logit = lane.l[id];
      logit = logit > 0.0f ? logit / penalty : logit * penalty;
    }
  }
}

// True when every value is a number below +inf. No early way out: this loop is vectorised.
bool all_below_infinity(const float* values, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) bad |= values[i] < kInfinity ? 0u : 1u;
  return bad == 0;
}

// Sixteen running maxima, so that the loop is not one chain of comparisons.
float largest(const float* values, std::size_t count) {
  float max[16];
  for (float& one : max) one = -kInfinity;
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (std::size_t j = 0; j < 16; ++j) max[j] = values[i + j] > max[j] ? values[i + j] : max[j];
  }
  for (; i < count; ++i) max[0] = values[i] > max[0] ? values[i] : max[0];
  for (std::size_t j = 1; j < 16; ++j) max[0] = max[j] > max[0] ? max[j] : max[0];
  return max[0];
}

// Step 1 of the contract. Answers the largest l, or NaN on bad logits.
float process(const Args& a, const Lane& lane, const Sampling& sampling) {
  constexpr float kBad = std::numeric_limits<float>::quiet_NaN();
  if (!all_below_infinity(lane.logits, a.vocab)) return kBad;
  std::memcpy(lane.l, lane.logits, a.vocab * sizeof(float));
  if (a.group == 0) {
    punish_seen(a, lane);
    const bool end_allowed = a.end_id < a.vocab && lane.row.frame >= lane.row.min_new_tokens;
    const float end_logit = end_allowed ? lane.l[a.end_id] : -kInfinity;
    for (std::uint32_t id = a.audio_codes; id < a.vocab; ++id) lane.l[id] = -kInfinity;
    if (a.end_id < a.vocab) lane.l[a.end_id] = end_logit;
  }
  if (!sampling.greedy) {
    for (std::size_t i = 0; i < a.vocab; ++i) lane.l[i] = lane.l[i] / sampling.temperature;
  }
  if (!all_below_infinity(lane.l, a.vocab)) return kBad;
  const float max = largest(lane.l, a.vocab);
  return max > -kInfinity ? max : kBad;
}

// Finds the digit at `shift` of the k-th largest of `keys`, moves the keys with it to the front and
// answers how many; k becomes the rank among them.
std::uint32_t keep_digit(std::uint32_t* keys, std::uint32_t count, std::uint32_t shift,
                         std::uint32_t& k) {
  std::uint32_t histogram[kDigits] = {};
  for (std::uint32_t i = 0; i < count; ++i) ++histogram[(keys[i] >> shift) % kDigits];
  std::uint32_t digit = kDigits - 1;
  while (histogram[digit] < k) k -= histogram[digit--];
  std::uint32_t left = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t key = keys[i];
    keys[left] = key;
    left += (key >> shift) % kDigits == digit ? 1u : 0u;
  }
  return left;
}

// The k-th largest key, digit by digit; after the first digit few are left. `keys` has room for
// every key.
std::uint32_t threshold_key(const float* l, std::uint32_t count, std::uint32_t k,
                            std::uint32_t* keys) {
  for (std::uint32_t i = 0; i < count; ++i) keys[i] = key_of(l[i]);
  for (const std::uint32_t shift : {21u, 10u, 0u}) count = keep_digit(keys, count, shift, k);
  return keys[0];
}

// Step 3: writes the indices of the kept logits, ascending; answers how many.
std::uint32_t keep_top_k(const Args& a, const Lane& lane, std::uint32_t k) {
  std::uint32_t least = key_of(-kInfinity) + 1;
  if (k != 0 && k < a.vocab) {
    const std::uint32_t threshold = threshold_key(lane.l, a.vocab, k, lane.kept);
    least = threshold > least ? threshold : least;
  }
  std::uint32_t count = 0;
  for (std::uint32_t id = 0; id < a.vocab; ++id) {
    lane.kept[count] = id;
    count += key_of(lane.l[id]) >= least ? 1u : 0u;
  }
  return count;
}

std::uint32_t weight_of(float logit, float max) {
  return static_cast<std::uint32_t>(exp32(logit - max) * 1073741824.0f);
}

// Step 5's order of two kept ids: by logit, equals by descending index.
bool comes_before(const float* l, std::uint32_t left, std::uint32_t right) {
  return l[left] != l[right] ? l[left] < l[right] : left > right;
}

// Step 5: leaves what stays of the kept indices, ascending; answers how many.
std::uint32_t keep_top_p(const Args& a, const Lane& lane, std::uint32_t count, float max,
                         std::uint32_t p) {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < count; ++i) sum += weight_of(lane.l[lane.kept[i]], max);
  std::sort(lane.kept, lane.kept + count, [&](std::uint32_t left, std::uint32_t right) {
    return comes_before(lane.l, left, right);
  });
  const std::uint64_t limit = sum * (kKeepAll - p);
  std::uint32_t dropped = 0;
  for (std::uint64_t so_far = 0; dropped + 1 < count; ++dropped) {
    so_far += weight_of(lane.l[lane.kept[dropped]], max);
    if (so_far * kKeepAll > limit) break;
  }
  // Whatever does not come before the first that stays was kept by top-k too.
  const std::uint32_t first = lane.kept[dropped];
  count = 0;
  for (std::uint32_t id = 0; id < a.vocab; ++id) {
    lane.kept[count] = id;
    count += comes_before(lane.l, id, first) ? 0u : 1u;
  }
  return count;
}

// Step 6. Weights are reckoned once, into the words of the logits they come from.
std::uint32_t draw(const Lane& lane, std::uint32_t count, float max, std::uint32_t word) {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    float& slot = lane.l[lane.kept[i]];
    const std::uint32_t weight = weight_of(slot, max);
    slot = std::bit_cast<float>(weight);
    sum += weight;
  }
  const std::uint64_t target = (sum >> 32) * word + (((sum & 0xffffffffu) * word) >> 32);
  std::uint64_t prefix = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    prefix += std::bit_cast<std::uint32_t>(lane.l[lane.kept[i]]);
    if (prefix > target) return lane.kept[i];
  }
  return lane.kept[count - 1];  // never: the target is below the sum
}

std::uint32_t pick_one(const Args& a, const Lane& lane) {
  const Sampling sampling = sampling_of(lane.row, a.group);
  const float max = process(a, lane, sampling);
  if (max != max) return kAbsent;
  if (sampling.greedy) {
    std::uint32_t id = 0;
    while (lane.l[id] != max) ++id;
    return id;
  }
  std::uint32_t count = keep_top_k(a, lane, sampling.top_k);
  if (sampling.top_p < kKeepAll) count = keep_top_p(a, lane, count, max, sampling.top_p);
  const std::uint32_t counter[4] = {lane.row.frame, a.group, lane.row.segment, 0};
  return draw(lane, count, max, philox4x32_10(counter, lane.row.seed_lo, lane.row.seed_hi));
}

FinishReason end_reason(const Args& a, const RowState& row, std::uint32_t id) {
  if (id == kAbsent) return FinishReason::kBadLogits;
  if (a.group != 0) return FinishReason::kNone;
  if (id == a.end_id) return FinishReason::kStop;
  return row.max_new_tokens <= row.frame + 1 ? FinishReason::kLength : FinishReason::kNone;
}

void pick_lane(const Args& a, std::uint32_t b) {
  std::uint32_t* scratch = a.scratch + std::size_t{b} * 2 * a.vocab;
  RowState& row = *a.row.at(b);
  // Scratch is words: the first half is read and written as floats only.
  const Lane lane{row, a.logits + std::size_t{b} * a.vocab, a.seen.at(b),
                  reinterpret_cast<float*>(scratch), scratch + a.vocab};
  const std::uint32_t id = pick_one(a, lane);
  const FinishReason reason = end_reason(a, row, id);
  if (reason != FinishReason::kNone) {
    row.done = 1;
    row.finish_reason = static_cast<std::uint32_t>(reason);
    a.valid[b] = 0;
    return;
  }
  a.codes.at(b)[std::size_t{row.frame} * a.groups + a.group] = id;
  if (a.group == 0) a.seen.at(b)[id / 32] |= 1u << (id % 32);
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_TRY(check_lanes(a));
  const std::size_t grain = kGrainLogits / a.vocab + 1;
  pool.parallel_for(a.lanes, grain, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t b = begin; b < end; ++b) {
      if (a.valid[b] != 0) pick_lane(a, static_cast<std::uint32_t>(b));
    }
  });
  return {};
}

}  // namespace voxfuse::pick::VOXFUSE_ISA
