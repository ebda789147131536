#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cuda-sidecar/src/engine/bound_program.hpp"
#include "cuda-sidecar/src/engine/memory.hpp"
#include "cuda-sidecar/src/trace/trace_sink.hpp"

namespace voxfuse {

/// One repeat of a run, as a backend gets it.
struct Repeat {
  const Program* program = nullptr;
  std::span<const BoundOp> ops;
  LaneClass lane_class = LaneClass::kDecode;
};

/// How a repeat went.
struct RepeatResult {
  Status status;
  std::uint32_t op_index = kAbsent;  ///< Of the op at fault, where it is known.
  std::uint32_t launches = 0;        ///< Kernels that ran.
};

/// Runs bound ops, one after the other, on memory that it addresses itself.
///
/// Repeats of one class end in the order in which they began. A backend of the host has run a
/// repeat when begin() returns and works on the engine's Memory. One with memory of its own runs
/// repeats behind the caller's back, those of different classes side by side, and keeps the fields
/// of Memory that the host side reads.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// Whether programs may keep their activations in this dtype.
  virtual bool takes(Dtype act_dtype) const = 0;

  /// Takes what rows and caches need; `memory` outlives the backend.
  ///
  /// Errors   kNoMemory, kDeviceFailed.
  virtual Status attach(Memory& memory);
  /// The class's arena of `memory` has grown.
  ///
  /// Errors   kNoMemory, kDeviceFailed.
  virtual Status grow_arena(LaneClass lane_class);
  /// Brings weights to where ops read them, and their `data` with them.
  ///
  /// Errors   kNoMemory, kDeviceFailed; the weights are then of no use.
  virtual Status place_weights(std::span<Weight> weights);
  /// Where ops of a class find their operands. Good until grow_arena().
  virtual Addresses addresses(LaneClass lane_class) const;
  /// The host side wrote these parts of rows in Memory; later repeats see them.
  virtual Status update_rows(std::span<const RowChange> changes);
  /// A program's ops were bound anew.
  virtual void forget(const Program& program);

  /// Begins a repeat over the lanes of Memory::lane_rows().
  virtual void begin(const Repeat& repeat) = 0;
  /// Whether the class's oldest repeat has ended; its effects are in Memory then. Does not wait.
  virtual bool ended(LaneClass lane_class, RepeatResult& result) = 0;
  /// Repeats of one class that may be under way at once.
  virtual std::uint32_t depth() const { return 1; }
  /// Whether the two classes run side by side.
  virtual bool overlaps_classes() const { return false; }
  /// The device is lost: nothing will run any more, in this process.
  virtual bool is_lost() const { return false; }

  /// One op, complete when it returns: for observers, with no repeat under way.
  virtual Status run_op(LaneClass lane_class, const BoundOp& op) = 0;
  /// For observers: copies a part of a region from where ops work on it to Memory, or back.
  /// Byte `at` of the region; of the class's arena for Region::kArena.
  virtual Status fetch(Region region, LaneClass lane_class, std::uint64_t at, std::uint64_t bytes);
  virtual Status store(Region region, LaneClass lane_class, std::uint64_t at, std::uint64_t bytes);

  /// Tells `sink` of every repeat that begins from here on; nullptr ends that.
  void trace(TraceSink* sink) { trace_ = sink; }
  /// Has the driver note every kernel until end_kernel_trace(); false where it cannot.
  virtual bool begin_kernel_trace() { return false; }
  /// Waits for the repeats under way, so that their kernels are among those noted.
  virtual DeviceKernels end_kernel_trace() { return {}; }

  virtual std::uint32_t threads() const = 0;
  virtual std::string isa() const = 0;
  virtual std::string device() const { return ""; }
  virtual std::uint64_t device_bytes() const { return 0; }
  virtual std::uint64_t uploaded_bytes() const { return 0; }
  /// MB/s that a copy within the device's memory reads and writes, measured when first asked for.
  virtual std::uint64_t copy_mb_s() { return 0; }

 protected:
  Memory* memory_ = nullptr;
  TraceSink* trace_ = nullptr;
};

/// A backend that works on the engine's own memory, on the calling thread and its helpers.
class HostBackend : public Backend {
 public:
  void begin(const Repeat& repeat) final;
  bool ended(LaneClass lane_class, RepeatResult& result) final;

 private:
  void tell(const Repeat& repeat, TraceTime from) const;

  RepeatResult result_;
};

/// What a load asks for.
struct BackendChoice {
  std::string name = "cpu";
  std::uint32_t threads = 0;  ///< 0: all cores that the process may use.
  std::string isa = "auto";
  std::uint32_t device = 0;  ///< Of the cuda backend.
  bool graphs = true;        ///< cuda: programs run as graphs.
};

/// Names of the backends in this build; whether there is a GPU for the last, gpu_names() tells.
std::vector<std::string> backend_names();
/// GPUs that the cuda backend may use here, by index; none in a build without it.
std::vector<std::string> gpu_names();

/// Errors   kUnsupported when name, instruction set or device are none that this build or machine
///          has.
Status make_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out);

std::unique_ptr<Backend> make_reference_backend();
Status make_cpu_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out);
/// In a build without CUDA it answers kUnsupported.
Status make_cuda_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out);

/// Cores that this process may run on.
std::uint32_t usable_cores();
/// Best instruction set that the cpu backend may use here.
std::string best_isa_name();

}  // namespace voxfuse
