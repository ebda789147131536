#include "cuda-sidecar/src/cuda/device_memory.hpp"

#include <cstdio>

namespace voxfuse {

namespace {

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void explain_shortage(std::uint64_t bytes, const char* what) {
  std::size_t free = 0;
  std::size_t total = 0;
  cudaMemGetInfo(&free, &total);
  std::fprintf(
      stderr, "voxfuse-sidecar: %s need %.1f MiB of the GPU, which has %.1f MiB free of %.1f MiB\n",
      what, mebibytes(bytes), mebibytes(free), mebibytes(total));
}

}  // namespace

Status DeviceBuffer::allocate(std::uint64_t bytes, const char* what) {
  cudaFree(data_);
  data_ = nullptr;
  bytes_ = 0;
  if (bytes == 0) return {};
  const cudaError_t error = cudaMalloc(&data_, bytes);
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();  // a shortage is no fault of the device
    explain_shortage(bytes, what);
    data_ = nullptr;
    return {ErrorCode::kNoMemory, "the GPU has too little memory left"};
  }
  VOXFUSE_CUDA_TRY(error);
  bytes_ = bytes;
  VOXFUSE_CUDA_TRY(cudaMemset(data_, 0, bytes));
  // The call returns before the zeros are written, and our streams do not wait for that one: what
  // they copy there next could be zeroed afterwards.
  VOXFUSE_CUDA_TRY(cudaStreamSynchronize(cudaStreamLegacy));
  return {};
}

Status PinnedBuffer::allocate(std::uint64_t bytes) {
  VOXFUSE_CUDA_TRY(cudaHostAlloc(&data_, bytes, cudaHostAllocMapped | cudaHostAllocPortable));
  bytes_ = bytes;
  return {};
}

Status Stream::create(bool first_in_line) {
  int last = 0;
  int first = 0;
  VOXFUSE_CUDA_TRY(cudaDeviceGetStreamPriorityRange(&last, &first));
  VOXFUSE_CUDA_TRY(
      cudaStreamCreateWithPriority(&stream_, cudaStreamNonBlocking, first_in_line ? first : last));
  return {};
}

std::uint64_t measure_copy_mb_s(cudaStream_t stream) {
  constexpr std::uint64_t kBytes = 512ull << 20;  // many times any L2
  constexpr int kTries = 5;
  void* data = nullptr;
  if (cudaMalloc(&data, 2 * kBytes) != cudaSuccess) {
    (void)cudaGetLastError();  // a shortage is no fault of the device
    return 0;
  }
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  cudaEventCreate(&begin);
  cudaEventCreate(&end);
  float fastest = 0;
  for (int i = 0; i < kTries; ++i) {
    cudaEventRecord(begin, stream);
    cudaMemcpyAsync(static_cast<std::byte*>(data) + kBytes, data, kBytes, cudaMemcpyDeviceToDevice,
                    stream);
    cudaEventRecord(end, stream);
    float milliseconds = 0;
    if (cudaEventSynchronize(end) != cudaSuccess) break;
    cudaEventElapsedTime(&milliseconds, begin, end);
    if (fastest == 0 || milliseconds < fastest) fastest = milliseconds;
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  cudaFree(data);
  return fastest == 0 ? 0 : static_cast<std::uint64_t>(2 * kBytes / (fastest * 1e3));
}

}  // namespace voxfuse
