// plan_tool diff: one recording on two backends, op by op. The left side is the oracle: its outputs
// and state go to the right side after every op, so that errors do not pile up.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "cuda-sidecar/src/engine/observed.hpp"
#include "cuda-sidecar/tools/plan_commands.hpp"

namespace voxfuse {

namespace {

struct Difference {
  bool found = false;
  std::uint32_t op = 0;
  std::uint32_t repeat = 0;
  const char* op_name = "";
  const char* operand = "";
  std::size_t element = 0;
  double left = 0;
  double right = 0;
  double error = 0;
  const char* status = "";
};

class DiffObserver final : public OpObserver {
 public:
  DiffObserver(Engine& left, std::unique_ptr<Backend> right, double relative)
      : left_(left), backend_(std::move(right)), relative_(relative) {}

  Status allocate() {
    VOXFUSE_TRY(memory_.allocate(left_.memory().layout()));
    return backend_->attach(memory_);
  }

  void repeat_begins(const Run& run) override;
  bool op_done(const Run& run, std::uint32_t op) override;

  const Difference& difference() const { return difference_; }
  std::uint64_t ops() const { return ops_; }
  /// Largest relative error of each op met.
  const std::map<std::string, double>& worst() const { return worst_; }

 private:
  Status take_over(const Run& run);
  Status place_weights();
  bool compare_operand(const Run& run, std::uint32_t op, std::uint32_t operand);
  void copy_part(LaneClass lane_class, const ObservedPart& part);
  bool compare_bytes(const BufferEntry& buffer, const std::byte* left, const std::byte* right,
                     std::size_t bytes, const char* op_name);

  Engine& left_;
  std::unique_ptr<Backend> backend_;
  double relative_;
  Memory memory_;
  WeightTable weights_;
  const DefinedProgram* bound_ = nullptr;
  std::vector<BoundOp> ops_bound_;
  Status bind_status_;
  Difference difference_;
  std::map<std::string, double> worst_;
  std::uint64_t ops_ = 0;
};

void DiffObserver::repeat_begins(const Run& run) { bind_status_ = take_over(run); }

/// The right side's own copies of the weights, where its ops read them.
Status DiffObserver::place_weights() {
  if (weights_.count() == left_.weights().count()) return {};
  weights_ = left_.weights().view();
  bound_ = nullptr;
  return backend_->place_weights(weights_.added());
}

/// Gives the right side everything that the left one has.
Status DiffObserver::take_over(const Run& run) {
  const Memory& from = left_.memory();
  const EngineLayout& layout = from.layout();
  const Program& program = run.program->program;
  const LaneClass lane_class = class_of(program);
  VOXFUSE_TRY(place_weights());
  bool grown = false;
  const std::uint64_t arena_bytes = from.arena_bytes(lane_class);
  VOXFUSE_TRY(
      memory_.grow_arena(lane_class, static_cast<std::uint32_t>(arena_bytes / kAlignment), grown));
  if (grown) VOXFUSE_TRY(backend_->grow_arena(lane_class));
  if (grown || bound_ != run.program) {
    std::uint32_t op_index = kAbsent;
    VOXFUSE_TRY(bind_program(program, weights_, layout, backend_->addresses(lane_class), ops_bound_,
                             op_index));
    bound_ = run.program;
  }
  std::memcpy(memory_.rows(), from.rows(), rows_bytes(layout));
  std::memcpy(memory_.kv(), from.kv(), kv_bytes(layout));
  std::memcpy(memory_.arena(lane_class), from.arena(lane_class), arena_bytes);
  memory_.lane_rows(lane_class) = from.lane_rows(lane_class);
  VOXFUSE_TRY(backend_->store(Region::kRow, lane_class, 0, rows_bytes(layout)));
  VOXFUSE_TRY(backend_->store(Region::kKv, lane_class, 0, kv_bytes(layout)));
  return backend_->store(Region::kArena, lane_class, 0, arena_bytes);
}

bool DiffObserver::op_done(const Run& run, std::uint32_t op) {
  if (difference_.found) return false;
  const OpInfo& info = *run.program->program.ops[op].info;
  difference_.op = op;
  difference_.repeat = run.repeats_done;
  difference_.op_name = info.name;
  const Program& program = run.program->program;
  const LaneClass lane_class = class_of(program);
  Status status = bind_status_;
  if (status.ok()) status = backend_->run_op(lane_class, ops_bound_[op]);
  if (status.ok()) status = fetch_written(*backend_, memory_, program, op);
  if (!status.ok()) {
    difference_.found = true;
    difference_.status = error_name(status.code());
    return false;
  }
  ++ops_;
  for (std::uint32_t i = 0; i < info.operand_count; ++i) {
    if (info.operands[i].access == Access::kRead) continue;
    if (std::string_view(info.operands[i].name) == "scratch") {
      // What it holds has no meaning, but later buffers may begin as it ended.
      for (const ObservedPart& part : parts_of(program, memory_, op, i)) {
        copy_part(lane_class, part);
      }
      continue;
    }
    difference_.operand = info.operands[i].name;
    if (!compare_operand(run, op, i)) return false;
  }
  return true;
}

/// Where a part of a region lies in a memory.
std::byte* place_of(const Memory& memory, LaneClass lane_class, const ObservedPart& part) {
  switch (part.region) {
    case Region::kArena:
      return memory.arena(lane_class) + part.at;
    case Region::kKv:
      return memory.kv() + part.at;
    case Region::kRow:
      return memory.rows() + part.at;
    case Region::kWeight:
      break;  // Read-only: no operand that is written lies there.
  }
  return nullptr;
}

void DiffObserver::copy_part(LaneClass lane_class, const ObservedPart& part) {
  std::memcpy(place_of(memory_, lane_class, part), place_of(left_.memory(), lane_class, part),
              part.bytes);
  (void)backend_->store(part.region, lane_class, part.at, part.bytes);  // seen with the next op
}

bool DiffObserver::compare_operand(const Run& run, std::uint32_t op, std::uint32_t operand) {
  const Program& program = run.program->program;
  const LaneClass lane_class = class_of(program);
  const char* name = program.ops[op].info->name;
  for (const ObservedPart& part : parts_of(program, memory_, op, operand)) {
    const bool equal =
        compare_bytes(*program.operand(op, operand), place_of(left_.memory(), lane_class, part),
                      place_of(memory_, lane_class, part), part.bytes, name);
    if (!equal) return false;
    copy_part(lane_class, part);
  }
  return true;
}

bool DiffObserver::compare_bytes(const BufferEntry& buffer, const std::byte* left,
                                 const std::byte* right, std::size_t bytes, const char* op_name) {
  if (std::memcmp(left, right, bytes) == 0) return true;
  const auto dtype = static_cast<Dtype>(buffer.dtype);
  const ConstTensor a = {left, dtype};
  const ConstTensor b = {right, dtype};
  const bool words = dtype == Dtype::kU32;
  double largest = 0;
  double error = 0;
  for (std::size_t i = 0; i < buffer.elements; ++i) {
    std::uint32_t pair[2] = {};
    if (words) std::memcpy(&pair[0], left + 4 * i, 4);
    if (words) std::memcpy(&pair[1], right + 4 * i, 4);
    const double x = words ? pair[0] : double{a.at(i)};
    const double y = words ? pair[1] : double{b.at(i)};
    if (x == y || (std::isnan(x) && std::isnan(y))) {
      largest = std::isnan(x) ? largest : std::max(largest, std::abs(x));
      continue;
    }
    largest = std::isfinite(x) ? std::max(largest, std::abs(x)) : largest;
    const double difference = std::isnan(x - y) || words ? INFINITY : std::abs(x - y);
    if (difference <= error) continue;
    error = difference;
    difference_.element = i;
    difference_.left = x;
    difference_.right = y;
  }
  // Absolute below 1e-6: where all of a buffer cancels out, nothing is left to be relative to.
  const double relative = error / std::max(largest, 1e-6);
  worst_[op_name] = std::max(worst_[op_name], relative);
  if (relative <= relative_) return true;
  difference_.found = true;
  difference_.error = relative;
  return false;
}

double finite(double value) { return std::isfinite(value) ? value : 1e300; }

void print_outcome(const DiffObserver& observer, bool equal, double relative) {
  const Difference& d = observer.difference();
  std::printf("{\"equal\":%s,\"ops\":%llu,\"relative\":%.6g,\"worst\":{", equal ? "true" : "false",
              static_cast<unsigned long long>(observer.ops()), relative);
  const char* comma = "";
  for (const auto& [name, error] : observer.worst()) {
    std::printf("%s\"%s\":%.6g", comma, name.c_str(), finite(error));
    comma = ",";
  }
  std::fputs("}", stdout);
  if (d.found) {
    std::printf(
        ",\"op\":%u,\"name\":\"%s\",\"repeat\":%u,\"operand\":\"%s\",\"element\":%zu,"
        "\"left\":%.9g,\"right\":%.9g,\"error\":%.6g,\"status\":\"%s\"",
        d.op, d.op_name, d.repeat, d.operand, d.element, finite(d.left), finite(d.right),
        finite(d.error), d.status);
  }
  std::fputs("}\n", stdout);
}

}  // namespace

int diff(const Arguments& arguments) {
  const std::string& path = arguments.positions[0];
  std::vector<RecordEntry> entries;
  if (const Status status = read_recording(path, entries); !status.ok()) {
    return complain(path, status);
  }
  std::string subject = "left";
  Player player;
  if (const Status status = player.load(entries, arguments.backend("left", "reference"), subject);
      !status.ok()) {
    return complain(subject, status);
  }
  std::unique_ptr<Backend> right;
  if (const Status status = make_backend(arguments.backend("right", "cpu"), right); !status.ok()) {
    return complain("right", status);
  }
  const double relative = arguments.number("relative", 1e-4);
  DiffObserver observer(player.engine(), std::move(right), relative);
  if (const Status status = observer.allocate(); !status.ok()) return complain("right", status);
  const auto steps = static_cast<std::uint64_t>(arguments.number("steps", 1e15));
  if (const Status status = player.play(entries, &observer, steps, subject); !status.ok()) {
    return complain(subject, status);
  }
  const bool failed = std::ranges::any_of(player.completions(), [](const Completion& completion) {
    return completion.header.status != static_cast<std::uint32_t>(ErrorCode::kOk);
  });
  const bool equal = !observer.difference().found && !failed && observer.ops() != 0;
  print_outcome(observer, equal, relative);
  return equal ? 0 : kDiffer;
}

}  // namespace voxfuse
