#include "cuda-sidecar/src/trace/session_trace.hpp"

#include <algorithm>
#include <numeric>

namespace voxfuse {

namespace {

// Tracks, as trace viewers show them from top to bottom.
constexpr std::uint32_t kRingTrack = 1;
constexpr std::uint32_t kLaunchTrack = 2;
constexpr std::uint32_t kDecodeTrack = 10;
constexpr std::uint32_t kVocodeTrack = 11;

std::uint32_t track_of(LaneClass lane_class) {
  return lane_class == LaneClass::kDecode ? kDecodeTrack : kVocodeTrack;
}

}  // namespace

void SessionTrace::completed(const CompletionHeader& completion) {
  completed_.push_back({completion, trace_now()});
}

void SessionTrace::begun(const BegunRepeat& repeat) {
  begun_.push_back({.program = repeat.program,
                    .lane_class = repeat.lane_class,
                    .number = numbers_[static_cast<std::size_t>(repeat.lane_class)]++,
                    .as_graph = repeat.as_graph,
                    .from = repeat.from,
                    .to = repeat.to});
  std::vector<std::uint32_t>& launches = launches_[repeat.program];
  // A program always launches the same.
  if (launches.empty()) launches.assign(repeat.launches.begin(), repeat.launches.end());
}

Status SessionTrace::write(const DeviceKernels& kernels, TraceCounts& counts) {
  for (const auto& [program, launches] : launches_) phases_[program] = phases_of(*program);
  file_.name_process("voxfuse-sidecar");
  file_.name_thread(kRingTrack, "session: ring and submissions");
  file_.name_thread(kLaunchTrack, "launches");
  write_ring();
  write_launches();
  const std::uint32_t astray = write_kernels(kernels);
  counts = {.events = file_.events(), .device_kernels = kernels.spans.size()};
  return file_.close(JsonFields()
                         .add("device_kernels", counts.device_kernels)
                         .add("repeats", begun_.size())
                         .add("repeats_astray", std::uint64_t{astray}));
}

void SessionTrace::write_ring() {
  for (const TakenSubmission& taken : taken_) {
    file_.span({"submission", "ring", kRingTrack, taken.from, taken.to},
               JsonFields()
                   .add("token", std::uint64_t{taken.token})
                   .add("bytes", taken.bytes)
                   .add("records", std::uint64_t{taken.records}));
  }
  for (const Completed& completed : completed_) {
    const CompletionHeader& header = completed.header;
    file_.moment({"completion", "ring", kRingTrack, completed.at, completed.at},
                 JsonFields()
                     .add("token", std::uint64_t{header.token})
                     .add("status", error_name(static_cast<ErrorCode>(header.status)))
                     .add("frames", std::uint64_t{header.frames_run})
                     .add("launches", std::uint64_t{header.op_count}));
  }
}

void SessionTrace::write_launches() {
  for (const Begun& begun : begun_) {
    const ProgramHeader& header = begun.program->header;
    const std::vector<std::uint32_t>& launches = launches_[begun.program];
    const std::string name = std::string(kind_name(header.kind)) + " " + level_name(header.level);
    file_.span(
        {name, "launch", kLaunchTrack, begun.from, begun.to},
        JsonFields()
            .add("program_kind", std::uint64_t{header.kind})
            .add("level", std::uint64_t{header.level})
            .add("lanes", std::uint64_t{header.lanes})
            .add("frame", std::uint64_t{begun.number})
            .add("launches", std::accumulate(launches.begin(), launches.end(), std::uint64_t{0}))
            .add_flag("graph", begun.as_graph));
  }
}

/// A kernel may start while the one in front of it still runs, to wait for its end: it is charged
/// from that end on, so that times of a class add up to the time in which it was busy.
std::uint32_t SessionTrace::write_kernels(const DeviceKernels& kernels) {
  if (kernels.spans.empty()) return 0;
  file_.name_thread(kDecodeTrack, "GPU decode stream");
  file_.name_thread(kVocodeTrack, "GPU vocode stream");
  std::vector<KernelName> names;
  for (const std::string& name : kernels.names) names.push_back(read_kernel_name(name));
  std::vector<ExpectedRepeat> expected;
  for (const Begun& begun : begun_) expected.push_back({begun.program, launches_[begun.program]});
  std::uint32_t astray = 0;
  const auto owners = match_kernels(expected, kernels.spans, names, astray);
  TraceTime ended[kLaneClasses] = {};
  for (std::size_t i = 0; i < owners.size(); ++i) {
    const KernelSpan& kernel = kernels.spans[i];
    const bool has_repeat = owners[i].repeat != kAbsent;
    LaneClass lane_class = LaneClass::kDecode;
    if (kernel.lane_class != kAbsent) lane_class = static_cast<LaneClass>(kernel.lane_class);
    if (has_repeat) lane_class = begun_[owners[i].repeat].lane_class;
    TraceTime& front = ended[static_cast<std::size_t>(lane_class)];
    const TraceTime from = std::max(kernel.from, front);
    const TraceTime to = std::max(kernel.to, from);
    front = to;
    file_.span({names[kernel.name].shown, "kernel", track_of(lane_class), from, to},
               describe(owners[i]).add("early_ns", from - std::min(from, kernel.from)));
  }
  return astray;
}

JsonFields SessionTrace::describe(const KernelOwner& owner) const {
  JsonFields args;
  if (owner.repeat == kAbsent) return args.add("phase", phase_name(Phase::kOther));
  const Begun& begun = begun_[owner.repeat];
  const Program& program = *begun.program;
  Phase phase = Phase::kCollect;
  if (owner.op < program.ops.size()) {
    args.add("op", program.ops[owner.op].info->name).add("op_index", std::uint64_t{owner.op});
    phase = phases_.at(&program)[owner.op];
  } else {
    args.add("op", "collect");
  }
  args.add("program_kind", std::uint64_t{program.header.kind});
  return args.add("phase", phase_name(phase)).add("frame", std::uint64_t{begun.number});
}

}  // namespace voxfuse
