#include "kernels/pick/pick.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::pick {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint32_t kFramesMax = 12;
constexpr std::uint32_t kGroups = 4;

enum class Logits {
  kNormal,
  kTies,
  kZeros,
  kExtreme,
  kOneLeft,
  kAllEqual,
  kNear,
  kNone,
  kWithNan,
  kWithInfinity,
};

struct Sampling {
  const char* name;
  std::uint32_t do_sample;
  float temperature;
  std::uint32_t top_k;
  std::uint32_t top_p;  // of 2^20
  float penalty = 1.05f;
};

// A small congruential generator: picks are compared bit for bit, so that its quality is no matter.
struct Words {
  std::uint32_t state;
  std::uint32_t next() {
    state = state * 1664525u + 1013904223u;
    return state >> 8;
  }
  float spread() { return static_cast<float>(next() % 20001) / 1000.0f - 12.0f; }
};

float logit_of(Logits kind, Words& words, std::uint32_t id) {
  const float extremes[] = {-3.4e38f, 3.3e38f, 1e-45f, -1e-45f, 0.0f, -kInfinity, 3.3e38f, 1e-38f};
  switch (kind) {
    case Logits::kNormal:
      return words.spread();
    case Logits::kTies:
      return std::floor(words.spread() / 4.0f);
    case Logits::kZeros:
      return words.next() % 3 == 0 ? 0.0f : words.next() % 2 == 0 ? -0.0f : -1e-45f;
    case Logits::kExtreme:
      return extremes[words.next() % 8];
    case Logits::kOneLeft:
      return id == 5 ? -40.0f : -kInfinity;
    case Logits::kAllEqual:
      return 1.5f;
    case Logits::kNear:
      return words.spread() * 1e-4f;
    case Logits::kNone:
      return -kInfinity;
    case Logits::kWithNan:
      return id == 7 ? kNan : words.spread();
    case Logits::kWithInfinity:
      return id == 7 ? kInfinity : words.spread();
  }
  return 0.0f;
}

// Lanes stand at the frames 0, 1, ... 8, so that early ones may not end and one has its last pick.
RowState row_of(const Sampling& sampling, std::uint32_t row) {
  RowState state{};
  state.frame = row % 9;
  state.min_new_tokens = 2;
  state.max_new_tokens = 8;
  state.segment = row / 9;
  state.seed_lo = 0x9e3779b9u * (row + 1);
  state.seed_hi = row % 2;
  state.talker_do_sample = state.predictor_do_sample = sampling.do_sample;
  state.talker_temperature = state.predictor_temperature = sampling.temperature;
  state.talker_top_k = state.predictor_top_k = sampling.top_k;
  state.talker_top_p = state.predictor_top_p = sampling.top_p;
  state.talker_repetition_penalty = row % 4 == 3 ? 1.0f : sampling.penalty;
  return state;
}

struct Shape {
  std::uint32_t lanes;
  std::uint32_t vocab;
  std::uint32_t audio_codes;
  std::uint32_t end_id;
  std::uint32_t group;
};

Args build(Buffers& b, const Shape& s, Logits kind, const Sampling& sampling) {
  std::vector<std::uint32_t> lane_rows;
  std::vector<std::uint32_t> valid;
  std::vector<RowState> rows;
  std::vector<float> logits;
  Words words{s.vocab * 31 + s.group};
  for (std::uint32_t lane = 0; lane < s.lanes; ++lane) {
    lane_rows.push_back(s.lanes - lane);
    valid.push_back(lane % 5 == 4 ? 0 : 1);
    for (std::uint32_t id = 0; id < s.vocab; ++id) logits.push_back(logit_of(kind, words, id));
  }
  for (std::uint32_t row = 0; row <= s.lanes; ++row) rows.push_back(row_of(sampling, row));
  b.lanes(lane_rows, s.lanes + 1);
  const std::uint32_t seen_words = (s.audio_codes + 31) / 32;
  const auto seen = [](std::uint32_t row, std::uint32_t i) { return 0x11002481u << (row + i) % 7; };
  const auto codes = [](std::uint32_t row, std::uint32_t i) { return row * 1000 + i; };
  return Args{.logits = b.input_f32("logits", logits),
              .valid = b.state_u32("valid", valid),
              .row = b.row_state("row", rows),
              .codes = b.row_u32("codes", kFramesMax * kGroups, codes),
              .seen = b.row_u32("seen", seen_words, seen),
              .scratch = b.scratch_u32("scratch", std::size_t{s.lanes} * 2 * s.vocab),
              .lanes = s.lanes,
              .vocab = s.vocab,
              .group = s.group,
              .groups = kGroups,
              .frames_max = kFramesMax,
              .seen_words = seen_words,
              .audio_codes = s.audio_codes,
              .end_id = s.end_id};
}

Args lane_alone(Args a, std::uint32_t lane) {
  a.logits += std::size_t{lane} * a.vocab;
  a.valid += lane;
  a.row = from_lane(a.row, lane);
  a.codes = from_lane(a.codes, lane);
  a.seen = from_lane(a.seen, lane);
  a.scratch += std::size_t{lane} * 2 * a.vocab;
  a.lanes = 1;
  return a;
}

std::string label(const Shape& s, const char* logits, const Sampling& sampling) {
  return OpCases<Args>::label("lanes", s.lanes, "vocab", s.vocab, "group", s.group, "logits",
                              logits, "sampling", sampling.name);
}

constexpr Sampling kGreedy{"greedy", 0, 1.0f, 50, 1u << 20};
constexpr Sampling kUsual{"usual", 1, 0.9f, 50, 1u << 20};
constexpr Sampling kSamplings[] = {
    kGreedy,
    kUsual,
    {"everything", 1, 1.0f, 0, 1u << 20},
    {"top-k-1", 1, 1.0f, 1, 1u << 20},
    {"top-k-all", 1, 1.0f, 100000, 1u << 20},
    {"top-p-0.9", 1, 0.7f, 0, 943718},
    {"both", 1, 1.3f, 20, 524288},
    {"top-p-0", 1, 1.0f, 0, 0},
    {"top-p-tiny", 1, 1.0f, 50, 1},
    {"cold", 1, 1e-3f, 50, 1u << 20},
    {"overflowing", 1, 1e-38f, 50, 1u << 20},
    {"hot", 1, 1e6f, 0, 1000000},
};

void add(OpCases<Args>& cases, const Shape& s, Logits kind, const char* name,
         const Sampling& sampling) {
  cases.add({.name = label(s, name, sampling),
             .build = [=](Buffers& b) { return build(b, s, kind, sampling); },
             .tolerance = Tolerance::exact(),  // the contract fixes every bit
             .parts = s.lanes,
             .part = lane_alone,
             .bytes = 4ull * s.lanes * s.vocab});
}

void add_error(OpCases<Args>& cases, const char* name, ErrorCode error, const Sampling& sampling,
               void (*spoil)(Args&)) {
  cases.add({.name = name,
             .build =
                 [=](Buffers& b) {
                   Args a = build(b, {1, 40, 32, 35, 0}, Logits::kNormal, sampling);
                   spoil(a);
                   return a;
                 },
             .tolerance = Tolerance::exact(),
             .error = error});
}

}  // namespace

// Vocabularies: the released talker's and predictor's, a small voice's, and ones of no round size.
KERNEL_CASES(pick) {
  const Shape shapes[] = {
      {9, 3072, 2048, 2150, 0}, {2, 2048, 2048, 0, 3}, {9, 557, 512, 520, 0}, {1, 1, 0, 0, 1}};
  const std::pair<Logits, const char*> kinds[] = {
      {Logits::kNormal, "normal"},    {Logits::kTies, "ties"},
      {Logits::kZeros, "zeros"},      {Logits::kExtreme, "extreme"},
      {Logits::kOneLeft, "one-left"}, {Logits::kAllEqual, "all-equal"},
      {Logits::kNear, "near"},        {Logits::kNone, "none"},
      {Logits::kWithNan, "nan"},      {Logits::kWithInfinity, "plus-infinity"},
  };
  for (const Sampling& sampling : kSamplings) {
    add(cases, {32, 96, 64, 70, 0}, Logits::kNormal, "normal", sampling);
    for (const auto& [kind, name] : kinds) add(cases, shapes[2], kind, name, sampling);
  }
  for (const Shape& s : {shapes[0], shapes[1], shapes[3]}) {
    for (const Sampling& sampling : kSamplings) add(cases, s, Logits::kNormal, "normal", sampling);
  }
  // More logits of one value, or nearly so, than a GPU's block ranks at once; as many as there may
  // be; numbers that are no multiple of what a thread has; and one row, as a step of the released
  // model has it.
  for (const Sampling& sampling : kSamplings) {
    for (const Shape& s : {Shape{2, 3072, 2048, 2150, 0}, Shape{2, 8192, 8000, 8100, 0}}) {
      add(cases, s, Logits::kTies, "ties", sampling);
      add(cases, s, Logits::kAllEqual, "all-equal", sampling);
      add(cases, s, Logits::kNear, "near", sampling);
    }
    for (const Shape& s : {Shape{2, 8190, 8190, 0, 1}, Shape{1, 4101, 4000, 4100, 0}}) {
      add(cases, s, Logits::kNear, "near", sampling);
    }
  }
  for (const Shape& s : {Shape{1, 3072, 2048, 2150, 0}, Shape{1, 2048, 2048, 0, 1}}) {
    add(cases, s, Logits::kNormal, "normal", kUsual);
  }
  const auto as_built = [](Args&) {};
  Sampling frozen = kUsual;
  frozen.temperature = 0.0f;
  Sampling without_penalty = kGreedy;
  without_penalty.penalty = kNan;
  add_error(cases, "no temperature", ErrorCode::kBadSampling, frozen, as_built);
  add_error(cases, "no penalty", ErrorCode::kBadSampling, without_penalty, as_built);
  add_error(cases, "frame beyond the codes", ErrorCode::kBadIndex, kUsual,
            [](Args& a) { a.frames_max = a.row.at(0)->frame; });
  add_error(cases, "group beyond the groups", ErrorCode::kBadShape, kUsual,
            [](Args& a) { a.group = a.groups; });
  add_error(cases, "more codes than bits", ErrorCode::kBadShape, kUsual,
            [](Args& a) { a.audio_codes = 33; });
}

}  // namespace voxfuse::pick
