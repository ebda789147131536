// How the engine executes what its queues hold.
#include <algorithm>
#include <chrono>

#include "cuda-sidecar/src/engine/engine.hpp"
#include "cuda-sidecar/src/engine/observed.hpp"

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
  const bool ended = end_repeats();
  const bool begun = begin_repeats();
  // A backend of the host has run what it began.
  const bool through = backend_->depth() == 1 && begun && end_repeats();
  const auto has_work = [](const Line& line) {
    return !line.queue.empty() && line.queue.front()->under_way() != 0;
  };
  return ended || begun || through || std::ranges::any_of(lines_, has_work);
}

/// Begins repeats, one at most of each class; of one class where they take turns.
bool Engine::begin_repeats() {
  bool begun = false;
  for (std::size_t i = 0; i < kLaneClasses; ++i) {
    // The other class than the last time goes first.
    const LaneClass lane_class =
        (last_class_ == LaneClass::kDecode) == (i == 0) ? LaneClass::kVocode : LaneClass::kDecode;
    Queue& queue = queue_of(lane_class);
    if (queue.empty() || !may_begin(*queue.front())) continue;
    begin(*queue.front());
    begun = true;
    if (!backend_->overlaps_classes()) {
      last_class_ = lane_class;
      return true;
    }
  }
  return begun;
}

/// Whether a run at the front of its queue has a repeat that can begin now.
bool Engine::may_begin(Run& run) const {
  if (run.over || run.under_way() >= backend_->depth()) return false;
  if (run.repeats_begun == run.wanted.repeat) return false;
  if (run.repeats_begun == 0) return run.kind() != ProgramKind::kVocode || vocode_may_begin(run);
  // One whose rows were all cancelled between two repeats begins only to end.
  return run.under_way() == 0 || has_live_lane(run);
}

void Engine::begin(Run& run) {
  const LaneClass lane_class = class_of(run.program->program);
  Line& line = line_of(lane_class);
  if (run.under_way() == 0) line.busy_since = std::chrono::steady_clock::now();
  const Status status = run.repeats_begun == 0 ? check_pages(run) : Status();
  if (!status.ok() || !has_live_lane(run)) {
    run.over = true;
    if (!status.ok()) run.submission->fail(status, run.record, kAbsent);
    if (!status.ok()) drop_later(*run.submission, run.record);
    finish_run(lane_class);
    return;
  }
  fill_lanes(run);
  ++run.repeats_begun;
  line.is_observed = observer_ != nullptr;
  if (line.is_observed) {
    line.observed = {};
    line.observed.status = observe_ops(run, line.observed);
    return;
  }
  backend_->begin(
      {.program = &run.program->program, .ops = run.program->ops, .lane_class = lane_class});
}

bool Engine::end_repeats() {
  bool ended = false;
  for (const LaneClass lane_class : {LaneClass::kDecode, LaneClass::kVocode}) {
    while (end_repeat(lane_class)) ended = true;
  }
  return ended;
}

/// Takes in the oldest repeat of a class if it is through.
bool Engine::end_repeat(LaneClass lane_class) {
  Line& line = line_of(lane_class);
  if (line.queue.empty() || line.queue.front()->under_way() == 0) return false;
  Run& run = *line.queue.front();
  RepeatResult result = line.observed;
  if (!line.is_observed && !backend_->ended(lane_class, result)) return false;
  line.is_observed = false;
  ++steps_;
  ++run.repeats_done;
  account(run, result);
  if (!result.status.ok() && !run.over) {
    run.over = true;
    run.submission->fail(result.status, run.record, result.op_index);
    drop_later(*run.submission, run.record);
  }
  publish(run);
  finish_run(lane_class);
  return true;
}

/// Takes the run in front off its queue when nothing of it is under way or to come.
void Engine::finish_run(LaneClass lane_class) {
  Queue& queue = queue_of(lane_class);
  const Run& front = *queue.front();
  const bool goes_on =
      !front.over && front.repeats_done < front.wanted.repeat && has_live_lane(front);
  if (goes_on || front.under_way() != 0) return;
  const std::unique_ptr<Run> ended = std::move(queue.front());
  queue.pop_front();
  end_run(*ended);
}

/// Until no repeat is under way.
void Engine::wait_for_rows() {
  const auto busy = [](const Line& line) {
    return !line.queue.empty() && line.queue.front()->under_way() != 0;
  };
  while (std::ranges::any_of(lines_, busy)) end_repeats();
}

bool Engine::vocode_may_begin(const Run& run) const {
  const auto may_gain = [&](std::uint32_t row) {
    return std::ranges::any_of(
        queue_of(LaneClass::kDecode), [&](const std::unique_ptr<Run>& decode) {
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

void Engine::fill_lanes(const Run& run) {
  LaneRows& lane_rows = memory_.lane_rows(class_of(run.program->program));
  lane_rows.fill(scratch_row(layout_));
  for (std::size_t i = 0; i < run.lanes.size(); ++i) {
    // A cancelled lane idles: its row may be on its way to another request.
    if (!rows_.slot(run.lanes[i].row).cancelled) lane_rows[i] = run.lanes[i].row;
  }
}

/// One repeat op by op, each complete and in Memory before the observer is told of it.
Status Engine::observe_ops(Run& run, RepeatResult& result) {
  const Program& program = run.program->program;
  const LaneClass lane_class = class_of(program);
  observer_->repeat_begins(run);
  for (std::uint32_t i = 0; i < run.program->ops.size(); ++i) {
    result.op_index = i;
    VOXFUSE_TRY(backend_->run_op(lane_class, run.program->ops[i]));
    VOXFUSE_TRY(fetch_written(*backend_, memory_, program, i));
    ++result.launches;
    if (!observer_->op_done(run, i)) return {ErrorCode::kCancelled, "stopped by an observer"};
  }
  result.op_index = kAbsent;
  return {};
}

void Engine::publish(const Run& run) {
  const bool logits = run.program->program.exports_logits;
  for (const LaneEntry& lane : run.lanes) {
    if (!rows_.slot(lane.row).cancelled) listener_.row_advanced(lane.row, logits);
  }
}

void Engine::account(Run& run, const RepeatResult& result) {
  // Repeats follow each other without a pause: each is charged from the end of the one before.
  Line& line = line_of(class_of(run.program->program));
  const auto now = std::chrono::steady_clock::now();
  const auto nanoseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now - line.busy_since).count());
  line.busy_since = now;
  counters_.ops += result.launches;
  run.submission->completion.header.op_count += result.launches;
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
  for (Line& line : lines_) {
    for (std::unique_ptr<Run>& run : line.queue) {
      const bool is_later = run->submission.get() == &submission && run->record > record;
      if (!is_later) continue;
      // One that has begun ends by itself, as soon as what is under way is through.
      run->over = true;
      if (run->under_way() == 0) dropped.push_back(std::move(run));
    }
    std::erase(line.queue, nullptr);
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
