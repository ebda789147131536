// How the engine executes what its queues hold.
#include <algorithm>
#include <chrono>

#include "cuda-sidecar/src/engine/engine.hpp"

namespace voxfuse {

namespace {

/// Positions that one run may still add to the talker's cache for a row.
std::uint64_t positions_wanted(ProgramKind kind, const RunRecord& wanted, std::uint32_t tokens,
                               const RowState& row) {
  const auto at_most = [&](std::uint64_t left, std::uint64_t each) {
    return std::min(left, each * wanted.repeat);
  };
  const auto left = [](std::uint32_t all, std::uint32_t used) {
    return all > used ? all - used : 0;
  };
  switch (kind) {
    case ProgramKind::kPrefill:
      return at_most(left(row.prompt_count, row.prompt_done), tokens);
    case ProgramKind::kDecode:
      // The last pick ends the row and is not followed by a talker step.
      return row.done != 0 ? 0 : at_most(left(row.max_new_tokens - 1, row.frame), 1);
    case ProgramKind::kForced:
    case ProgramKind::kTalker:
      return at_most(left(row.codes_given, row.frame), 1);
    case ProgramKind::kHead:
    case ProgramKind::kPredictor:
    case ProgramKind::kVocode:
      break;
  }
  return 0;
}

}  // namespace

bool Engine::step() {
  Run* run = choose();
  if (run == nullptr) return false;
  ++steps_;
  const auto lane_class = static_cast<LaneClass>(run->wanted.lane_class);
  last_class_ = lane_class;
  std::uint32_t op_index = kAbsent;
  Status status = run->repeats_done == 0 ? check_pages(*run) : Status();
  if (status.ok() && has_live_lane(*run)) {
    const auto began = std::chrono::steady_clock::now();
    status = run_repeat(*run, op_index);
    const auto took = std::chrono::steady_clock::now() - began;
    account(*run, static_cast<std::uint64_t>(
                      std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()));
    publish(*run);
    ++run->repeats_done;
  }
  if (status.ok() && run->repeats_done < run->wanted.repeat && has_live_lane(*run)) return true;

  Queue& queue = queue_of(lane_class);
  const std::unique_ptr<Run> ended = std::move(queue.front());
  queue.pop_front();
  if (!status.ok()) {
    ended->submission->fail(status, ended->record, op_index);
    drop_later(*ended->submission, ended->record);
  }
  end_run(*ended);
  return true;
}

/// The run whose turn it is: classes alternate while both can go on.
Run* Engine::choose() {
  Run* decode = decode_queue_.empty() ? nullptr : decode_queue_.front().get();
  Run* vocode = vocode_queue_.empty() ? nullptr : vocode_queue_.front().get();
  if (vocode != nullptr && vocode->repeats_done == 0 && !vocode_may_begin(*vocode)) {
    vocode = nullptr;
  }
  if (decode == nullptr || vocode == nullptr) return decode != nullptr ? decode : vocode;
  return last_class_ == LaneClass::kDecode ? vocode : decode;
}

bool Engine::vocode_may_begin(const Run& run) const {
  const auto may_gain = [&](std::uint32_t row) {
    return std::ranges::any_of(decode_queue_, [&](const std::unique_ptr<Run>& decode) {
      return std::ranges::find(decode->lanes, row, &LaneEntry::row) != decode->lanes.end();
    });
  };
  return std::ranges::all_of(run.lanes, [&](const LaneEntry& lane) {
    const RowState& row = memory_.state(lane.row);
    return row.done != 0 || row.codes_count >= run.wanted.wait_frames || !may_gain(lane.row);
  });
}

/// Whether another repeat would do anything for a row; the same question as the program's own
/// *_begin op asks.
bool Engine::is_live(const Run& run, std::uint32_t index) const {
  const RowState& row = memory_.state(index);
  if (rows_.slot(index).cancelled) return false;
  const bool prefilled = row.prompt_count != 0 && row.prompt_done == row.prompt_count;
  switch (run.kind()) {
    case ProgramKind::kPrefill:
      return row.done == 0 && row.prompt_done < row.prompt_count;
    case ProgramKind::kDecode:
      return row.done == 0 && prefilled && (row.frame < row.text_count || row.text_closed != 0);
    case ProgramKind::kForced:
      return prefilled && row.frame < row.codes_given;
    case ProgramKind::kVocode:
      return row.vocoded < row.codes_count;
    case ProgramKind::kHead:
    case ProgramKind::kPredictor:
    case ProgramKind::kTalker:
      break;
  }
  return row.done == 0;
}

bool Engine::has_live_lane(const Run& run) const {
  return std::ranges::any_of(run.lanes,
                             [&](const LaneEntry& lane) { return is_live(run, lane.row); });
}

Status Engine::check_pages(const Run& run) const {
  for (const LaneEntry& lane : run.lanes) {
    if (rows_.slot(lane.row).cancelled) continue;
    const RowState& row = memory_.state(lane.row);
    const std::uint64_t wanted =
        positions_wanted(run.kind(), run.wanted, run.program->program.header.tokens, row);
    VOXFUSE_REQUIRE(
        wanted == 0 || row.position + wanted <= std::uint64_t{row.page_count} * kPagePositions,
        kBadPage);
  }
  return {};
}

Status Engine::run_repeat(Run& run, std::uint32_t& op_index) {
  auto& lane_rows = memory_.lane_rows();
  lane_rows.fill(scratch_row(layout_));
  for (std::size_t i = 0; i < run.lanes.size(); ++i) {
    // A cancelled lane idles: its row may be on its way to another request.
    if (!rows_.slot(run.lanes[i].row).cancelled) lane_rows[i] = run.lanes[i].row;
  }
  if (observer_ != nullptr) observer_->repeat_begins(run);
  const std::vector<BoundOp>& ops = run.program->ops;
  for (std::uint32_t i = 0; i < ops.size(); ++i) {
    op_index = i;
    VOXFUSE_TRY(backend_->run(ops[i]));
    ++counters_.ops;
    ++run.submission->completion.header.op_count;
    if (observer_ != nullptr && !observer_->op_done(run, i)) {
      return {ErrorCode::kCancelled, "stopped by an observer"};
    }
  }
  op_index = kAbsent;
  return {};
}

void Engine::publish(const Run& run) {
  const bool logits = run.program->program.exports_logits;
  for (const LaneEntry& lane : run.lanes) {
    if (!rows_.slot(lane.row).cancelled) listener_.row_advanced(lane.row, logits);
  }
}

void Engine::account(const Run& run, std::uint64_t nanoseconds) {
  CompletionHeader& header = run.submission->completion.header;
  if (static_cast<LaneClass>(run.wanted.lane_class) == LaneClass::kDecode) {
    ++header.frames_run;
    ++counters_.frames;
    header.decode_ns += nanoseconds;
    counters_.decode_ns += nanoseconds;
  } else {
    header.vocode_ns += nanoseconds;
    counters_.vocode_ns += nanoseconds;
  }
}

/// Takes the account of a run that left its queue.
void Engine::end_run(const Run& run) {
  for (const LaneEntry& lane : run.lanes) run.submission->keep_result(rows_.result(lane.row));
  leave_rows(run);
  --run.submission->open;
  complete_if_done(run.submission);
}

/// After an error: the submission's runs and releases behind the record are gone.
void Engine::drop_later(const Submission& submission, std::uint32_t record) {
  std::vector<std::unique_ptr<Run>> dropped;
  for (Queue* queue : {&decode_queue_, &vocode_queue_}) {
    for (std::unique_ptr<Run>& run : *queue) {
      if (run->submission.get() == &submission && run->record > record) {
        dropped.push_back(std::move(run));
      }
    }
    std::erase(*queue, nullptr);
  }
  std::erase_if(releases_, [&](const PendingRelease& release) {
    if (release.submission.get() != &submission || release.record < record) return false;
    rows_.slot(release.row).releasing = false;
    --release.submission->open;
    return true;
  });
  for (const auto& run : dropped) {
    --run->submission->open;
    leave_rows(*run);
  }
}

void Engine::leave_rows(const Run& run) {
  for (const LaneEntry& lane : run.lanes) {
    RowSlot& slot = rows_.slot(lane.row);
    --slot.queued_runs;
    if (slot.queued_runs == 0 && slot.releasing) release_waiting(lane.row);
  }
}

void Engine::release_waiting(std::uint32_t row) {
  const auto found = std::ranges::find(releases_, row, &PendingRelease::row);
  const std::shared_ptr<Submission> submission = found->submission;
  releases_.erase(found);
  rows_.release(row);
  --submission->open;
  complete_if_done(submission);
}

}  // namespace voxfuse
