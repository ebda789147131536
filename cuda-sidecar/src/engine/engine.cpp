#include "cuda-sidecar/src/engine/engine.hpp"

#include <algorithm>

namespace voxfuse {

Engine::Engine(const EngineLayout& layout, std::unique_ptr<Backend> backend,
               EngineListener& listener)
    : layout_(layout),
      backend_(std::move(backend)),
      listener_(listener),
      rows_(layout, memory_),
      programs_(weights_, memory_, *backend_) {}

Status Engine::allocate() {
  VOXFUSE_TRY(memory_.allocate(layout_));
  VOXFUSE_TRY(backend_->attach(memory_));
  return backend_->update_rows(memory_.take_changes());
}

Status Engine::open_tensors(std::span<const std::string> paths, std::span<const TensorSpec> specs,
                            std::string& subject) {
  return tensors_.open(paths, specs, subject);
}

Status Engine::add_weights(std::span<const std::byte> entries, std::string& subject) {
  VOXFUSE_TRY(weights_.add(entries, tensors_, subject));
  const std::uint64_t uploaded = backend_->uploaded_bytes();
  VOXFUSE_TRY(backend_->place_weights(weights_.added()));
  if (backend_->uploaded_bytes() != uploaded) weights_.drop_built();
  return {};
}

void Engine::submit(std::vector<std::byte> bytes) {
  ++counters_.submissions;
  auto submission = std::make_shared<Submission>();
  submission->completion.header.record_index = kAbsent;
  submission->completion.header.op_index = kAbsent;

  SubmissionReader reader(std::move(bytes));
  SubmissionHeader header;
  Status status = reader.open(header);
  submission->completion.header.token = header.token;
  std::uint32_t op_index = kAbsent;
  std::uint32_t index = 0;
  if (!status.ok()) index = kAbsent;
  while (status.ok() && index < header.record_count) {
    std::span<const std::byte> record;
    status = reader.next(record);
    if (status.ok()) status = take_record(record, index, submission, op_index);
    if (status.ok()) ++index;
  }
  if (status.ok()) status = reader.close();
  if (const Status updated = backend_->update_rows(memory_.take_changes()); status.ok()) {
    status = updated;
  }
  if (!status.ok()) submission->fail(status, index, op_index);
  submission->taken = true;
  complete_if_done(submission);
}

Status Engine::take_record(std::span<const std::byte> bytes, std::uint32_t index,
                           const std::shared_ptr<Submission>& submission, std::uint32_t& op_index) {
  std::uint32_t kind = 0;
  std::memcpy(&kind, bytes.data(), sizeof kind);
  switch (static_cast<RecordKind>(kind)) {
    case RecordKind::kDefine: {
      DefineRecord record;
      std::span<const std::byte> chunk;
      VOXFUSE_TRY(split_record(bytes, record, chunk));
      return programs_.define(record, chunk, op_index);
    }
    case RecordKind::kAdmit:
      return take_admit(bytes);
    case RecordKind::kExtend:
      return take_extend(bytes);
    case RecordKind::kRun:
      return take_run(bytes, index, submission);
    case RecordKind::kCancel:
      return take_cancel(bytes);
    case RecordKind::kRelease:
      return take_release(bytes, index, submission);
  }
  return {ErrorCode::kBadRecord, "unknown record kind"};
}

Status Engine::take_admit(std::span<const std::byte> bytes) {
  AdmitRecord record;
  std::span<const std::byte> payload;
  VOXFUSE_TRY(split_record(bytes, record, payload));
  VOXFUSE_TRY(rows_.admit(record, payload_words(payload)));
  listener_.row_admitted(record.row);
  return {};
}

Status Engine::take_extend(std::span<const std::byte> bytes) {
  ExtendRecord record;
  std::span<const std::byte> payload;
  VOXFUSE_TRY(split_record(bytes, record, payload));
  // Codes that come from outside meet a row that stands still.
  if (record.code_count != 0 || record.publish != 0) wait_for_rows();
  VOXFUSE_TRY(rows_.extend(record, payload_words(payload)));
  if (record.publish == 1) listener_.row_advanced(record.row, false);
  return {};
}

Status Engine::take_cancel(std::span<const std::byte> bytes) {
  RowRecord record;
  VOXFUSE_REQUIRE(bytes.size() == sizeof record, kBadRecord);
  std::memcpy(&record, bytes.data(), sizeof record);
  VOXFUSE_TRY(rows_.cancel(record));
  listener_.row_advanced(record.row, false);
  return {};
}

Status Engine::take_release(std::span<const std::byte> bytes, std::uint32_t index,
                            const std::shared_ptr<Submission>& submission) {
  RowRecord record;
  VOXFUSE_REQUIRE(bytes.size() == sizeof record, kBadRecord);
  std::memcpy(&record, bytes.data(), sizeof record);
  VOXFUSE_TRY(rows_.check(record.row, record.generation));
  RowSlot& slot = rows_.slot(record.row);
  VOXFUSE_REQUIRE(!slot.releasing, kBadRow);
  if (slot.queued_runs == 0) {
    rows_.release(record.row);
    return {};
  }
  slot.releasing = true;
  releases_.push_back({submission, index, record.row});
  ++submission->open;
  return {};
}

Status Engine::take_run(std::span<const std::byte> bytes, std::uint32_t index,
                        const std::shared_ptr<Submission>& submission) {
  auto run = std::make_unique<Run>();
  std::span<const std::byte> payload;
  VOXFUSE_TRY(split_record(bytes, run->wanted, payload));
  run->submission = submission;
  run->record = index;
  run->program = programs_.find(run->wanted.program_id);
  VOXFUSE_REQUIRE(run->program != nullptr, kBadProgram);
  VOXFUSE_REQUIRE(run->wanted.lane_count <= kLanesMax, kBadLimit);
  VOXFUSE_REQUIRE(payload.size() == run->wanted.lane_count * sizeof(LaneEntry), kBadRecord);
  run->lanes.resize(run->wanted.lane_count);
  if (!payload.empty()) std::memcpy(run->lanes.data(), payload.data(), payload.size());
  VOXFUSE_TRY(check_run(*run));

  for (const LaneEntry& lane : run->lanes) ++rows_.slot(lane.row).queued_runs;
  ++submission->open;
  queue_of(static_cast<LaneClass>(run->wanted.lane_class)).push_back(std::move(run));
  return {};
}

Status Engine::check_run(const Run& run) const {
  const RunRecord& wanted = run.wanted;
  VOXFUSE_REQUIRE(wanted.reserved == 0 && wanted.repeat >= 1, kBadRecord);
  const LaneClass own = class_of(run.program->program);
  VOXFUSE_REQUIRE(wanted.lane_class == static_cast<std::uint32_t>(own), kBadRecord);
  VOXFUSE_REQUIRE(wanted.lane_count >= 1, kBadLimit);
  VOXFUSE_REQUIRE(wanted.lane_count <= run.program->program.header.lanes, kBadLimit);
  for (std::size_t i = 0; i < run.lanes.size(); ++i) {
    const LaneEntry& lane = run.lanes[i];
    VOXFUSE_TRY(rows_.check(lane.row, lane.generation));
    VOXFUSE_REQUIRE(!rows_.slot(lane.row).releasing, kBadRow);
    for (std::size_t j = 0; j < i; ++j) VOXFUSE_REQUIRE(run.lanes[j].row != lane.row, kBadRow);
  }
  return {};
}

void Engine::complete_if_done(const std::shared_ptr<Submission>& submission) {
  if (!submission->taken || submission->open != 0) return;
  Completion& completion = submission->completion;
  for (LaneResult& lane : completion.lanes) {
    // A row that was released since keeps the result of its last run.
    if (rows_.slot(lane.row).generation == lane.generation) lane = rows_.result(lane.row);
  }
  completion.header.lane_count = static_cast<std::uint32_t>(completion.lanes.size());
  listener_.completed(std::move(completion));
}

}  // namespace voxfuse
