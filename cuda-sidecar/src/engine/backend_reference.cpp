#include "cuda-sidecar/src/engine/backend.hpp"

namespace voxfuse {

namespace {

using Run = Status (*)(const BoundOp& op);

constexpr Run kTwins[] = {
#define VOXFUSE_TWIN(Name, name) \
  [](const BoundOp& op) { return name::reference(op.as<name::Args>()); },
    VOXFUSE_OPS(VOXFUSE_TWIN)
#undef VOXFUSE_TWIN
};

/// The oracle: every op's meaning, on the calling thread.
class ReferenceBackend final : public HostBackend {
 public:
  bool takes(Dtype act_dtype) const override {
    return act_dtype == Dtype::kF32 || act_dtype == Dtype::kBf16;
  }
  Status run_op(LaneClass, const BoundOp& op) override {
    return kTwins[static_cast<std::size_t>(op.place)](op);
  }
  std::uint32_t threads() const override { return 1; }
  std::string isa() const override { return "none"; }
};

}  // namespace

std::unique_ptr<Backend> make_reference_backend() { return std::make_unique<ReferenceBackend>(); }

}  // namespace voxfuse
