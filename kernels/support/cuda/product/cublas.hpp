#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <memory>

#include "kernels/support/status.hpp"
#include "kernels/support/tensor.hpp"

namespace voxfuse {

/// y = x · wᵀ, or y += it.
struct CublasProduct {
  ConstTensor x;  ///< (rows, x_stride), `inputs` elements of a row used.
  ConstTensor w;  ///< (outputs, inputs).
  Tensor y;       ///< (rows, outputs).
  std::uint32_t rows = 0;
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
  std::uint32_t x_stride = 0;
  bool adds = false;
};

/// cuBLAS, found when the program runs: a machine without it has own kernels only.
class Cublas {
 public:
  /// nullptr where the library is not installed or refuses the device.
  static std::unique_ptr<Cublas> open(cudaStream_t stream);
  ~Cublas();
  Cublas(const Cublas&) = delete;
  Cublas& operator=(const Cublas&) = delete;

  /// Whether it has these dtypes: x and w alike, y like them or f32.
  static bool takes(const CublasProduct& product);
  /// Enqueues on the stream of open(). f32 operands are multiplied as f32, never as TF32.
  ///
  /// Errors   kDeviceFailed.
  Status run(const CublasProduct& product);

 private:
  Cublas() = default;

  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace voxfuse
