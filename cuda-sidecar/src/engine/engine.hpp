#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cuda-sidecar/src/engine/row_table.hpp"
#include "cuda-sidecar/src/engine/submission.hpp"

namespace voxfuse {

/// Told what happens at frame boundaries: the session publishes it, a tool collects it.
class EngineListener {
 public:
  virtual ~EngineListener() = default;
  /// A row was taken: its counts begin at zero.
  virtual void row_admitted(std::uint32_t row) = 0;
  /// A row may have new codes, PCM or an end; new logits when `logits` says so.
  virtual void row_advanced(std::uint32_t row, bool logits) = 0;
  /// A submission is through. Once for each.
  virtual void completed(Completion completion) = 0;
};

/// Told of every op, for tools that compare or record. Not in a running service.
class OpObserver {
 public:
  virtual ~OpObserver() = default;
  virtual void repeat_begins(const Run& run) = 0;
  /// False stops the run: its submission completes as cancelled.
  virtual bool op_done(const Run& run, std::uint32_t op) = 0;
};

/// Counters for `stats`.
struct EngineCounters {
  std::uint64_t submissions = 0;
  std::uint64_t frames = 0;
  std::uint64_t ops = 0;
  std::uint64_t decode_ns = 0;
  std::uint64_t vocode_ns = 0;
};

/// Executes submissions: rows, programs and two queues of runs, on one thread.
///
/// Order    The records of a submission take effect in order, those of submissions in the order in
///          which they came. define, admit, extend and cancel take effect at once. A run joins the
///          queue of its class and keeps that order. A release behind runs that name its row, in
///          the same submission or an earlier one, takes effect when the last of them has ended.
///          After an error the submission's later records do not run; its earlier ones do.
/// Frames   A step is one repeat of one run. submit() between two steps is a frame boundary: a
///          cancelled row is done from there on, and a run without a live lane ends early.
/// Classes  When both have a run that can go on, they take turns. A vocode run begins when every
///          lane has wait_frames codes, or is done, or no queued run could add codes to it.
/// Limits   Deterministic: equal submissions at equal step counts give equal states.
class Engine {
 public:
  Engine(const EngineLayout& layout, std::unique_ptr<Backend> backend, EngineListener& listener);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Takes the memory of rows and caches; call first.
  Status allocate();
  /// Errors as TensorFiles::open() and WeightTable::add().
  Status open_tensors(std::span<const std::string> paths, std::span<const TensorSpec> specs,
                      std::string& subject);
  Status add_weights(std::span<const std::byte> entries, std::string& subject);

  /// Takes a submission: whatever it holds, exactly one completion follows.
  void submit(std::vector<std::byte> bytes);
  /// One repeat of one run; false when there is nothing to do until the next submit().
  bool step();

  void observe(OpObserver* observer) { observer_ = observer; }
  const Memory& memory() const { return memory_; }
  const WeightTable& weights() const { return weights_; }
  const TensorFiles& tensors() const { return tensors_; }
  const Backend& backend() const { return *backend_; }
  const RowTable& rows() const { return rows_; }
  const EngineCounters& counters() const { return counters_; }
  /// Steps taken: with a recording, the moment of a submission.
  std::uint64_t steps() const { return steps_; }

 private:
  using Queue = std::deque<std::unique_ptr<Run>>;
  struct PendingRelease {
    std::shared_ptr<Submission> submission;
    std::uint32_t record;
    std::uint32_t row;
  };

  // engine.cpp: records.
  Status take_record(std::span<const std::byte> bytes, std::uint32_t index,
                     const std::shared_ptr<Submission>& submission, std::uint32_t& op_index);
  Status take_admit(std::span<const std::byte> bytes);
  Status take_extend(std::span<const std::byte> bytes);
  Status take_run(std::span<const std::byte> bytes, std::uint32_t index,
                  const std::shared_ptr<Submission>& submission);
  Status take_cancel(std::span<const std::byte> bytes);
  Status take_release(std::span<const std::byte> bytes, std::uint32_t index,
                      const std::shared_ptr<Submission>& submission);
  Status check_run(const Run& run) const;
  void complete_if_done(const std::shared_ptr<Submission>& submission);

  // engine_runs.cpp: execution.
  Run* choose();
  bool is_live(const Run& run, std::uint32_t row) const;
  bool has_live_lane(const Run& run) const;
  bool vocode_may_begin(const Run& run) const;
  Status check_pages(const Run& run) const;
  Status run_repeat(Run& run, std::uint32_t& op_index);
  void publish(const Run& run);
  void account(const Run& run, std::uint64_t nanoseconds);
  void end_run(const Run& run);
  void drop_later(const Submission& submission, std::uint32_t record);
  void leave_rows(const Run& run);
  void release_waiting(std::uint32_t row);
  Queue& queue_of(LaneClass lane_class) {
    return lane_class == LaneClass::kDecode ? decode_queue_ : vocode_queue_;
  }

  EngineLayout layout_;
  std::unique_ptr<Backend> backend_;
  EngineListener& listener_;
  OpObserver* observer_ = nullptr;
  TensorFiles tensors_;
  WeightTable weights_;
  Memory memory_;
  RowTable rows_;
  ProgramStore programs_;
  Queue decode_queue_;
  Queue vocode_queue_;
  std::vector<PendingRelease> releases_;
  LaneClass last_class_ = LaneClass::kDecode;
  EngineCounters counters_;
  std::uint64_t steps_ = 0;
};

}  // namespace voxfuse
