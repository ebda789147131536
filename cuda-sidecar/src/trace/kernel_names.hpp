#pragma once

#include <string>

namespace voxfuse {

/// What a kernel's name tells.
struct KernelName {
  std::string shown;     ///< Without namespaces and parameters.
  bool is_ours = false;  ///< Else a library's.
  bool ends_repeat = false;
  bool is_patch = false;  ///< Copies what the host wrote; of no repeat.
  bool is_rest = false;   ///< Second kernel of a library's call: adds up what the first left.
};

/// `compiled` is the name in the binary, which the driver tells.
KernelName read_kernel_name(const std::string& compiled);

}  // namespace voxfuse
