#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cuda-sidecar/src/session/load_request.hpp"

namespace voxfuse {

/// The model that a fuzz target's inputs are about: what a recording's session loaded.
struct Recorded {
  LoadRequest load;
  std::vector<std::vector<std::byte>> weights;   ///< Entries of its weights messages.
  std::vector<std::vector<std::byte>> programs;  ///< Whole, by id.
};

/// Reads the recording that the command line names as `--recording=FILE`, which libFuzzer leaves to
/// its target. Ends the process when there is none that can be read.
Recorded read_recorded(int count, char** words);

/// The bytes of an input.
inline std::span<const std::byte> input_bytes(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

/// Puts the protocol's own hash where an input has none, so that a corpus outlives its changes.
void fill_layout_hash(std::span<std::byte> bytes, std::size_t at);

/// Ends the process with a word on what must hold and does not: for a fuzzer that is a crash.
void require(bool holds, const char* what);

}  // namespace voxfuse
