#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "cuda-sidecar/src/engine/program_store.hpp"
#include "kernels/support/status.hpp"

namespace voxfuse {

/// What a submission leaves behind when its last run has ended.
struct Completion {
  CompletionHeader header = {};
  std::vector<LaneResult> lanes;
};

/// A submission under way.
struct Submission {
  Completion completion;
  std::uint32_t open = 0;  ///< Runs that have not ended and releases that wait.
  bool taken = false;      ///< All its records were looked at.

  /// Keeps the first error; `record` and `op` say where.
  void fail(Status status, std::uint32_t record, std::uint32_t op);
  /// Where a row stands, in place of what was kept of it before.
  void keep_result(const LaneResult& result);
};

/// A run in its class's queue.
struct Run {
  std::shared_ptr<Submission> submission;
  std::uint32_t record = 0;  ///< Index in the submission.
  const DefinedProgram* program = nullptr;
  RunRecord wanted = {};
  std::uint32_t repeats_begun = 0;
  std::uint32_t repeats_done = 0;
  bool over = false;  ///< No more repeats; those under way end first.
  std::vector<LaneEntry> lanes;

  std::uint32_t under_way() const { return repeats_begun - repeats_done; }

  ProgramKind kind() const { return static_cast<ProgramKind>(program->program.header.kind); }
};

/// Reads the records of one submission in order. Owns a copy of the bytes: no one else can change
/// them between check and use.
class SubmissionReader {
 public:
  explicit SubmissionReader(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  /// Errors   kBadHeader, kLayoutMismatch, kBadRecord. The token is set whenever there is one.
  Status open(SubmissionHeader& header);
  /// The next record with what follows it.
  ///
  /// Errors   kBadRecord when it is cut short, overlong or unaligned.
  Status next(std::span<const std::byte>& record);
  /// Whether the records fill the submission.
  Status close() const;

 private:
  std::vector<std::byte> bytes_;
  std::size_t at_ = 0;
};

/// Splits a record from what follows it. kBadRecord when it is shorter than its fixed part.
template <class T>
Status split_record(std::span<const std::byte> bytes, T& record,
                    std::span<const std::byte>& payload) {
  VOXFUSE_REQUIRE(bytes.size() >= sizeof(T), kBadRecord);
  std::memcpy(&record, bytes.data(), sizeof(T));
  payload = bytes.subspan(sizeof(T));
  return {};
}

/// The payload as words. Record sizes are multiples of 4, which next() has checked.
std::vector<std::uint32_t> payload_words(std::span<const std::byte> payload);

}  // namespace voxfuse
