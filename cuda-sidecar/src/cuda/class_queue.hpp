#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "cuda-sidecar/src/cuda/graph_cache.hpp"
#include "cuda-sidecar/src/cuda/row_mirror.hpp"
#include "cuda-sidecar/src/engine/backend.hpp"
#include "kernels/support/cuda/product/cublas.hpp"

namespace voxfuse {

/// Repeats of one class on their way through a stream of the GPU.
class ClassQueue {
 public:
  static constexpr std::uint32_t kDepth = 2;

  /// Errors   kNoMemory, kDeviceFailed.
  Status create(const EngineLayout& layout, LaneClass lane_class, std::uint32_t multiprocessors);
  Status grow_arena(std::uint64_t bytes) { return arena_.allocate(bytes, "temporaries"); }
  /// The lane table's copy on the GPU becomes `lane_rows`, for what is enqueued from here on.
  Status set_lanes(RowUploader& uploader, const LaneRows& lane_rows);

  /// Enqueues a repeat over the lanes of set_lanes(). An error ends it at once, and ended() tells.
  /// False when it did.
  bool begin(const Repeat& repeat, const Addresses& addresses, bool as_graph);
  /// As Backend::ended().
  bool ended(Memory& memory, RepeatResult& result);
  /// One op, complete when it returns.
  Status run_op(const BoundOp& op);
  void forget(const Program& program) { graphs_.forget(program); }
  /// Programs are captured anew when they run next. Waits for those under way.
  void forget_graphs();
  /// Kernels of each op of a program that has run, then of what ends a repeat of it.
  std::span<const std::uint32_t> launches_of(const Program& program) const {
    return launches_.at(&program);
  }
  /// What the class's stream has seen of the device: an error here never goes away.
  bool is_lost() const { return lost_; }

  cudaStream_t stream() const { return stream_.get(); }
  std::byte* arena() const { return arena_.data(); }
  std::uint64_t arena_bytes() const { return arena_.bytes(); }
  const std::uint32_t* lane_table() const;

 private:
  struct UnderWay {
    const Program* program = nullptr;
    LaneRows lane_rows = {};
    RepeatResult result;
    bool enqueued = false;
  };

  Status enqueue(const Repeat& repeat, const Addresses& addresses, std::uint32_t& op_index);
  Status launch(const Repeat& repeat, const Addresses& addresses, bool as_graph,
                RepeatResult& result);
  Status look_after_device();

  LaneClass lane_class_ = LaneClass::kDecode;
  Stream stream_;
  CudaContext on_;
  std::unique_ptr<Cublas> cublas_;
  GraphCache graphs_;
  std::map<const Program*, std::vector<std::uint32_t>> launches_;
  RowCollector collector_;
  DeviceBuffer arena_;
  DeviceBuffer lane_table_;
  DeviceBuffer fault_;
  LaneRows lane_rows_ = {};
  std::deque<UnderWay> under_way_;
  std::uint32_t taken_ = 0;
  std::uint32_t polls_ = 0;
  bool lost_ = false;
};

}  // namespace voxfuse
