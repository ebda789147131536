#pragma once

#include <cstdint>
#include <vector>

#include "cuda-sidecar/gen/bind.hpp"
#include "shared/gen/protocol.hpp"

namespace voxfuse {

/// One op of a program: what it is and where its words begin.
struct OpAt {
  const OpInfo* info = nullptr;
  std::uint32_t word = 0;
};

/// A program whose every table and operand was checked. `stored` dtypes are resolved.
struct Program {
  ProgramHeader header = {};
  std::vector<BufferEntry> buffers;
  std::vector<ProbeEntry> probes;
  std::vector<std::uint32_t> words;
  std::vector<OpAt> ops;
  bool exports_logits = false;

  const std::uint32_t* op_words(std::size_t op) const { return words.data() + ops[op].word; }
  /// Buffer of one operand; nullptr when it is absent.
  const BufferEntry* operand(std::size_t op, std::uint32_t index) const {
    const std::uint32_t handle = op_words(op)[1 + index];
    return handle == kAbsent ? nullptr : &buffers[handle];
  }
};

constexpr std::uint64_t buffer_bytes(const BufferEntry& buffer) {
  return buffer.elements * std::uint64_t{dtype_bytes(static_cast<Dtype>(buffer.dtype))};
}

/// Byte at which a buffer begins in its region, or in its row. Not for weights.
constexpr std::uint64_t buffer_at(const BufferEntry& buffer) {
  return std::uint64_t{buffer.offset} * kAlignment;
}

}  // namespace voxfuse
