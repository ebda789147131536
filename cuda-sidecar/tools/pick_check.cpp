// Runs `pick` on logits from standard input, so that tests can hold the planner's picks against
// those of the executors: pick_check reference|cpu < cases > picks
//
// Input, words of 4 bytes, little endian: a header of 6 words (case count, vocab, group, groups,
// audio_codes, end_id); then for each case a RowState (64 words), the bit set of seen codes
// ((vocab + 31) / 32 words) and the logits (vocab words, f32).
// Output, for each case: the code picked (absent when the row ended) and the finish reason.
// Exit: 0; 1 when the kernel refused a case (a line on standard error says why); 2 on bad input.
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "kernels/pick/pick.hpp"
#include "kernels/support/thread_pool.hpp"

namespace {

using namespace voxfuse;

struct Header {
  std::uint32_t count;
  std::uint32_t vocab;
  std::uint32_t group;
  std::uint32_t groups;
  std::uint32_t audio_codes;
  std::uint32_t end_id;
};

constexpr std::uint32_t kVocabMax = 8192;
constexpr std::uint32_t kGroupsMax = 64;

template <class T>
bool read(T* values, std::size_t count) {
  return std::fread(values, sizeof(T), count, stdin) == count;
}

/// One lane, its row put together from local buffers.
struct Lane {
  RowState row;
  std::vector<std::uint32_t> seen;
  std::vector<float> logits;
  std::vector<std::uint32_t> codes;
  std::vector<std::uint32_t> scratch;
  std::uint32_t valid = 1;
};

pick::Args args_of(const Header& header, Lane& lane) {
  static constexpr std::uint32_t kRowZero = 0;
  pick::Args args;
  args.logits = lane.logits.data();
  args.valid = &lane.valid;
  args.row = {&lane.row, 0, &kRowZero};
  // As in a row, the frames before it lie before it.
  lane.codes.assign((std::size_t{lane.row.frame} + 1) * header.groups, kAbsent);
  args.codes = {lane.codes.data(), 0, &kRowZero};
  args.seen = {lane.seen.data(), 0, &kRowZero};
  args.scratch = lane.scratch.data();
  args.lanes = 1;
  args.vocab = header.vocab;
  args.group = header.group;
  args.groups = header.groups;
  args.frames_max = lane.row.frame + 1;
  args.seen_words = static_cast<std::uint32_t>(lane.seen.size());
  args.audio_codes = header.audio_codes;
  args.end_id = header.end_id;
  return args;
}

bool header_is_sound(const Header& header) {
  return header.vocab >= 1 && header.vocab <= kVocabMax && header.groups <= kGroupsMax &&
         header.group < header.groups;
}

int run(bool reference) {
  constexpr std::uint32_t kFramesMax = 1u << 20;  // keeps a stray frame from asking for gigabytes
  Header header;
  if (!read(&header, 1) || !header_is_sound(header)) return 2;
  ThreadPool pool(1);
  Lane lane;
  lane.seen.resize((header.vocab + 31) / 32);
  lane.logits.resize(header.vocab);
  lane.scratch.resize(std::size_t{header.vocab} * 2);
  for (std::uint32_t i = 0; i < header.count; ++i) {
    if (!read(&lane.row, 1) || !read(lane.seen.data(), lane.seen.size()) ||
        !read(lane.logits.data(), lane.logits.size()) || lane.row.frame >= kFramesMax) {
      std::fprintf(stderr, "case %u is cut short or has no sound frame\n", i);
      return 2;
    }
    lane.valid = 1;
    const pick::Args args = args_of(header, lane);
    const Status status = reference ? pick::reference(args) : pick::cpu(args, pool);
    if (!status.ok()) {
      std::fprintf(stderr, "case %u: %s: %s\n", i, error_name(status.code()), status.what());
      return 1;
    }
    const std::size_t at = std::size_t{lane.row.frame} * header.groups + header.group;
    const std::uint32_t picked[2] = {lane.codes[at], lane.row.finish_reason};
    std::fwrite(picked, sizeof(picked), 1, stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view backend = argc == 2 ? argv[1] : "";
  if (backend != "reference" && backend != "cpu") {
    std::fputs("usage: pick_check reference|cpu < cases > picks\n", stderr);
    return 2;
  }
  return run(backend == "reference");
}
