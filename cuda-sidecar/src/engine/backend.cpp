#include "cuda-sidecar/src/engine/backend.hpp"

namespace voxfuse {

Status Backend::attach(Memory& memory) {
  memory_ = &memory;
  return {};
}

Status Backend::grow_arena(LaneClass) { return {}; }

Status Backend::place_weights(std::span<Weight>) { return {}; }

Addresses Backend::addresses(LaneClass lane_class) const {
  return {memory_->rows(), memory_->kv(), memory_->arena(lane_class),
          memory_->lane_rows(lane_class).data()};
}

Status Backend::update_rows(std::span<const RowChange>) { return {}; }

void Backend::forget(const Program&) {}

Status Backend::fetch(Region, LaneClass, std::uint64_t, std::uint64_t) { return {}; }

Status Backend::store(Region, LaneClass, std::uint64_t, std::uint64_t) { return {}; }

void HostBackend::begin(const Repeat& repeat) {
  const TraceTime from = trace_ == nullptr ? 0 : trace_now();
  result_ = {};
  for (std::uint32_t i = 0; i < repeat.ops.size() && result_.status.ok(); ++i) {
    result_.status = run_op(repeat.lane_class, repeat.ops[i]);
    if (!result_.status.ok()) result_.op_index = i;
    result_.launches += result_.status.ok() ? 1 : 0;
  }
  if (trace_ != nullptr && result_.status.ok()) tell(repeat, from);
}

void HostBackend::tell(const Repeat& repeat, TraceTime from) const {
  // A launch for each op, and none for the end: there is no one else to tell.
  std::vector<std::uint32_t> launches(repeat.ops.size(), 1);
  launches.push_back(0);
  trace_->begun({.program = repeat.program,
                 .lane_class = repeat.lane_class,
                 .launches = launches,
                 .from = from,
                 .to = trace_now()});
}

bool HostBackend::ended(LaneClass, RepeatResult& result) {
  result = result_;
  return true;
}

std::vector<std::string> backend_names() {
#ifdef VOXFUSE_WITH_CUDA
  return {"reference", "cpu", "cuda"};
#else
  return {"reference", "cpu"};
#endif
}

Status make_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out) {
  if (choice.name == "cpu") return make_cpu_backend(choice, out);
  if (choice.name == "cuda") return make_cuda_backend(choice, out);
  if (choice.name != "reference") return {ErrorCode::kUnsupported, "no such backend in this build"};
  out = make_reference_backend();
  return {};
}

}  // namespace voxfuse
