#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cuda-sidecar/src/load/tensor_files.hpp"
#include "cuda-sidecar/src/load/weight_arena.hpp"
#include "kernels/support/status.hpp"
#include "kernels/support/tensor.hpp"

namespace voxfuse {

/// A weight as ops see it: rows × cols elements, aligned to its dtype.
struct Weight {
  const std::byte* data = nullptr;
  Dtype dtype = Dtype::kF32;
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;
  const float* scales = nullptr;  ///< Of i8: one for each row.

  std::uint64_t elements() const { return std::uint64_t{rows} * cols; }
  std::size_t element_bytes() const { return dtype_bytes(dtype); }
};

/// A weight being built, and what it took of the arena: nothing when it points into a mapped file.
struct BuiltWeight {
  WeightArena& arena;
  Weight weight = {};
  std::byte* memory = nullptr;
  std::uint64_t built_bytes = 0;
};

/// The weights that programs name by id.
class WeightTable {
 public:
  WeightTable() = default;
  WeightTable(WeightTable&&) = default;
  WeightTable& operator=(WeightTable&&) = default;

  /// Adds the WeightEntry records of one message. Ids go on from the last message's.
  ///
  /// Errors   kBadControl when the records are malformed, kWeightMissing when a tensor is not in
  ///          the manifest, kBadWeight when shapes do not fit, kNoMemory. `subject` names the
  ///          tensor or weight. The table is then as it was.
  Status add(std::span<const std::byte> entries, const TensorFiles& tensors, std::string& subject);

  /// The weights of the last add(), for a backend that moves them.
  std::span<Weight> added() { return std::span(weights_).last(added_); }
  /// All of them, for a second backend; good as long as this table.
  WeightTable view() const {
    WeightTable table;
    table.weights_ = weights_;
    table.added_ = weights_.size();
    return table;
  }
  /// They were moved: what the last add() built is not needed any more.
  void drop_built() { arena_.give_back(before_); }

  const Weight* find(std::uint32_t id) const {
    return id < weights_.size() ? &weights_[id] : nullptr;
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(weights_.size()); }
  std::uint64_t built_bytes() const { return built_bytes_; }

 private:
  Status build_all(std::span<const std::byte> entries, const TensorFiles& tensors,
                   std::vector<BuiltWeight>& added, std::string& subject);

  WeightArena arena_;
  std::vector<Weight> weights_;
  std::uint64_t built_bytes_ = 0;
  std::size_t added_ = 0;
  WeightArena::Mark before_ = {};
};

}  // namespace voxfuse
