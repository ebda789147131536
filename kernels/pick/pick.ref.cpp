#include "kernels/pick/pick.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "kernels/support/exp32.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/philox.hpp"

namespace voxfuse::pick {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::uint32_t kVocabMax = 8192;  // sums of weights (2^30 at most) times 2^20 fit u64
constexpr std::uint32_t kKeepAll = 1u << 20;

bool positive_and_finite(float value) { return value > 0.0f && value < kInfinity; }

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

// Step 1. Barred ids are -inf. False on bad logits.
bool process(const Args& a, std::uint32_t lane, std::vector<float>& l) {
  const RowState& row = *a.row.at(lane);
  const Sampling sampling = sampling_of(row, a.group);
  const std::uint32_t* seen = a.seen.at(lane);
  l.assign(a.logits + std::size_t{lane} * a.vocab, a.logits + std::size_t{lane + 1} * a.vocab);
  for (std::uint32_t id = 0; id < a.vocab; ++id) {
    if (!(l[id] < kInfinity)) return false;
    if (a.group == 0) {
      const bool is_seen = id / 32 < a.seen_words && (seen[id / 32] >> (id % 32) & 1u) != 0;
      const float penalty = row.talker_repetition_penalty;
      if (is_seen) l[id] = l[id] > 0.0f ? l[id] / penalty : l[id] * penalty;
      const bool is_end = id == a.end_id;
      const bool barred = is_end ? row.frame < row.min_new_tokens : id >= a.audio_codes;
      if (barred) l[id] = -kInfinity;
    }
    if (!sampling.greedy) l[id] = l[id] / sampling.temperature;
    if (!(l[id] < kInfinity)) return false;
  }
  return *std::max_element(l.begin(), l.end()) > -kInfinity;
}

// Step 3: indices of the kept logits, ascending.
std::vector<std::uint32_t> top_k(const std::vector<float>& l, std::uint32_t k) {
  float threshold = -kInfinity;
  if (k != 0 && k < l.size()) {
    std::vector<float> sorted = l;
    std::sort(sorted.begin(), sorted.end(), [](float a, float b) { return a > b; });
    threshold = sorted[k - 1];
  }
  std::vector<std::uint32_t> kept;
  for (std::uint32_t id = 0; id < l.size(); ++id) {
    if (l[id] >= threshold && l[id] > -kInfinity) kept.push_back(id);
  }
  return kept;
}

// Step 4, by index.
std::vector<std::uint64_t> weights(const std::vector<float>& l) {
  const float max = *std::max_element(l.begin(), l.end());
  std::vector<std::uint64_t> w;
  for (const float logit : l) {
    w.push_back(static_cast<std::uint32_t>(exp32(logit - max) * 1073741824.0f));
  }
  return w;
}

// Step 5: `kept` without the unlikely end of the distribution, ascending by index again.
std::vector<std::uint32_t> top_p(const std::vector<float>& l, const std::vector<std::uint64_t>& w,
                                 std::vector<std::uint32_t> kept, std::uint32_t p) {
  if (p >= kKeepAll) return kept;
  std::uint64_t sum = 0;
  for (const std::uint32_t id : kept) sum += w[id];
  std::sort(kept.begin(), kept.end(),
            [&](std::uint32_t a, std::uint32_t b) { return l[a] != l[b] ? l[a] < l[b] : a > b; });
  std::size_t dropped = 0;
  std::uint64_t so_far = 0;
  for (; dropped + 1 < kept.size(); ++dropped) {
    so_far += w[kept[dropped]];
    if (so_far * kKeepAll > sum * (kKeepAll - p)) break;
  }
  kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(dropped));
  std::sort(kept.begin(), kept.end());
  return kept;
}

// Step 6.
std::uint32_t draw(const std::vector<std::uint32_t>& kept, const std::vector<std::uint64_t>& w,
                   std::uint32_t word) {
  std::uint64_t sum = 0;
  for (const std::uint32_t id : kept) sum += w[id];
  const std::uint64_t target = (sum >> 32) * word + (((sum & 0xffffffffu) * word) >> 32);
  std::uint64_t prefix = 0;
  for (const std::uint32_t id : kept) {
    prefix += w[id];
    if (prefix > target) return id;
  }
  return kept.back();  // never: the target is below the sum
}

// The id picked, or kAbsent on bad logits.
std::uint32_t pick_one(const Args& a, std::uint32_t lane) {
  const RowState& row = *a.row.at(lane);
  const Sampling sampling = sampling_of(row, a.group);
  std::vector<float> l;
  if (!process(a, lane, l)) return kAbsent;
  if (sampling.greedy) {
    return static_cast<std::uint32_t>(std::max_element(l.begin(), l.end()) - l.begin());
  }
  const std::vector<std::uint64_t> w = weights(l);
  const std::vector<std::uint32_t> kept = top_p(l, w, top_k(l, sampling.top_k), sampling.top_p);
  const std::uint32_t counter[4] = {row.frame, a.group, row.segment, 0};
  return draw(kept, w, philox4x32_10(counter, row.seed_lo, row.seed_hi));
}

// What the pick does to the row.
void settle(const Args& a, std::uint32_t lane, std::uint32_t id) {
  RowState& row = *a.row.at(lane);
  FinishReason reason = FinishReason::kNone;
  if (id == kAbsent) {
    reason = FinishReason::kBadLogits;
  } else if (a.group == 0 && id == a.end_id) {
    reason = FinishReason::kStop;
  } else if (a.group == 0 && row.max_new_tokens <= row.frame + 1) {
    reason = FinishReason::kLength;
  }
  if (reason != FinishReason::kNone) {
    row.done = 1;
    row.finish_reason = static_cast<std::uint32_t>(reason);
    a.valid[lane] = 0;
    return;
  }
  a.codes.at(lane)[std::size_t{row.frame} * a.groups + a.group] = id;
  if (a.group == 0) a.seen.at(lane)[id / 32] |= 1u << (id % 32);
}

Status check_lane(const Args& a, const RowState& row) {
  const Sampling sampling = sampling_of(row, a.group);
  VOXFUSE_REQUIRE(sampling.greedy || positive_and_finite(sampling.temperature), kBadSampling);
  VOXFUSE_REQUIRE(a.group != 0 || positive_and_finite(row.talker_repetition_penalty), kBadSampling);
  const bool stores_no_code = a.group == 0 && row.max_new_tokens <= row.frame + 1;
  VOXFUSE_REQUIRE(stores_no_code || row.frame < a.frames_max, kBadIndex);
  return {};
}

}  // namespace

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.lanes >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.vocab >= 1 && a.vocab <= kVocabMax, kBadShape);
  VOXFUSE_REQUIRE(a.group < a.groups, kBadShape);
  VOXFUSE_REQUIRE(a.frames_max >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.group != 0 || a.audio_codes <= std::uint64_t{32} * a.seen_words, kBadShape);
  return {};
}

Status check_lanes(const Args& a) {
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    if (a.valid[b] != 0) VOXFUSE_TRY(check_lane(a, *a.row.at(b)));
  }
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_lanes(a));
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    if (a.valid[b] != 0) settle(a, b, pick_one(a, b));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::pick
