#include "cuda-sidecar/src/plan/phases.hpp"

#include <cstddef>
#include <iterator>

namespace voxfuse {

namespace {

bool takes_logits(OpCode code) { return code == OpCode::kPick || code == OpCode::kExportLogits; }

/// Tells the phases of one frame apart, op by op.
class FrameWalk {
 public:
  explicit FrameWalk(const Program& program) : program_(program) {}

  Phase phase_at(std::size_t op) {
    switch (code_at(op)) {
      case OpCode::kHiddenLoad:
      case OpCode::kCodeEmbed:
      case OpCode::kTextRow:
        is_embedding_ = true;
        return Phase::kEmbed;
      case OpCode::kFrameEmbed:
        is_embedding_ = false;
        layers_ = Phase::kTalker;
        return Phase::kEmbed;
      case OpCode::kFrameBegin:
      case OpCode::kPick:
      case OpCode::kExportLogits:
      case OpCode::kPublishCodes:
      case OpCode::kAdvance:
        is_embedding_ = false;
        return Phase::kPick;
      default:
        return between(op);
    }
  }

 private:
  OpCode code_at(std::size_t op) const { return program_.ops[op].info->code; }

  /// A product or a step of a layer.
  Phase between(std::size_t op) {
    const bool makes_logits = op + 1 < program_.ops.size() && takes_logits(code_at(op + 1));
    if (makes_logits) {
      is_embedding_ = false;
      return Phase::kHead;
    }
    // Projections follow what they project; a layer opens with its norm.
    const OpCode code = code_at(op);
    is_embedding_ = is_embedding_ && (code == OpCode::kMatmul || code == OpCode::kSilu);
    return is_embedding_ ? Phase::kEmbed : layers_;
  }

  const Program& program_;
  Phase layers_ = Phase::kPredictor;
  bool is_embedding_ = false;
};

}  // namespace

const char* phase_name(Phase phase) {
  constexpr const char* kNames[] = {"prefill", "embed",   "predictor", "head", "pick",
                                    "talker",  "vocoder", "collect",   "other"};
  return kNames[static_cast<std::size_t>(phase)];
}

std::vector<Phase> phases_of(const Program& program) {
  const auto kind = static_cast<ProgramKind>(program.header.kind);
  if (kind == ProgramKind::kPrefill) return std::vector(program.ops.size(), Phase::kPrefill);
  if (kind == ProgramKind::kVocode) return std::vector(program.ops.size(), Phase::kVocoder);
  std::vector<Phase> phases(program.ops.size());
  FrameWalk walk(program);
  for (std::size_t op = 0; op < phases.size(); ++op) phases[op] = walk.phase_at(op);
  return phases;
}

const char* kind_name(std::uint32_t kind) {
  constexpr const char* kNames[] = {"prefill",   "decode", "forced", "head",
                                    "predictor", "talker", "vocode"};
  return kind < std::size(kNames) ? kNames[kind] : "unknown";
}

const char* level_name(std::uint32_t level) {
  constexpr const char* kNames[] = {"sequential", "norm", "swiglu", "rope", "full"};
  return level < std::size(kNames) ? kNames[level] : "unknown";
}

}  // namespace voxfuse
