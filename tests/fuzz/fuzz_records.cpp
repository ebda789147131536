// Submissions as they come through the ring: records of every kind, met by an engine whose programs
// are stand-ins and whose backend only pretends.
//
// An input is a byte of modes, then submissions without gaps: bits 0 and 1 choose the backend's
// depth and overlap, the others how many steps follow each submission.
#include <algorithm>
#include <cstring>

#include "tests/fuzz/pretended_backend.hpp"
#include "tests/fuzz/recorded.hpp"

namespace {

using namespace voxfuse;

constexpr std::uint32_t kWidth = 64;      ///< Elements that a stand-in's op adds.
constexpr std::uint32_t kLastToken = 99;  ///< Of the submissions that the target itself makes.
constexpr std::uint32_t kLanes = 4;
constexpr std::uint32_t kRowsMax = 4;  ///< Enough to meet each other, and soon laid out.
/// Repeats left to runs that nothing ends: a client may ask for 2^32.
constexpr int kStepsMax = 512;

std::vector<std::byte>* defines = nullptr;
EngineLayout layout;

template <class T>
void append(std::vector<std::byte>& to, const T& words) {
  const auto bytes = std::as_bytes(std::span(&words, 1));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

std::vector<std::byte> begin_submission() {
  std::vector<std::byte> bytes;
  append(bytes, SubmissionHeader{.magic = kSubmissionMagic,
                                 .layout_hash = kLayoutHash,
                                 .submission_bytes = 0,
                                 .record_count = 0,
                                 .token = kLastToken,
                                 .reserved = {}});
  return bytes;
}

void end_submission(std::vector<std::byte>& bytes, std::uint32_t records) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(bytes.data() + offsetof(SubmissionHeader, submission_bytes), &size, sizeof size);
  std::memcpy(bytes.data() + offsetof(SubmissionHeader, record_count), &records, sizeof records);
}

/// A program of a kind and of the tokens of another one, with one op.
std::vector<std::byte> stand_in(ProgramHeader header, ProgramKind kind) {
  header.kind = static_cast<std::uint32_t>(kind);
  header.lanes = kLanes;
  const std::uint32_t words[] = {static_cast<std::uint32_t>(OpCode::kResidualAdd) | 5u << 16, 0, 1,
                                 1, kWidth};
  header.buffer_count = 2;
  header.probe_count = 0;
  header.op_count = 1;
  header.layer_op_count = 0;
  header.op_words = std::size(words);
  header.arena_units = 2;
  header.program_bytes = sizeof header + 2 * sizeof(BufferEntry) + sizeof words;
  std::vector<std::byte> bytes;
  append(bytes, header);
  for (const std::uint32_t offset : {0u, 1u}) {
    append(bytes, BufferEntry{.region = static_cast<std::uint32_t>(Region::kArena),
                              .offset = offset,
                              .elements = kWidth,
                              .dtype = header.act_dtype});
  }
  append(bytes, words);
  return bytes;
}

void define(std::uint32_t id, const std::vector<std::byte>& program) {
  const auto size = static_cast<std::uint32_t>(program.size());
  append(*defines,
         DefineRecord{.kind = static_cast<std::uint32_t>(RecordKind::kDefine),
                      .record_bytes = static_cast<std::uint32_t>(sizeof(DefineRecord)) + size,
                      .program_id = id,
                      .total_bytes = size,
                      .offset = 0,
                      .chunk_bytes = size,
                      .reserved0 = 0,
                      .reserved1 = 0});
  defines->insert(defines->end(), program.begin(), program.end());
}

/// Counts what each submission must leave behind: one completion.
class Counter final : public EngineListener {
 public:
  void row_admitted(std::uint32_t row) override { require(row < layout.rows, "a row is one"); }
  void row_advanced(std::uint32_t row, bool) override {
    require(row < layout.rows, "a row is one");
  }
  void completed(Completion completion) override {
    ++completions;
    last = completion.header;
    require(completion.lanes.size() <= layout.rows, "a row has one result");
    for (const LaneResult& lane : completion.lanes) require(lane.row < layout.rows, "of a row");
  }
  void encoded(const EncodeResult&) override {}

  std::uint64_t completions = 0;
  CompletionHeader last = {};
};

/// Cancels, or releases, every row that is taken.
void end_rows(Engine& engine, RecordKind kind) {
  std::vector<std::byte> bytes = begin_submission();
  std::uint32_t records = 0;
  for (std::uint32_t row = 0; row < layout.rows; ++row) {
    const RowSlot& slot = engine.rows().slot(row);
    if (slot.generation == 0 || (kind == RecordKind::kRelease && slot.releasing)) continue;
    append(bytes, RowRecord{.kind = static_cast<std::uint32_t>(kind),
                            .record_bytes = sizeof(RowRecord),
                            .row = row,
                            .generation = slot.generation});
    ++records;
  }
  end_submission(bytes, records);
  engine.submit(std::move(bytes));
}

/// Hands over the submissions of an input; how many there were.
std::uint64_t submit_all(Engine& engine, std::span<const std::byte> input, int steps) {
  std::uint64_t count = 0;
  while (!input.empty()) {
    SubmissionHeader header = {};
    std::memcpy(&header, input.data(), std::min(sizeof header, input.size()));
    const std::size_t size = std::clamp<std::size_t>(header.submission_bytes, 1, input.size());
    std::vector<std::byte> bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
    fill_layout_hash(bytes, offsetof(SubmissionHeader, layout_hash));
    engine.submit(std::move(bytes));
    ++count;
    for (int i = 0; i < steps && engine.step(); ++i) {
    }
    input = input.subspan(size);
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
  const Recorded recorded = read_recorded(*count, *words);
  layout = recorded.load.layout;
  layout.rows = std::min(layout.rows, kRowsMax);
  require(check_layout(layout).ok(), "the recording's layout is one");
  defines = new std::vector<std::byte>(begin_submission());
  std::uint32_t id = 0;
  ProgramHeader header;
  for (const auto& program : recorded.programs) {
    std::memcpy(&header, program.data(), sizeof header);
    define(id++, stand_in(header, static_cast<ProgramKind>(header.kind)));
  }
  // What a short recording has no use for.
  for (const ProgramKind kind : {ProgramKind::kForced, ProgramKind::kPrime, ProgramKind::kHead}) {
    define(id++, stand_in(header, kind));
  }
  end_submission(*defines, id);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint32_t modes = data[0];
  Counter counter;
  Engine engine(layout, std::make_unique<PretendedBackend>(1 + (modes & 1), (modes & 2) != 0),
                counter);
  require(engine.allocate().ok(), "rows are allocated");
  engine.submit(*defines);
  require(counter.last.status == 0, "the stand-ins are programs");

  const auto input = input_bytes(data, size).subspan(1);
  std::uint64_t submissions = 1 + submit_all(engine, input, static_cast<int>(modes >> 2));
  for (int i = 0; i < kStepsMax && engine.step(); ++i) {
  }
  end_rows(engine, RecordKind::kCancel);
  int steps = 0;
  while (engine.step()) require(++steps < kStepsMax, "cancelled rows end their runs");
  end_rows(engine, RecordKind::kRelease);
  require(counter.last.status == 0, "a row that has no run is released");
  require(engine.rows().used() == 0, "no row is left");
  require(counter.completions == submissions + 2, "a submission completes once");
  return 0;
}
