#pragma once

#include <memory>
#include <string>

#include "kernels/support/cases.hpp"

namespace voxfuse {

/// Runs kernel cases on a GPU: every operand is copied to memory of its own there, so that a
/// checker of addresses sees the first access beyond one, and copied back after the run.
class CudaCheck {
 public:
  /// nullptr where this build, or this machine, has no such GPU; `why` says what is missing.
  static std::unique_ptr<CudaCheck> open(int device, std::string& why);
  CudaCheck() = default;
  CudaCheck(const CudaCheck&) = delete;
  CudaCheck& operator=(const CudaCheck&) = delete;
  virtual ~CudaCheck() = default;

  struct How {
    bool by_parts = false;  ///< Each part by itself, in turn.
    bool cublas = false;    ///< Plain products by cuBLAS.
  };
  /// Errors   the twin's, those that its kernels met included; kDeviceFailed.
  virtual Status run(const KernelCase& item, Buffers& buffers, How how) = 0;

  /// Medians. Cold: operands not in L2, one launch between two events. Chained: one of many in a
  /// graph, operands in L2, so that what is left is the kernel's own latency.
  struct Times {
    double cold_us = 0;
    double chained_us = 0;
  };
  virtual Times bench(const KernelCase& item, Buffers& buffers) = 0;

  virtual bool has_cublas() const = 0;
  virtual std::string device_name() const = 0;
};

/// Prints a JSON line for each GPU and answers the exit code.
int print_devices();

}  // namespace voxfuse
