#pragma once

#include "cuda-sidecar/src/engine/memory.hpp"
#include "cuda-sidecar/src/load/weights.hpp"
#include "cuda-sidecar/src/plan/program.hpp"
#include "kernels/support/tensor.hpp"

namespace voxfuse {

/// Where the ops of one lane class find what they work on, as the backend addresses it.
struct Addresses {
  std::byte* rows = nullptr;
  std::byte* kv = nullptr;
  std::byte* arena = nullptr;
  const std::uint32_t* lane_rows = nullptr;
};

/// Turns the buffer handles of a checked program into addresses: what the generated bind() asks.
///
/// An absent handle becomes a null pointer, which ops take for operands that are optional.
class Binding {
 public:
  Binding(const Program& program, const WeightTable& weights, const EngineLayout& layout,
          const Addresses& addresses)
      : program_(program), weights_(weights), layout_(layout), addresses_(addresses) {}

  ConstTensor tensor_in(std::uint32_t handle) const {
    return {read(handle), dtype(handle), scales(handle)};
  }
  Tensor tensor(std::uint32_t handle) const { return {address(handle), dtype(handle)}; }

  const float* f32_in(std::uint32_t handle) const {
    return static_cast<const float*>(read(handle));
  }
  float* f32(std::uint32_t handle) const { return static_cast<float*>(address(handle)); }
  const std::uint32_t* u32_in(std::uint32_t handle) const {
    return static_cast<const std::uint32_t*>(read(handle));
  }
  std::uint32_t* u32(std::uint32_t handle) const {
    return static_cast<std::uint32_t*>(address(handle));
  }

  RowTensor row_tensor(std::uint32_t handle) const {
    if (handle == kAbsent) return {};
    return {static_cast<std::byte*>(address(handle)), row_bytes(layout_), lane_rows(),
            dtype(handle)};
  }
  RowTensor row_tensor_in(std::uint32_t handle) const { return row_tensor(handle); }
  RowSpan<const float> row_f32_in(std::uint32_t handle) const { return span<const float>(handle); }
  RowSpan<float> row_f32(std::uint32_t handle) const { return span<float>(handle); }
  RowSpan<const std::uint32_t> row_u32_in(std::uint32_t handle) const {
    return span<const std::uint32_t>(handle);
  }
  RowSpan<std::uint32_t> row_u32(std::uint32_t handle) const { return span<std::uint32_t>(handle); }
  RowSpan<const RowState> row_state_in(std::uint32_t handle) const {
    return span<const RowState>(handle);
  }
  RowSpan<RowState> row_state(std::uint32_t handle) const { return span<RowState>(handle); }

  const std::uint32_t* lane_rows() const { return addresses_.lane_rows; }

  /// Where a buffer begins that may be read and written; in row 0 when it lies in a row.
  void* address(std::uint32_t handle) const {
    if (handle == kAbsent) return nullptr;
    const BufferEntry& buffer = program_.buffers[handle];
    switch (static_cast<Region>(buffer.region)) {
      case Region::kArena:
        return addresses_.arena + buffer_at(buffer);
      case Region::kRow:
        return addresses_.rows + buffer_at(buffer);
      case Region::kKv:
        return addresses_.kv + buffer_at(buffer);
      case Region::kWeight:
        break;  // Read-only: the plan reader lets no op write one.
    }
    return nullptr;
  }

  /// Where a buffer begins that is only read.
  const void* read(std::uint32_t handle) const {
    if (handle == kAbsent) return nullptr;
    const BufferEntry& buffer = program_.buffers[handle];
    if (buffer.region != static_cast<std::uint32_t>(Region::kWeight)) return address(handle);
    return weights_.find(buffer.offset)->data;
  }

 private:
  Dtype dtype(std::uint32_t handle) const {
    return handle == kAbsent ? Dtype::kF32 : static_cast<Dtype>(program_.buffers[handle].dtype);
  }
  /// Of a weight in i8; nullptr for any other buffer.
  const float* scales(std::uint32_t handle) const {
    if (dtype(handle) != Dtype::kI8) return nullptr;
    return weights_.find(program_.buffers[handle].offset)->scales;
  }
  template <class T>
  RowSpan<T> span(std::uint32_t handle) const {
    if (handle == kAbsent) return {};
    return {static_cast<T*>(address(handle)), row_bytes(layout_), lane_rows()};
  }

  const Program& program_;
  const WeightTable& weights_;
  const EngineLayout& layout_;
  const Addresses& addresses_;
};

}  // namespace voxfuse
