#pragma once

#include <array>
#include <chrono>
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

/// What encode() is asked for.
struct EncodeJob {
  std::uint64_t id = 0;            ///< The caller's.
  std::vector<std::byte> program;  ///< Of a kind encode_*.
  std::vector<std::byte> input;    ///< What the arena begins with.
  std::uint64_t output_at = 0;     ///< Byte of the arena where the result begins.
  std::uint64_t output_bytes = 0;
};

struct EncodeResult {
  std::uint64_t id = 0;
  Status status;
  std::span<const std::byte> output;  ///< Until the listener returns.
  std::uint64_t nanoseconds = 0;      ///< In the program's ops.
};

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
  /// An encode() is through. Once for each, in their order.
  virtual void encoded(const EncodeResult& result) = 0;
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
/// Frames   submit() between two repeats is a frame boundary: a cancelled row is done from there
/// on,
///          and a run without a live lane ends early. A backend that has repeats under way behind
///          the engine's back may run one more than was needed (depth - 1), of this run or of the
///          next: it finds its rows done and changes nothing.
/// Classes  When both have a run that can go on, they take turns, or run side by side where the
///          backend can. A vocode run begins when every lane has wait_frames codes, or is done, or
///          no queued run could add codes to it.
/// Limits   Deterministic: equal submissions give equal rows, whatever runs beside them.
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
  /// Takes a program to run once on an arena of its own; step() runs it, some ops at a time.
  void encode(EncodeJob job) { jobs_.push_back(std::move(job)); }
  /// Ends repeats that are through and begins those that can; false when there is nothing under
  /// way and nothing to do until the next submit(). Never waits for a repeat.
  bool step();
  /// Nothing can run any more: the process has lost its device.
  bool is_lost() const { return backend_->is_lost(); }

  void observe(OpObserver* observer) { observer_ = observer; }
  const Memory& memory() const { return memory_; }
  const WeightTable& weights() const { return weights_; }
  const TensorFiles& tensors() const { return tensors_; }
  const Backend& backend() const { return *backend_; }
  Backend& backend() { return *backend_; }
  const RowTable& rows() const { return rows_; }
  const EngineCounters& counters() const { return counters_; }
  /// Repeats ended: with a recording, the moment of a submission.
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

  // engine_encode.cpp: programs that run once.
  struct Encoding {
    EncodeJob job;
    DefinedProgram defined;
    std::size_t next_op = 0;
    std::chrono::steady_clock::duration spent = {};
  };
  bool encode_some();
  Status begin_encoding(Encoding& encoding);
  Status run_some(Encoding& encoding);
  void end_encoding(Status status);

  // engine_runs.cpp: execution.
  bool begin_repeats();
  bool end_repeats();
  bool end_repeat(LaneClass lane_class);
  bool may_begin(const Run& run) const;
  bool may_follow(const Run& front, const Run& run) const;
  void begin(Run& run);
  void finish_runs(LaneClass lane_class);
  bool is_live(const Run& run, std::uint32_t row) const;
  bool has_live_lane(const Run& run) const;
  bool vocode_may_begin(const Run& run) const;
  Status check_pages(const Run& run) const;
  void fill_lanes(const Run& run);
  Status observe_ops(Run& run, RepeatResult& result);
  void wait_for_rows();
  void publish(const Run& run);
  void account(Run& run, const RepeatResult& result);
  void end_run(const Run& run);
  void drop_later(const Submission& submission, std::uint32_t record);
  void leave_rows(const Run& run);
  void release_waiting(std::uint32_t row);
  /// The runs of a class and what is known of the one in front.
  struct Line {
    Queue queue;
    std::uint32_t under_way() const;                        ///< Repeats.
    std::chrono::steady_clock::time_point busy_since = {};  ///< Of the oldest repeat under way.
    RepeatResult observed;  ///< Of a repeat that was run for an observer.
    bool is_observed = false;
  };
  Run* next_to_begin(Line& line) const;
  bool is_any_under_way() const;
  Line& line_of(LaneClass lane_class) { return lines_[static_cast<std::size_t>(lane_class)]; }
  Queue& queue_of(LaneClass lane_class) { return line_of(lane_class).queue; }
  const Queue& queue_of(LaneClass lane_class) const {
    return lines_[static_cast<std::size_t>(lane_class)].queue;
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
  std::array<Line, kRunClasses> lines_;
  std::vector<PendingRelease> releases_;
  std::deque<EncodeJob> jobs_;
  std::unique_ptr<Encoding> encoding_;
  LaneClass last_class_ = LaneClass::kVocode;
  EngineCounters counters_;
  std::uint64_t steps_ = 0;
};

}  // namespace voxfuse
