#include "cuda-sidecar/src/engine/backend.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse {

namespace {

constexpr std::uint32_t kThreadsMax = 256;

using Run = Status (*)(const BoundOp& op, ThreadPool& pool);

constexpr Run kTwins[] = {
#define VOXFUSE_TWIN(Name, name) \
  [](const BoundOp& op, ThreadPool& pool) { return name::cpu(op.as<name::Args>(), pool); },
    VOXFUSE_OPS(VOXFUSE_TWIN)
#undef VOXFUSE_TWIN
};

class CpuBackend final : public HostBackend {
 public:
  explicit CpuBackend(std::uint32_t threads) : pool_(threads) {}

  bool takes(Dtype act_dtype) const override { return act_dtype == Dtype::kF32; }
  Status run_op(LaneClass, const BoundOp& op) override {
    return kTwins[static_cast<std::size_t>(op.place)](op, pool_);
  }
  std::uint32_t threads() const override { return pool_.threads(); }
  std::string isa() const override { return isa_name(active_isa()); }

 private:
  ThreadPool pool_;
};

}  // namespace

Status make_cpu_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out) {
  VOXFUSE_REQUIRE(choice.threads <= kThreadsMax, kUnsupported);
  Isa isa = Isa::kPortable;
  VOXFUSE_REQUIRE(parse_isa(choice.isa, isa), kUnsupported);
  // One choice for the process: every set gives the same bits, so it can change under no one.
  if (!set_active_isa(isa)) {
    return {ErrorCode::kUnsupported, "this processor lacks the instruction set"};
  }
  out = std::make_unique<CpuBackend>(choice.threads);
  return {};
}

std::uint32_t usable_cores() { return usable_threads(); }

std::string best_isa_name() { return isa_name(best_isa()); }

}  // namespace voxfuse
