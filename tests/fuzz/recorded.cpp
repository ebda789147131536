#include "tests/fuzz/recorded.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "cuda-sidecar/src/engine/submission.hpp"
#include "cuda-sidecar/src/session/recording.hpp"

namespace voxfuse {

namespace {

constexpr std::string_view kFlag = "--recording=";

void take_message(const RecordEntry& entry, Recorded& out) {
  const auto message = msgpack::decode(entry.body);
  require(message.has_value(), "the recording's messages are msgpack");
  std::string subject;
  if (entry.kind == RecordEntry::Kind::kLoad) {
    require(parse_load(*message, out.load, subject).ok(), "the recording's load is one");
    return;
  }
  std::span<const std::byte> entries;
  require(parse_weights(*message, entries).ok(), "the recording's weights are entries");
  out.weights.emplace_back(entries.begin(), entries.end());
}

void take_programs(const RecordEntry& entry, Recorded& out) {
  SubmissionReader reader(entry.body);
  SubmissionHeader header;
  require(reader.open(header).ok(), "the recording's submissions have a header");
  for (std::uint32_t i = 0; i < header.record_count; ++i) {
    std::span<const std::byte> bytes;
    require(reader.next(bytes).ok(), "the recording's records are whole");
    DefineRecord record;
    std::span<const std::byte> chunk;
    if (!split_record(bytes, record, chunk).ok()) continue;
    if (record.kind != static_cast<std::uint32_t>(RecordKind::kDefine)) continue;
    if (record.offset == 0) out.programs.emplace_back();
    out.programs.back().insert(out.programs.back().end(), chunk.begin(), chunk.end());
  }
}

}  // namespace

Recorded read_recorded(int count, char** words) {
  const char* path = nullptr;
  for (int i = 1; i < count; ++i) {
    if (std::string_view(words[i]).starts_with(kFlag)) path = words[i] + kFlag.size();
  }
  std::vector<RecordEntry> entries;
  if (path == nullptr || !read_recording(path, entries).ok()) {
    std::fputs("needed: --recording=FILE, of `voxfuse speak … --record FILE`\n", stderr);
    std::exit(2);
  }
  Recorded recorded;
  for (const RecordEntry& entry : entries) {
    if (entry.kind == RecordEntry::Kind::kSubmission) {
      take_programs(entry, recorded);
    } else {
      take_message(entry, recorded);
    }
  }
  require(!recorded.programs.empty() && !recorded.weights.empty(), "the recording holds a model");
  return recorded;
}

void fill_layout_hash(std::span<std::byte> bytes, std::size_t at) {
  std::uint32_t hash = 0;
  if (bytes.size() < at + sizeof hash) return;
  std::memcpy(&hash, bytes.data() + at, sizeof hash);
  if (hash == 0) std::memcpy(bytes.data() + at, &kLayoutHash, sizeof kLayoutHash);
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace voxfuse
