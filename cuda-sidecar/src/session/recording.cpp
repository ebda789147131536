#include "cuda-sidecar/src/session/recording.hpp"

#include <array>
#include <cstring>
#include <string_view>

#include "shared/gen/protocol.hpp"

namespace voxfuse {

namespace {

constexpr std::string_view kMagic("voxfuse-record\n\0", 16);
constexpr std::uint32_t kBodyBytesMax = 64u << 20;

struct EntryHead {
  std::uint32_t kind;
  std::uint32_t bytes;
  std::uint64_t steps;
};
static_assert(sizeof(EntryHead) == 16);

/// Files are read and written as chars; these records are plain words.
template <class T>
void write_words(std::ofstream& file, const T& words) {
  file.write(reinterpret_cast<const char*>(&words), sizeof words);
}
template <class T>
bool read_words(std::ifstream& file, T& words) {
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&words), sizeof words));
}

}  // namespace

Status Recorder::open(const std::string& path) {
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (!file_) return {ErrorCode::kBadControl, "the recording cannot be written"};
  file_.write(kMagic.data(), kMagic.size());
  write_words(file_, std::array<std::uint32_t, 2>{kLayoutHash, 0});
  return {};
}

void Recorder::add(RecordEntry::Kind kind, std::uint64_t steps, std::span<const std::byte> body) {
  if (!is_open()) return;
  write_words(file_, EntryHead{static_cast<std::uint32_t>(kind),
                               static_cast<std::uint32_t>(body.size()), steps});
  // Bytes, written as chars.
  file_.write(reinterpret_cast<const char*>(body.data()),
              static_cast<std::streamsize>(body.size()));
  file_.flush();
}

Status read_recording(const std::string& path, std::vector<RecordEntry>& out) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, kMagic.size()> magic = {};
  std::array<std::uint32_t, 2> head = {};
  if (!read_words(file, magic) || std::memcmp(magic.data(), kMagic.data(), magic.size()) != 0 ||
      !read_words(file, head)) {
    return {ErrorCode::kBadHeader, "not a recording"};
  }
  VOXFUSE_REQUIRE(head[0] == kLayoutHash, kLayoutMismatch);
  EntryHead entry = {};
  while (read_words(file, entry)) {
    VOXFUSE_REQUIRE(entry.kind >= 1 && entry.kind <= 3, kBadRecord);
    VOXFUSE_REQUIRE(entry.bytes <= kBodyBytesMax, kBadRecord);
    RecordEntry& read = out.emplace_back();
    read.kind = static_cast<RecordEntry::Kind>(entry.kind);
    read.steps = entry.steps;
    read.body.resize(entry.bytes);
    if (!file.read(reinterpret_cast<char*>(read.body.data()), entry.bytes)) {  // bytes as chars
      out.pop_back();
      return {ErrorCode::kBadRecord, "the recording is cut short"};
    }
  }
  return {};
}

}  // namespace voxfuse
