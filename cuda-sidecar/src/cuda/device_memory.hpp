#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "kernels/support/cuda/context.hpp"

namespace voxfuse {

/// Memory of the GPU. Aligned to 256 bytes.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  ~DeviceBuffer() { cudaFree(data_); }
  DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    swap(other);
    return *this;
  }

  /// Takes `bytes`, which are zero when this returns; what was held before is free again. `what`
  /// names them in the line that says, with the numbers, why there was no room.
  ///
  /// Errors   kNoMemory, kDeviceFailed; nothing is held then.
  Status allocate(std::uint64_t bytes, const char* what);
  std::byte* data() const { return static_cast<std::byte*>(data_); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void swap(DeviceBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
  }

  void* data_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// Memory of the host that the GPU reads and writes where it lies.
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  ~PinnedBuffer() { cudaFreeHost(data_); }
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;

  /// Errors   kNoMemory, kDeviceFailed.
  Status allocate(std::uint64_t bytes);
  std::byte* data() const { return static_cast<std::byte*>(data_); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// A stream that does not wait for the legacy default one.
class Stream {
 public:
  Stream() = default;
  ~Stream() {
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Status create(bool first_in_line);
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// Bytes that a copy on this stream reads and writes in a microsecond, which is MB/s; 0 where there
/// is no room to try.
std::uint64_t measure_copy_mb_s(cudaStream_t stream);

}  // namespace voxfuse
