// Hostile plans: takes a recording, spoils one word at a time and plays it on a fresh engine.
//
// plan_fuzz RECORDING [--cases 4000] [--steps 2] [--backend reference]
//
// Headers and the fixed parts of records are spoiled word by word; longer payloads (programs, load
// and weights messages) at places spread evenly, as many as `--cases` leaves. Every case must end
// in an answer; a crash is the sanitizer's to report. Prints a JSON summary of the answers.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "cuda-sidecar/tools/player.hpp"

namespace {

using namespace voxfuse;

constexpr std::size_t kSpoilings = 6;
constexpr std::size_t kPayloadWordsMax = 48;

/// A word of an entry's body.
struct Place {
  std::size_t entry;
  std::size_t at;
};

struct Places {
  std::vector<Place> always;
  std::vector<Place> spread;
};

/// The value that one kind of spoiling puts in place of `value`.
std::uint32_t spoiled(std::uint32_t value, std::size_t spoiling) {
  const std::uint32_t values[kSpoilings] = {0,         1,         UINT32_MAX,
                                            value + 1, value - 1, value ^ 0x80000000u};
  return values[spoiling];
}

void add_words(std::vector<Place>& to, std::size_t entry, std::size_t from, std::size_t bytes) {
  for (std::size_t at = from; at + 4 <= from + bytes; at += 4) to.push_back({entry, at});
}

std::size_t fixed_bytes(std::uint32_t kind) {
  switch (static_cast<RecordKind>(kind)) {
    case RecordKind::kDefine:
      return sizeof(DefineRecord);
    case RecordKind::kAdmit:
      return sizeof(AdmitRecord);
    case RecordKind::kExtend:
      return sizeof(ExtendRecord);
    case RecordKind::kRun:
      return sizeof(RunRecord);
    case RecordKind::kCancel:
    case RecordKind::kRelease:
      break;
  }
  return sizeof(RowRecord);
}

void add_submission(const std::vector<std::byte>& body, std::size_t entry, Places& places) {
  add_words(places.always, entry, 0, sizeof(SubmissionHeader));
  SubmissionReader reader(body);
  SubmissionHeader header;
  if (!reader.open(header).ok()) return;
  std::size_t at = sizeof header;
  std::span<const std::byte> record;
  while (at < header.submission_bytes && reader.next(record).ok()) {
    std::uint32_t kind = 0;
    std::memcpy(&kind, record.data(), sizeof kind);
    const std::size_t fixed = std::min(fixed_bytes(kind), record.size());
    add_words(places.always, entry, at, fixed);
    const std::size_t payload = record.size() - fixed;
    if (kind == static_cast<std::uint32_t>(RecordKind::kDefine)) {
      const std::size_t head = std::min(payload, sizeof(ProgramHeader));
      add_words(places.always, entry, at + fixed, head);
      add_words(places.spread, entry, at + fixed + head, payload - head);
    } else {
      add_words(places.always, entry, at + fixed, std::min(payload, 4 * kPayloadWordsMax));
    }
    at += record.size();
  }
}

Places find_places(const std::vector<RecordEntry>& entries) {
  Places places;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].kind == RecordEntry::Kind::kSubmission) {
      add_submission(entries[i].body, i, places);
    } else {
      add_words(places.spread, i, 0, entries[i].body.size());
    }
  }
  return places;
}

/// Plays the entries and names the first error met.
std::string_view outcome(const std::vector<RecordEntry>& entries, const BackendChoice& backend,
                         std::uint64_t steps) {
  Player player;
  std::string subject;
  Status status = player.load(entries, backend, subject);
  if (status.ok()) status = player.play(entries, nullptr, steps, subject);
  if (!status.ok()) return error_name(status.code());
  for (const Completion& completion : player.completions()) {
    if (completion.header.status != static_cast<std::uint32_t>(ErrorCode::kOk)) {
      return error_name(static_cast<ErrorCode>(completion.header.status));
    }
  }
  return "ok";
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  for (int i = 2; i + 1 < count; i += 2) arguments.options[words[i] + 2] = words[i + 1];
  std::vector<RecordEntry> entries;
  if (count < 2 || !read_recording(words[1], entries).ok()) {
    std::fputs("usage: plan_fuzz RECORDING [--cases N] [--steps N] [--backend NAME]\n", stderr);
    return 2;
  }
  const BackendChoice backend = arguments.backend("backend", "reference");
  const auto steps = static_cast<std::uint64_t>(arguments.number("steps", 2));
  const auto cases_max = static_cast<std::size_t>(arguments.number("cases", 4000));
  if (outcome(entries, backend, steps) != "ok") {
    std::fputs("plan_fuzz: the recording itself does not play\n", stderr);
    return 1;
  }

  Places places = find_places(entries);
  std::vector<Place> chosen = std::move(places.always);
  const std::size_t room =
      cases_max / kSpoilings > chosen.size() ? cases_max / kSpoilings - chosen.size() : 0;
  const std::size_t stride = room == 0 ? places.spread.size() + 1 : places.spread.size() / room + 1;
  for (std::size_t i = 0; i < places.spread.size(); i += stride) chosen.push_back(places.spread[i]);

  std::map<std::string_view, std::uint64_t> outcomes;
  std::uint64_t cases = 0;
  for (const Place& place : chosen) {
    std::byte* at = entries[place.entry].body.data() + place.at;
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    for (std::size_t spoiling = 0; spoiling < kSpoilings; ++spoiling) {
      const std::uint32_t bad = spoiled(value, spoiling);
      if (bad == value) continue;
      std::memcpy(at, &bad, sizeof bad);
      ++outcomes[outcome(entries, backend, steps)];
      ++cases;
    }
    std::memcpy(at, &value, sizeof value);
  }
  std::printf("{\"cases\":%" PRIu64 ",\"places\":%zu,\"outcomes\":{", cases, chosen.size());
  const char* comma = "";
  for (const auto& [name, times] : outcomes) {
    std::printf("%s\"%.*s\":%" PRIu64, comma, static_cast<int>(name.size()), name.data(), times);
    comma = ",";
  }
  std::fputs("}}\n", stdout);
  return 0;
}
