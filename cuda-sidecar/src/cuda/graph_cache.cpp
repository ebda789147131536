#include "cuda-sidecar/src/cuda/graph_cache.hpp"

namespace voxfuse {

namespace {

/// Ends a capture on every way out and keeps its graph.
class Capture {
 public:
  explicit Capture(cudaStream_t stream) : stream_(stream) {}
  ~Capture() {
    if (open_) cudaStreamEndCapture(stream_, &graph_);
    if (graph_ != nullptr) cudaGraphDestroy(graph_);
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  Status begin() {
    VOXFUSE_CUDA_TRY(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
    open_ = true;
    return {};
  }
  Status instantiate(cudaGraphExec_t& out) {
    open_ = false;
    VOXFUSE_CUDA_TRY(cudaStreamEndCapture(stream_, &graph_));
    VOXFUSE_CUDA_TRY(cudaGraphInstantiate(&out, graph_, 0));
    return {};
  }

 private:
  cudaStream_t stream_;
  cudaGraph_t graph_ = nullptr;
  bool open_ = false;
};

}  // namespace

GraphCache::~GraphCache() { forget_all(); }

void GraphCache::forget_all() {
  for (const auto& [program, captured] : programs_) cudaGraphExecDestroy(captured.graph);
  programs_.clear();
}

Status GraphCache::get(const Program& program, CudaContext& on,
                       const std::function<Status()>& enqueue, CapturedProgram& out) {
  if (const auto found = programs_.find(&program); found != programs_.end()) {
    out = found->second;
    return {};
  }
  CapturedProgram captured;
  const std::uint32_t before = on.launches;
  Capture capture(on.stream);
  VOXFUSE_TRY(capture.begin());
  VOXFUSE_TRY(enqueue());
  VOXFUSE_TRY(capture.instantiate(captured.graph));
  VOXFUSE_CUDA_TRY(cudaGraphUpload(captured.graph, on.stream));
  captured.launches = on.launches - before;
  programs_[&program] = captured;
  out = captured;
  return {};
}

void GraphCache::forget(const Program& program) {
  const auto found = programs_.find(&program);
  if (found == programs_.end()) return;
  cudaGraphExecDestroy(found->second.graph);
  programs_.erase(found);
}

}  // namespace voxfuse
