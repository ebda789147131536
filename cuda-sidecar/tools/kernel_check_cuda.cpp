#include "cuda-sidecar/tools/kernel_check_cuda.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "kernels/support/cuda/context.hpp"
#include "kernels/support/cuda/product/cublas.hpp"

namespace voxfuse {

namespace {

constexpr std::size_t kFlushBytes = std::size_t{256} << 20;  // some times an L2
constexpr int kColdRuns = 31;
constexpr int kChain = 50;
constexpr int kChainRuns = 11;

/// A copy of each operand on the device.
class DeviceCopies {
 public:
  explicit DeviceCopies(const Buffers& buffers) : ranges_(buffers.ranges()) {}
  ~DeviceCopies() {
    for (void* copy : copies_) cudaFree(copy);
  }
  DeviceCopies(const DeviceCopies&) = delete;
  DeviceCopies& operator=(const DeviceCopies&) = delete;

  Status upload() {
    for (const Buffers::Range& range : ranges_) {
      void* copy = nullptr;
      VOXFUSE_CUDA_TRY(cudaMalloc(&copy, range.bytes));
      copies_.push_back(copy);
      VOXFUSE_CUDA_TRY(cudaMemcpy(copy, range.data, range.bytes, cudaMemcpyHostToDevice));
    }
    // A copy from pageable memory may still be under way, and the twins' stream waits for no other.
    VOXFUSE_CUDA_TRY(cudaDeviceSynchronize());
    return {};
  }
  Status download() const {
    for (std::size_t i = 0; i < copies_.size(); ++i) {
      VOXFUSE_CUDA_TRY(
          cudaMemcpy(ranges_[i].data, copies_[i], ranges_[i].bytes, cudaMemcpyDeviceToHost));
    }
    return {};
  }
  /// Every aligned word of `args` that is an address inside an operand becomes one of its copy.
  /// A word with a tiny low half is a dtype and what lies in the padding after it, which may well
  /// be the high half of an address; no operand begins on a multiple of 4 GiB.
  void relocate(std::byte* args, std::size_t bytes) const {
    for (std::size_t at = 0; at + sizeof(std::uintptr_t) <= bytes; at += alignof(void*)) {
      std::uintptr_t word = 0;
      std::memcpy(&word, args + at, sizeof word);
      if ((word & 0xffffffffu) < sizeof word) continue;
      for (std::size_t i = 0; i < copies_.size(); ++i) {
        // Addresses as numbers: to see what range a word points into.
        const auto base = reinterpret_cast<std::uintptr_t>(ranges_[i].data);
        if (word < base || word >= base + ranges_[i].bytes) continue;
        word = reinterpret_cast<std::uintptr_t>(copies_[i]) + (word - base);
        std::memcpy(args + at, &word, sizeof word);
        break;
      }
    }
  }

 private:
  std::vector<Buffers::Range> ranges_;
  std::vector<void*> copies_;
};

/// Milliseconds that `work` keeps the stream busy, each of so many times; `prepare` comes before,
/// untimed. Less of them when `work` fails.
template <class Prepare, class Work>
std::vector<float> times_of(cudaStream_t stream, int count, Prepare prepare, Work work) {
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  cudaEventCreate(&begin);
  cudaEventCreate(&end);
  std::vector<float> times;
  for (int i = 0; i < count; ++i) {
    prepare(i);
    cudaEventRecord(begin, stream);
    if (!work()) break;
    cudaEventRecord(end, stream);
    cudaEventSynchronize(end);
    cudaEventElapsedTime(&times.emplace_back(), begin, end);
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return times;
}

/// In microseconds; 0 of none.
double median(std::vector<float> times) {
  if (times.empty()) return 0;
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return double{times[times.size() / 2]} * 1e3;  // events give milliseconds
}

class Gpu final : public CudaCheck {
 public:
  Status begin(int device) {
    VOXFUSE_CUDA_TRY(cudaSetDevice(device));
    VOXFUSE_CUDA_TRY(cudaGetDeviceProperties(&properties_, device));
    VOXFUSE_CUDA_TRY(cudaStreamCreateWithFlags(&on_.stream, cudaStreamNonBlocking));
    VOXFUSE_CUDA_TRY(cudaMalloc(&fault_, sizeof(std::uint32_t)));
    VOXFUSE_CUDA_TRY(cudaMemset(fault_, 0, sizeof(std::uint32_t)));
    on_.fault = static_cast<std::uint32_t*>(fault_);
    on_.multiprocessors = static_cast<std::uint32_t>(properties_.multiProcessorCount);
    cublas_ = Cublas::open(on_.stream);
    return {};
  }
  ~Gpu() override {
    cublas_.reset();
    cudaFree(fault_);
    cudaFree(flush_);
    if (on_.stream != nullptr) cudaStreamDestroy(on_.stream);
  }

  Status run(const KernelCase& item, Buffers& buffers, How how) override {
    const auto prepared = item.prepare(buffers);
    DeviceCopies copies(buffers);
    VOXFUSE_TRY(copies.upload());
    on_.cublas = how.cublas ? cublas_.get() : nullptr;
    Call call = call_on(copies);
    call.by_parts = how.by_parts;
    const Status status = prepared(call);
    VOXFUSE_CUDA_TRY(cudaStreamSynchronize(on_.stream));
    VOXFUSE_TRY(copies.download());
    VOXFUSE_TRY(status);
    return take_fault();
  }

  Times bench(const KernelCase& item, Buffers& buffers) override {
    Times times;
    const auto prepared = item.prepare(buffers);
    DeviceCopies copies(buffers);
    if (!copies.upload().ok()) return times;
    on_.cublas = nullptr;
    const Call call = call_on(copies);
    if (!prepared(call).ok()) return times;
    times.cold_us = cold_us(prepared, call);
    times.chained_us = chained_us(prepared, call);
    return times;
  }

  bool has_cublas() const override { return cublas_ != nullptr; }
  std::string device_name() const override { return properties_.name; }

 private:
  using Run = std::function<Status(const Call&)>;

  Call call_on(const DeviceCopies& copies) {
    return {.cuda = &on_, .relocate = [&copies](std::byte* args, std::size_t bytes) {
              copies.relocate(args, bytes);
            }};
  }

  /// The error that a kernel reported, which is then forgotten.
  Status take_fault() {
    std::uint32_t code = 0;
    VOXFUSE_CUDA_TRY(cudaMemcpy(&code, fault_, sizeof code, cudaMemcpyDeviceToHost));
    VOXFUSE_CUDA_TRY(cudaMemset(fault_, 0, sizeof code));
    return code == 0 ? Status() : Status(static_cast<ErrorCode>(code), "met by a kernel");
  }

  double cold_us(const Run& run, const Call& call) {
    if (flush_ == nullptr && cudaMalloc(&flush_, kFlushBytes) != cudaSuccess) return 0;
    const auto flush = [&](int value) { cudaMemsetAsync(flush_, value, kFlushBytes, on_.stream); };
    return median(times_of(on_.stream, kColdRuns, flush, [&] { return run(call).ok(); }));
  }

  double chained_us(const Run& run, const Call& call) {
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t ready = nullptr;
    cudaStreamBeginCapture(on_.stream, cudaStreamCaptureModeThreadLocal);
    for (int i = 0; i < kChain; ++i) {
      if (!run(call).ok()) break;
    }
    cudaStreamEndCapture(on_.stream, &graph);
    if (graph == nullptr || cudaGraphInstantiate(&ready, graph, 0) != cudaSuccess) return 0;
    const auto nothing = [](int) {};
    const auto launch = [&] { return cudaGraphLaunch(ready, on_.stream) == cudaSuccess; };
    const double us = median(times_of(on_.stream, kChainRuns, nothing, launch));
    cudaGraphExecDestroy(ready);
    cudaGraphDestroy(graph);
    return us / kChain;
  }

  CudaContext on_;
  cudaDeviceProp properties_ = {};
  void* fault_ = nullptr;
  void* flush_ = nullptr;
  std::unique_ptr<Cublas> cublas_;
};

}  // namespace

std::unique_ptr<CudaCheck> CudaCheck::open(int device, std::string& why) {
  auto gpu = std::make_unique<Gpu>();
  const Status status = gpu->begin(device);
  if (status.ok()) return gpu;
  why = status.what();
  return nullptr;
}

int print_devices() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) return 0;  // no driver, no devices
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp p = {};
    if (cudaGetDeviceProperties(&p, i) != cudaSuccess) continue;
    std::printf("{\"device\":%d,\"name\":\"%s\",\"multiprocessors\":%d,\"memory_bytes\":%zu}\n", i,
                p.name, p.multiProcessorCount, p.totalGlobalMem);
  }
  return 0;
}

}  // namespace voxfuse
