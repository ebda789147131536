#include "cuda-sidecar/src/engine/submission.hpp"

#include <algorithm>

namespace voxfuse {

namespace {
constexpr std::size_t kRecordHeadBytes = 8;  ///< Kind and size open every record.
}

void Submission::fail(Status status, std::uint32_t record, std::uint32_t op) {
  CompletionHeader& header = completion.header;
  if (header.status != static_cast<std::uint32_t>(ErrorCode::kOk)) return;
  header.status = static_cast<std::uint32_t>(status.code());
  header.record_index = record;
  header.op_index = op;
}

void Submission::keep_result(const LaneResult& result) {
  auto& lanes = completion.lanes;
  const auto found = std::ranges::find(lanes, result.row, &LaneResult::row);
  if (found == lanes.end()) {
    lanes.push_back(result);
  } else {
    *found = result;
  }
}

Status SubmissionReader::open(SubmissionHeader& header) {
  header = {};
  VOXFUSE_REQUIRE(bytes_.size() >= sizeof header, kBadHeader);
  std::memcpy(&header, bytes_.data(), sizeof header);
  at_ = sizeof header;
  VOXFUSE_REQUIRE(header.magic == kSubmissionMagic, kBadHeader);
  VOXFUSE_REQUIRE(header.layout_hash == kLayoutHash, kLayoutMismatch);
  for (const std::uint32_t word : header.reserved) VOXFUSE_REQUIRE(word == 0, kBadHeader);
  VOXFUSE_REQUIRE(header.submission_bytes >= sizeof header, kBadHeader);
  VOXFUSE_REQUIRE(header.submission_bytes <= bytes_.size(), kBadHeader);
  // What lies behind it in the slot is none of it.
  bytes_.resize(header.submission_bytes);
  return {};
}

Status SubmissionReader::next(std::span<const std::byte>& record) {
  VOXFUSE_REQUIRE(bytes_.size() - at_ >= kRecordHeadBytes, kBadRecord);
  std::uint32_t record_bytes = 0;
  std::memcpy(&record_bytes, bytes_.data() + at_ + 4, sizeof record_bytes);
  VOXFUSE_REQUIRE(record_bytes >= kRecordHeadBytes && record_bytes % 4 == 0, kBadRecord);
  VOXFUSE_REQUIRE(record_bytes <= bytes_.size() - at_, kBadRecord);
  record = std::span(bytes_).subspan(at_, record_bytes);
  at_ += record_bytes;
  return {};
}

Status SubmissionReader::close() const {
  VOXFUSE_REQUIRE(at_ == bytes_.size(), kBadRecord);
  return {};
}

std::vector<std::uint32_t> payload_words(std::span<const std::byte> payload) {
  std::vector<std::uint32_t> words(payload.size() / sizeof(std::uint32_t));
  if (!words.empty()) std::memcpy(words.data(), payload.data(), words.size() * sizeof words[0]);
  return words;
}

}  // namespace voxfuse
