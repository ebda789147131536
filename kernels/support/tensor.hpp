#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/support/bf16.hpp"
#include "kernels/support/host_device.hpp"
#include "shared/gen/protocol.hpp"

namespace voxfuse {

[[gnu::always_inline]] VOXFUSE_HOST_DEVICE constexpr std::size_t dtype_bytes(Dtype dtype) {
  return dtype == Dtype::kI8 ? 1 : dtype == Dtype::kBf16 ? 2 : 4;
}

/// Elements to read: activations or weights, f32 or bf16; a product's matrix may be i8. The
/// kernel's Args give the shape.
struct ConstTensor {
  const void* data = nullptr;
  Dtype dtype = Dtype::kF32;
  const float* scales = nullptr;  ///< Of i8: one for each row.

  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE explicit operator bool() const {
    return data != nullptr;
  }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE const float* f32() const {
    return static_cast<const float*>(data);
  }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE const std::uint16_t* bf16() const {
    return static_cast<const std::uint16_t*>(data);
  }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE const std::int8_t* i8() const {
    return static_cast<const std::int8_t*>(data);
  }
  /// Element i, widened, of anything but i8: for reference twins, and where a branch on the dtype
  /// does not matter.
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE float at(std::size_t i) const {
    return dtype == Dtype::kBf16 ? bf16::widen(bf16()[i]) : f32()[i];
  }
  /// Element (row, col) of a matrix of `cols` columns, exact: for reference twins.
  double at(std::size_t row, std::size_t cols, std::size_t col) const {
    const std::size_t i = row * cols + col;
    return dtype == Dtype::kI8 ? double{scales[row]} * i8()[i] : double{at(i)};
  }
};

/// Elements to write, or to read and write.
struct Tensor {
  void* data = nullptr;
  Dtype dtype = Dtype::kF32;

  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE explicit operator bool() const {
    return data != nullptr;
  }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE operator ConstTensor() const { return {data, dtype}; }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE float* f32() const {
    return static_cast<float*>(data);
  }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE std::uint16_t* bf16() const {
    return static_cast<std::uint16_t*>(data);
  }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE float at(std::size_t i) const {
    return ConstTensor(*this).at(i);
  }
  /// Stores element i, rounded to the tensor's dtype.
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE void set(std::size_t i, double value) const {
    const auto rounded = static_cast<float>(value);
    if (dtype == Dtype::kBf16) {
      bf16()[i] = bf16::round(rounded);
    } else {
      f32()[i] = rounded;
    }
  }
};

/// One field of every row, addressed by lane: rows lie `stride` bytes apart, and lane b works on
/// row lane_rows[b]. Absent (false) when an optional operand is not given.
template <class T>
struct RowSpan {
  T* base = nullptr;       ///< The field in row 0.
  std::size_t stride = 0;  ///< From one row to the next, in bytes.
  const std::uint32_t* lane_rows = nullptr;

  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE explicit operator bool() const {
    return base != nullptr;
  }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE T* at(std::uint32_t lane) const {
    using Byte = std::conditional_t<std::is_const_v<T>, const std::byte, std::byte>;
    // A row is bytes to the executor; the field's type is what the operand's contract says.
    return reinterpret_cast<T*>(reinterpret_cast<Byte*>(base) + lane_rows[lane] * stride);
  }
};

/// The same for a field of activations.
struct RowTensor {
  std::byte* base = nullptr;
  std::size_t stride = 0;
  const std::uint32_t* lane_rows = nullptr;
  Dtype dtype = Dtype::kF32;

  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE explicit operator bool() const {
    return base != nullptr;
  }
  [[gnu::always_inline]] VOXFUSE_HOST_DEVICE Tensor at(std::uint32_t lane) const {
    return {base + lane_rows[lane] * stride, dtype};
  }
};

/// First position of a lane as `position_source` says; `row` may be absent only for kZero.
[[gnu::always_inline]] VOXFUSE_HOST_DEVICE inline std::uint32_t lane_position(
    RowSpan<const RowState> row, std::uint32_t lane, std::uint32_t position_source,
    std::uint32_t position_offset) {
  switch (static_cast<PositionSource>(position_source)) {
    case PositionSource::kTalker:
      return row.at(lane)->position + position_offset;
    case PositionSource::kVocoder:
      return row.at(lane)->reference_done + row.at(lane)->vocoded + position_offset;
    case PositionSource::kZero:
      break;
  }
  return position_offset;
}

}  // namespace voxfuse
