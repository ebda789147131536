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
class ReferenceBackend final : public Backend {
 public:
  bool takes(Dtype act_dtype) const override {
    return act_dtype == Dtype::kF32 || act_dtype == Dtype::kBf16;
  }
  Status run(const BoundOp& op) override { return kTwins[static_cast<std::size_t>(op.place)](op); }
  std::uint32_t threads() const override { return 1; }
  std::string isa() const override { return "none"; }
};

}  // namespace

std::unique_ptr<Backend> make_reference_backend() { return std::make_unique<ReferenceBackend>(); }

std::vector<std::string> backend_names() { return {"reference", "cpu"}; }

Status make_backend(const BackendChoice& choice, std::unique_ptr<Backend>& out) {
  if (choice.name == "cpu") return make_cpu_backend(choice, out);
  if (choice.name != "reference") return {ErrorCode::kUnsupported, "no such backend in this build"};
  out = make_reference_backend();
  return {};
}

}  // namespace voxfuse
