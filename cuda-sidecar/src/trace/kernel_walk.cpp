#include "cuda-sidecar/src/trace/kernel_walk.hpp"

namespace voxfuse {

namespace {

bool is_product(const Program& program, std::uint32_t op) {
  const OpCode code = program.ops[op].info->code;
  return code == OpCode::kMatmul || code == OpCode::kMatmulResidual;
}

/// A place among the kernels that one repeat is expected to launch.
class RepeatWalk {
 public:
  explicit RepeatWalk(const ExpectedRepeat& repeat) : repeat_(repeat) { settle(); }

  /// The op of one of its kernels other than the last.
  std::uint32_t next(const KernelName& name) {
    const bool begins = name.is_ours || (!name.is_rest && at_product());
    // One that no op waits for belongs to what ran before it.
    if (!begins || is_through()) {
      is_even_ = is_even_ && !name.is_ours;
      return last_;
    }
    last_ = op_;
    ++launched_;
    settle();
    return last_;
  }

  bool came_out_even() const { return is_even_ && is_through(); }

 private:
  std::uint32_t op_count() const { return static_cast<std::uint32_t>(repeat_.program->ops.size()); }
  bool is_through() const { return op_ == op_count(); }
  bool at_product() const { return !is_through() && is_product(*repeat_.program, op_); }

  /// Goes on to the op that launches the next kernel.
  void settle() {
    while (op_ < op_count() && launched_ == repeat_.launches[op_]) {
      ++op_;
      launched_ = 0;
    }
  }

  const ExpectedRepeat& repeat_;
  std::uint32_t op_ = 0;
  std::uint32_t launched_ = 0;  ///< Kernels of op_ that were met.
  std::uint32_t last_ = 0;
  bool is_even_ = true;
};

}  // namespace

std::vector<KernelOwner> match_kernels(std::span<const ExpectedRepeat> repeats,
                                       std::span<const KernelSpan> kernels,
                                       std::span<const KernelName> names, std::uint32_t& astray) {
  std::vector<KernelOwner> owners(kernels.size());
  astray = 0;
  std::size_t kernel = 0;
  for (std::uint32_t repeat = 0; repeat < repeats.size(); ++repeat) {
    RepeatWalk walk(repeats[repeat]);
    bool ended = false;
    for (; kernel < kernels.size() && !ended; ++kernel) {
      const KernelName& name = names[kernels[kernel].name];
      if (name.is_patch) continue;
      ended = name.ends_repeat;
      owners[kernel] = {.repeat = repeat, .op = ended ? kAbsent : walk.next(name)};
    }
    if (!ended || !walk.came_out_even()) ++astray;
  }
  return owners;
}

}  // namespace voxfuse
