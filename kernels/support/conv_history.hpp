#pragma once

#include <cstddef>
#include <cstring>

namespace voxfuse {

/// One lane's inputs of a causal convolution: its history, the oldest row first, then its packet.
/// All f32. For `<op>.cpu.cpp`.
struct ConvInputs {
  float* history;
  const float* x;
  std::size_t history_rows;
  std::size_t width;

  /// Row i of (history ++ packet).
  [[gnu::always_inline]] const float* row(std::size_t i) const {
    return i < history_rows ? history + i * width : x + (i - history_rows) * width;
  }

  /// (history ++ the packet's first `valid` rows) as one run, in `into`.
  [[gnu::always_inline]] void join(std::size_t valid, float* into) const {
    const std::size_t row_bytes = width * sizeof(float);
    std::memcpy(into, history, history_rows * row_bytes);
    std::memcpy(into + history_rows * width, x, valid * row_bytes);
  }

  /// The history becomes the last history_rows rows of (history ++ the packet's first `valid`).
  [[gnu::always_inline]] void keep_last(std::size_t valid) const {
    const std::size_t from_packet = valid < history_rows ? valid : history_rows;
    const std::size_t from_history = history_rows - from_packet;
    const std::size_t row_bytes = width * sizeof(float);
    std::memmove(history, history + from_packet * width, from_history * row_bytes);
    std::memcpy(history + from_history * width, x + (valid - from_packet) * width,
                from_packet * row_bytes);
  }
};

}  // namespace voxfuse
