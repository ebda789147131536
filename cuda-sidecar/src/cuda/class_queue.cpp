#include "cuda-sidecar/src/cuda/class_queue.hpp"

#include <cstdio>

namespace voxfuse {

namespace {

/// Polls between two looks at the stream: a kernel that faulted never ends its repeat.
constexpr std::uint32_t kPollsOfLook = 4096;

using Twin = Status (*)(const BoundOp& op, CudaContext& on);

constexpr Twin kTwins[] = {
#define VOXFUSE_TWIN(Name, name) \
  [](const BoundOp& op, CudaContext& on) { return name::cuda(op.as<name::Args>(), on); },
    VOXFUSE_OPS(VOXFUSE_TWIN)
#undef VOXFUSE_TWIN
};

/// Says on stderr which op failed, with its sizes: a completion has room for its index alone.
void complain(const Program& program, std::uint32_t op_index, Status status) {
  std::fprintf(stderr, "voxfuse-sidecar: cuda: %s, program of kind %u and level %u, %u lanes",
               status.what(), program.header.kind, program.header.level, program.header.lanes);
  if (op_index < program.ops.size()) {
    const OpInfo& info = *program.ops[op_index].info;
    std::fprintf(stderr, ", op %u %s", op_index, info.name);
    for (std::uint32_t i = 0; i < info.param_count; ++i) {
      std::fprintf(stderr, " %s=%u", info.params[i].name,
                   program.op_words(op_index)[1 + info.operand_count + i]);
    }
  }
  std::fputc('\n', stderr);
}

/// Plain products are cuBLAS's work where the order of a sum may depend on the number of rows: a
/// prompt's chunk, which always has the same, and the levels that are there to be compared with.
bool wants_library(const Program& program) {
  const auto kind = static_cast<ProgramKind>(program.header.kind);
  const auto level = static_cast<FusionLevel>(program.header.level);
  if (kind == ProgramKind::kVocode || kind == ProgramKind::kPrime) return false;
  return kind == ProgramKind::kPrefill || level != FusionLevel::kFull;
}

}  // namespace

Status ClassQueue::create(const EngineLayout& layout, LaneClass lane_class,
                          std::uint32_t multiprocessors) {
  lane_class_ = lane_class;
  VOXFUSE_TRY(stream_.create(lane_class == LaneClass::kDecode));
  VOXFUSE_TRY(collector_.create(layout, lane_class, kDepth));
  VOXFUSE_TRY(lane_table_.allocate(kLanesMax * sizeof(std::uint32_t), "lane tables"));
  VOXFUSE_TRY(fault_.allocate(sizeof(std::uint32_t), "error words"));
  // No row has this number, so that the first lanes are sent whatever they are.
  lane_rows_.fill(kAbsent);
  on_.stream = stream_.get();
  on_.fault = reinterpret_cast<std::uint32_t*>(fault_.data());  // the buffer is this word
  on_.multiprocessors = multiprocessors;
  if (lane_class == LaneClass::kDecode) cublas_ = Cublas::open(stream_.get());
  return {};
}

const std::uint32_t* ClassQueue::lane_table() const {
  return reinterpret_cast<const std::uint32_t*>(lane_table_.data());  // the buffer is these words
}

Status ClassQueue::set_lanes(RowUploader& uploader, const LaneRows& lane_rows) {
  if (lane_rows == lane_rows_) return {};
  VOXFUSE_TRY(uploader.upload_words(stream_.get(), lane_table_.data(), lane_rows));
  lane_rows_ = lane_rows;
  return {};
}

Status ClassQueue::enqueue(const Repeat& repeat, const Addresses& addresses,
                           std::uint32_t& op_index) {
  on_.cublas = wants_library(*repeat.program) ? cublas_.get() : nullptr;
  std::vector<std::uint32_t>& launches = launches_[repeat.program];
  launches.assign(repeat.ops.size() + 1, 0);
  for (std::uint32_t i = 0; i < repeat.ops.size(); ++i) {
    op_index = i;
    const BoundOp& op = repeat.ops[i];
    const std::uint32_t before = on_.launches;
    // The first waits for all of the program before: kernels read early what that one wrote.
    on_.overlaps = i != 0;
    VOXFUSE_TRY(kTwins[static_cast<std::size_t>(op.place)](op, on_));
    launches[i] = on_.launches - before;
  }
  op_index = kAbsent;
  launches.back() = 1;
  return collector_.enqueue(on_, *repeat.program, addresses);
}

Status ClassQueue::launch(const Repeat& repeat, const Addresses& addresses, bool as_graph,
                          RepeatResult& result) {
  const auto all = [&] { return enqueue(repeat, addresses, result.op_index); };
  const std::uint32_t before = on_.launches;
  if (!as_graph) {
    VOXFUSE_TRY(all());
    result.launches = on_.launches - before;
    return {};
  }
  CapturedProgram captured;
  VOXFUSE_TRY(graphs_.get(*repeat.program, on_, all, captured));
  result.launches = captured.launches;
  VOXFUSE_CUDA_TRY(cudaGraphLaunch(captured.graph, stream_.get()));
  return {};
}

bool ClassQueue::begin(const Repeat& repeat, const Addresses& addresses, bool as_graph) {
  UnderWay entry;
  entry.program = repeat.program;
  entry.lane_rows = lane_rows_;
  entry.result.status = launch(repeat, addresses, as_graph, entry.result);
  entry.enqueued = entry.result.status.ok();
  if (!entry.enqueued) {
    complain(*repeat.program, entry.result.op_index, entry.result.status);
    (void)look_after_device();  // whether it was a refusal or the end
  }
  under_way_.push_back(std::move(entry));
  return under_way_.back().enqueued;
}

void ClassQueue::forget_graphs() {
  cudaStreamSynchronize(stream_.get());  // they may be under way; an error shows with the next look
  graphs_.forget_all();
}

/// Sets lost_ when the stream has an error that will stay.
Status ClassQueue::look_after_device() {
  const cudaError_t error = cudaStreamQuery(stream_.get());
  if (error == cudaSuccess || error == cudaErrorNotReady) return {};
  lost_ = true;
  return {ErrorCode::kDeviceFailed, cudaGetErrorString(error)};
}

bool ClassQueue::ended(Memory& memory, RepeatResult& result) {
  UnderWay& oldest = under_way_.front();
  if (oldest.enqueued && collector_.ended() == taken_) {
    if (++polls_ % kPollsOfLook != 0) return false;
    oldest.result.status = look_after_device();
    if (oldest.result.status.ok()) return false;
    complain(*oldest.program, kAbsent, oldest.result.status);
  } else if (oldest.enqueued) {
    oldest.result.status = collector_.take(taken_++, *oldest.program, oldest.lane_rows, memory);
  }
  result = oldest.result;
  under_way_.pop_front();
  return true;
}

Status ClassQueue::run_op(const BoundOp& op) {
  on_.cublas = nullptr;
  VOXFUSE_TRY(kTwins[static_cast<std::size_t>(op.place)](op, on_));
  std::uint32_t fault = 0;
  VOXFUSE_CUDA_TRY(
      cudaMemcpyAsync(&fault, on_.fault, sizeof fault, cudaMemcpyDeviceToHost, stream_.get()));
  VOXFUSE_CUDA_TRY(cudaMemsetAsync(on_.fault, 0, sizeof fault, stream_.get()));
  VOXFUSE_CUDA_TRY(cudaStreamSynchronize(stream_.get()));
  return fault == 0 ? Status() : Status(static_cast<ErrorCode>(fault), "met by a kernel");
}

}  // namespace voxfuse
