#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cuda-sidecar/src/engine/bound_program.hpp"

namespace voxfuse {

/// Runs bound ops, one after the other.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// Whether programs may keep their activations in this dtype.
  virtual bool takes(Dtype act_dtype) const = 0;
  /// One op, complete when it returns.
  virtual Status run(const BoundOp& op) = 0;
  virtual std::uint32_t threads() const = 0;
  virtual std::string isa() const = 0;
};

/// What a load asks for.
struct BackendChoice {
  std::string name = "cpu";
  std::uint32_t threads = 0;  ///< 0: all cores that the process may use.
  std::string isa = "auto";
};

/// Names that make_backend() knows.
std::vector<std::string> backend_names();

/// Errors   kUnsupported when name or instruction set are none that this build or machine has.
Status make_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out);

std::unique_ptr<Backend> make_reference_backend();
Status make_cpu_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out);

/// Cores that this process may run on.
std::uint32_t usable_cores();
/// Best instruction set that the cpu backend may use here.
std::string best_isa_name();

}  // namespace voxfuse
