#pragma once

#include <deque>

#include "cuda-sidecar/src/engine/backend.hpp"

namespace voxfuse {

/// A backend that moves rows on as programs of their kind would, and runs no op: an input's records
/// then cost what the engine makes of them. Ends the process when it is asked for what no backend
/// could do: a position without a page, a page or a frame that is none.
class PretendedBackend final : public Backend {
 public:
  /// `depth` repeats of a class may be under way; with `overlaps` both classes at once.
  PretendedBackend(std::uint32_t depth, bool overlaps) : depth_(depth), overlaps_(overlaps) {}

  bool takes(Dtype) const override { return true; }
  void begin(const Repeat& repeat) override;
  bool ended(LaneClass lane_class, RepeatResult& result) override;
  std::uint32_t depth() const override { return depth_; }
  bool overlaps_classes() const override { return overlaps_; }
  Status run_op(LaneClass, const BoundOp&) override { return {}; }
  std::uint32_t threads() const override { return 1; }
  std::string isa() const override { return "none"; }

 private:
  struct UnderWay {
    LaneClass lane_class;
    ProgramKind kind;
    std::uint32_t tokens;
    LaneRows rows;
  };

  void move_on(const UnderWay& repeat, std::uint32_t row) const;
  void require_pages(std::uint32_t row) const;

  std::uint32_t depth_;
  bool overlaps_;
  std::deque<UnderWay> under_way_;
};

}  // namespace voxfuse
