#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "kernels/support/status.hpp"

namespace voxfuse {

/// What a session was told, in a file, so that it can be run again without a host.
///
/// The file opens with 16 bytes: the text `voxfuse-record\n` and a zero byte, then u32 LAYOUT_HASH,
/// u32 0. Entries follow without gaps, words little endian:
///
///   u32 kind (1 load, 2 weights, 3 submission)   u32 bytes of the body
///   u64 steps that the engine had taken when the entry came
///   body: the control message (msgpack, its framing left off) or the submission as in its slot
///
/// A step is one repeat of one run, and the engine's order depends on submissions and steps alone:
/// handing each entry over at its step count repeats the session exactly. Tensors stay in the files
/// that the load names.
struct RecordEntry {
  enum class Kind : std::uint32_t { kLoad = 1, kWeights = 2, kSubmission = 3 };

  Kind kind = Kind::kLoad;
  std::uint64_t steps = 0;
  std::vector<std::byte> body;
};

/// Appends entries to a file as they come; each is flushed, so that a crash keeps what led to it.
class Recorder {
 public:
  /// Errors   kBadControl when the file cannot be written.
  Status open(const std::string& path);
  bool is_open() const { return file_.is_open(); }
  void add(RecordEntry::Kind kind, std::uint64_t steps, std::span<const std::byte> body);

 private:
  std::ofstream file_;
};

/// Reads a whole recording.
///
/// Errors   kBadHeader when it is none, kLayoutMismatch when it is of another protocol, kBadRecord
///          when an entry is cut short; the entries before it are kept.
Status read_recording(const std::string& path, std::vector<RecordEntry>& out);

}  // namespace voxfuse
