// How the engine executes what its queues hold.
#include <algorithm>
#include <chrono>

#include "cuda-sidecar/src/engine/engine.hpp"
#include "cuda-sidecar/src/engine/observed.hpp"

namespace voxfuse {

namespace {

/// Positions that a row's prompt, or its speech, may still add to the talker's cache.
std::uint64_t positions_left(ProgramKind kind, const RowState& row) {
  const auto left = [](std::uint32_t all, std::uint32_t used) {
    return all > used ? all - used : 0;
  };
  switch (kind) {
    case ProgramKind::kPrefill:
      return left(row.prompt_count, row.prompt_done);
    case ProgramKind::kDecode:
      // The last pick ends the row and is not followed by a talker step.
      return row.done != 0 ? 0 : left(row.max_new_tokens - 1, row.frame);
    case ProgramKind::kForced:
    case ProgramKind::kTalker:
      return left(row.codes_given, row.frame);
    case ProgramKind::kHead:
    case ProgramKind::kPredictor:
    case ProgramKind::kVocode:
    case ProgramKind::kPrime:
    case ProgramKind::kEncodeSpeaker:
    case ProgramKind::kEncodeCodes:
      break;
  }
  return 0;
}

/// Positions that so many repeats add at most.
std::uint64_t positions_of(const Run& run, std::uint64_t repeats) {
  return repeats * (run.kind() == ProgramKind::kPrefill ? run.program->program.header.tokens : 1);
}

bool has_lane(const Run& run, std::uint32_t row) {
  return std::ranges::find(run.lanes, row, &LaneEntry::row) != run.lanes.end();
}

}  // namespace

bool Engine::step() {
  const bool ended = end_repeats();
  const bool begun = begin_repeats();
  // A backend of the host has run what it began.
  const bool through = backend_->depth() == 1 && begun && end_repeats();
  const bool encoded = encode_some();
  return ended || begun || through || encoded || is_any_under_way();
}

bool Engine::is_any_under_way() const {
  return std::ranges::any_of(lines_, [](const Line& line) { return line.under_way() != 0; });
}

/// Of the runs in front, for the others have not begun.
std::uint32_t Engine::Line::under_way() const {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < queue.size() && queue[i]->under_way() != 0; ++i) {
    count += queue[i]->under_way();
  }
  return count;
}

/// Begins repeats, one at most of each class; of one class where they take turns.
bool Engine::begin_repeats() {
  bool begun = false;
  for (std::size_t i = 0; i < kRunClasses; ++i) {
    // The other class than the last time goes first.
    const LaneClass lane_class =
        (last_class_ == LaneClass::kDecode) == (i == 0) ? LaneClass::kVocode : LaneClass::kDecode;
    Run* const run = next_to_begin(line_of(lane_class));
    if (run == nullptr) continue;
    begin(*run);
    begun = true;
    if (!backend_->overlaps_classes()) {
      last_class_ = lane_class;
      return true;
    }
  }
  return begun;
}

/// The run of a class that has a repeat which can begin now: the one in front or, when the last
/// repeat of that one is under way, the one behind it; nullptr without one.
Run* Engine::next_to_begin(Line& line) const {
  if (line.queue.empty() || line.under_way() >= backend_->depth()) return nullptr;
  Run& front = *line.queue.front();
  if (may_begin(front)) return &front;
  if (front.over || front.repeats_begun != front.wanted.repeat || line.queue.size() < 2) {
    return nullptr;
  }
  Run& behind = *line.queue[1];
  return may_follow(front, behind) ? &behind : nullptr;
}

/// Whether the run at the front of its queue has a repeat that can begin now.
bool Engine::may_begin(const Run& run) const {
  if (run.over || run.repeats_begun == run.wanted.repeat) return false;
  if (run.repeats_begun == 0) return run.kind() != ProgramKind::kVocode || vocode_may_begin(run);
  // One whose rows were all cancelled between two repeats begins only to end.
  return run.under_way() == 0 || has_live_lane(run);
}

/// Whether a run can begin while the one in front of it still has a repeat under way. What that one
/// will find is not known yet, so that a run begins for rows that may turn out to be done; the
/// others wait until it is known.
bool Engine::may_follow(const Run& front, const Run& run) const {
  const auto is_step = [](ProgramKind kind) {
    return kind == ProgramKind::kPrefill || kind == ProgramKind::kDecode;
  };
  if (run.over || run.repeats_begun == run.wanted.repeat) return false;
  return is_step(front.kind()) && is_step(run.kind()) && has_live_lane(run);
}

void Engine::begin(Run& run) {
  const LaneClass lane_class = class_of(run.program->program);
  Line& line = line_of(lane_class);
  if (line.under_way() == 0) line.busy_since = std::chrono::steady_clock::now();
  const Status status = run.repeats_begun == 0 ? check_pages(run) : Status();
  if (!status.ok() || !has_live_lane(run)) {
    run.over = true;
    if (!status.ok()) run.submission->fail(status, run.record, kAbsent);
    if (!status.ok()) drop_later(*run.submission, run.record);
    finish_runs(lane_class);
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
  if (line.under_way() == 0) return false;
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
  finish_runs(lane_class);
  return true;
}

/// Takes the run in front off its queue when nothing of it is under way or to come, and those
/// behind it that are over already.
void Engine::finish_runs(LaneClass lane_class) {
  Queue& queue = queue_of(lane_class);
  const auto is_through = [&](const Run& run) {
    const bool goes_on = !run.over && run.repeats_done < run.wanted.repeat && has_live_lane(run);
    return !goes_on && run.under_way() == 0;
  };
  for (bool is_first = true; !queue.empty(); is_first = false) {
    // One that has not begun may get its live rows yet.
    if (is_first ? !is_through(*queue.front()) : !queue.front()->over) return;
    if (queue.front()->under_way() != 0) return;
    const std::unique_ptr<Run> ended = std::move(queue.front());
    queue.pop_front();
    end_run(*ended);
  }
}

/// Until no repeat is under way.
void Engine::wait_for_rows() {
  while (is_any_under_way()) end_repeats();
}

bool Engine::vocode_may_begin(const Run& run) const {
  const auto may_gain = [&](std::uint32_t row) {
    return std::ranges::any_of(
        queue_of(LaneClass::kDecode),
        [&](const std::unique_ptr<Run>& decode) { return has_lane(*decode, row); });
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
    case ProgramKind::kPrime:
      return row.reference_done < row.reference_count;
    case ProgramKind::kHead:
    case ProgramKind::kPredictor:
    case ProgramKind::kTalker:
    case ProgramKind::kEncodeSpeaker:
    case ProgramKind::kEncodeCodes:
      break;
  }
  return row.done == 0;
}

bool Engine::has_live_lane(const Run& run) const {
  return std::ranges::any_of(run.lanes,
                             [&](const LaneEntry& lane) { return is_live(run, lane.row); });
}

/// Whether the rows' pages have room for all that the run may add, behind what the run in front of
/// it still has under way.
Status Engine::check_pages(const Run& run) const {
  const Run& front = *queue_of(class_of(run.program->program)).front();
  for (const LaneEntry& lane : run.lanes) {
    if (rows_.slot(lane.row).cancelled) continue;
    const RowState& row = memory_.state(lane.row);
    const std::uint64_t ahead =
        &front != &run && has_lane(front, lane.row) ? positions_of(front, front.under_way()) : 0;
    const std::uint64_t own = positions_of(run, run.wanted.repeat);
    const std::uint64_t left = positions_left(run.kind(), row);
    const std::uint64_t wanted =
        front.kind() == run.kind()
            ? std::min(left, ahead + own)
            : std::min(positions_left(front.kind(), row), ahead) + std::min(left, own);
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
