#include <algorithm>
#include <array>
#include <optional>

#include "cuda-sidecar/src/cuda/class_queue.hpp"
#include "cuda-sidecar/src/cuda/cupti_trace.hpp"
#include "cuda-sidecar/src/cuda/weight_store.hpp"
#include "cuda-sidecar/src/engine/backend.hpp"

namespace voxfuse {

namespace {

/// What the kernels are compiled for: clusters and dependent launches came with it.
constexpr int kCapabilityMin = 9;

struct Gpu {
  int ordinal = 0;  ///< CUDA's number.
  cudaDeviceProp properties = {};
};

/// The GPUs that can run the kernels. None without a driver.
std::vector<Gpu> find_gpus() {
  std::vector<Gpu> found;
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) return found;
  for (int i = 0; i < count; ++i) {
    Gpu gpu = {.ordinal = i};
    if (cudaGetDeviceProperties(&gpu.properties, i) != cudaSuccess) continue;
    if (gpu.properties.major >= kCapabilityMin) found.push_back(gpu);
  }
  return found;
}

/// Programs on one GPU: decode and vocode runs each on a stream of their own.
class CudaBackend final : public Backend {
 public:
  CudaBackend(const Gpu& gpu, bool graphs) : gpu_(gpu), graphs_(graphs) {}
  ~CudaBackend() override { cudaDeviceSynchronize(); }

  bool takes(Dtype act_dtype) const override {
    return act_dtype == Dtype::kF32 || act_dtype == Dtype::kBf16;
  }

  Status attach(Memory& memory) override {
    VOXFUSE_TRY(Backend::attach(memory));
    const EngineLayout& layout = memory.layout();
    VOXFUSE_CUDA_TRY(cudaSetDevice(gpu_.ordinal));
    VOXFUSE_TRY(rows_.allocate(rows_bytes(layout), "rows"));
    VOXFUSE_TRY(kv_.allocate(kv_bytes(layout), "attention caches"));
    VOXFUSE_TRY(uploader_.create());
    const auto multiprocessors = static_cast<std::uint32_t>(gpu_.properties.multiProcessorCount);
    for (const LaneClass lane_class :
         {LaneClass::kDecode, LaneClass::kVocode, LaneClass::kEncode}) {
      VOXFUSE_TRY(queue(lane_class).create(layout, lane_class, multiprocessors));
    }
    VOXFUSE_CUDA_TRY(cudaEventCreateWithFlags(&rows_updated_, cudaEventDisableTiming));
    return {};
  }

  Status grow_arena(LaneClass lane_class) override {
    VOXFUSE_CUDA_TRY(cudaStreamSynchronize(queue(lane_class).stream()));
    return queue(lane_class).grow_arena(memory_->arena_bytes(lane_class));
  }

  Status place_weights(std::span<Weight> weights) override {
    return weights_.upload(queue(LaneClass::kDecode).stream(), weights);
  }

  Addresses addresses(LaneClass lane_class) const override {
    const ClassQueue& of_class = queues_[static_cast<std::size_t>(lane_class)];
    return {rows_.data(), kv_.data(), of_class.arena(), of_class.lane_table()};
  }

  Status update_rows(std::span<const RowChange> changes) override {
    if (changes.empty()) return {};
    const cudaStream_t stream = queue(LaneClass::kDecode).stream();
    VOXFUSE_TRY(uploader_.upload(stream, *memory_, rows_.data(), changes));
    VOXFUSE_CUDA_TRY(cudaEventRecord(rows_updated_, stream));
    // Vocode runs read rows too; those that are enqueued from here on come after.
    VOXFUSE_CUDA_TRY(cudaStreamWaitEvent(queue(LaneClass::kVocode).stream(), rows_updated_, 0));
    return {};
  }

  void forget(const Program& program) override { queue(class_of(program)).forget(program); }

  void begin(const Repeat& repeat) override {
    const TraceTime from = trace_ == nullptr ? 0 : trace_now();
    ClassQueue& of_class = queue(repeat.lane_class);
    const Status status = of_class.set_lanes(uploader_, memory_->lane_rows(repeat.lane_class));
    failed_ = failed_ || !status.ok();
    const bool begun = of_class.begin(repeat, addresses(repeat.lane_class), graphs_);
    if (trace_ != nullptr && begun) tell(repeat, from);
  }

  bool ended(LaneClass lane_class, RepeatResult& result) override {
    return queue(lane_class).ended(*memory_, result);
  }

  std::uint32_t depth() const override { return ClassQueue::kDepth; }
  bool overlaps_classes() const override { return true; }
  bool is_lost() const override {
    return failed_ || std::ranges::any_of(queues_, &ClassQueue::is_lost);
  }

  Status run_op(LaneClass lane_class, const BoundOp& op) override {
    VOXFUSE_TRY(queue(lane_class).set_lanes(uploader_, memory_->lane_rows(lane_class)));
    return queue(lane_class).run_op(op);
  }

  Status fetch(Region region, LaneClass lane_class, std::uint64_t at,
               std::uint64_t bytes) override {
    const auto [here, there] = both_sides(region, lane_class);
    if (here == nullptr) return {};
    VOXFUSE_CUDA_TRY(cudaMemcpy(here + at, there + at, bytes, cudaMemcpyDeviceToHost));
    return {};
  }

  Status store(Region region, LaneClass lane_class, std::uint64_t at,
               std::uint64_t bytes) override {
    const auto [here, there] = both_sides(region, lane_class);
    if (here == nullptr) return {};
    VOXFUSE_CUDA_TRY(cudaMemcpy(there + at, here + at, bytes, cudaMemcpyHostToDevice));
    VOXFUSE_CUDA_TRY(cudaDeviceSynchronize());  // no class's stream waits for the copy otherwise
    return {};
  }

  bool begin_kernel_trace() override {
    // Kernels of repeats that no one was told of would be taken for those of the first one traced.
    cudaDeviceSynchronize();
    kernel_trace_ =
        CuptiTrace::begin({queues_[0].stream(), queues_[1].stream(), queues_[2].stream()});
    if (kernel_trace_ == nullptr) return false;
    // Of a graph that was made before, the tracer need not know the kernels.
    for (ClassQueue& of_class : queues_) of_class.forget_graphs();
    return true;
  }
  DeviceKernels end_kernel_trace() override {
    if (kernel_trace_ == nullptr) return {};
    DeviceKernels kernels = kernel_trace_->end();
    kernel_trace_ = nullptr;
    return kernels;
  }

  std::uint32_t threads() const override { return 1; }
  std::string isa() const override {
    return "sm_" + std::to_string(gpu_.properties.major) + std::to_string(gpu_.properties.minor);
  }
  std::string device() const override { return gpu_.properties.name; }
  std::uint64_t device_bytes() const override {
    std::uint64_t bytes = rows_.bytes() + kv_.bytes() + weights_.bytes();
    for (const ClassQueue& of_class : queues_) bytes += of_class.arena_bytes();
    return bytes;
  }
  std::uint64_t uploaded_bytes() const override { return weights_.bytes(); }
  std::uint64_t copy_mb_s() override {
    if (!copy_mb_s_) copy_mb_s_ = measure_copy_mb_s(queue(LaneClass::kDecode).stream());
    return *copy_mb_s_;
  }

 private:
  ClassQueue& queue(LaneClass lane_class) { return queues_[static_cast<std::size_t>(lane_class)]; }

  void tell(const Repeat& repeat, TraceTime from) {
    trace_->begun({.program = repeat.program,
                   .lane_class = repeat.lane_class,
                   .launches = queue(repeat.lane_class).launches_of(*repeat.program),
                   .as_graph = graphs_,
                   .from = from,
                   .to = trace_now()});
  }

  /// Where a region begins in Memory and on the GPU.
  std::pair<std::byte*, std::byte*> both_sides(Region region, LaneClass lane_class) {
    switch (region) {
      case Region::kArena:
        return {memory_->arena(lane_class), queue(lane_class).arena()};
      case Region::kRow:
        return {memory_->rows(), rows_.data()};
      case Region::kKv:
        return {memory_->kv(), kv_.data()};
      case Region::kWeight:
        break;  // Read-only.
    }
    return {nullptr, nullptr};
  }

  Gpu gpu_;
  bool graphs_;
  bool failed_ = false;
  DeviceBuffer rows_;
  DeviceBuffer kv_;
  WeightStore weights_;
  RowUploader uploader_;
  std::array<ClassQueue, kLaneClasses> queues_;
  cudaEvent_t rows_updated_ = nullptr;
  std::unique_ptr<CuptiTrace> kernel_trace_;
  std::optional<std::uint64_t> copy_mb_s_;
};

}  // namespace

std::vector<std::string> gpu_names() {
  std::vector<std::string> names;
  for (const Gpu& gpu : find_gpus()) names.emplace_back(gpu.properties.name);
  return names;
}

Status make_cuda_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out) {
  const std::vector<Gpu> gpus = find_gpus();
  if (choice.device >= gpus.size()) {
    return {ErrorCode::kUnsupported,
            gpus.empty()
                ? "this machine has no GPU of compute capability 9.0 or newer, or no driver"
                : "there is no GPU of this index"};
  }
  out = std::make_unique<CudaBackend>(gpus[choice.device], choice.graphs);
  return {};
}

}  // namespace voxfuse
