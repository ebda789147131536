#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cuda-sidecar/src/engine/engine.hpp"
#include "cuda-sidecar/src/session/recording.hpp"

namespace voxfuse {

/// What one request's row gave.
struct PlayedStream {
  std::uint32_t row = 0;
  std::uint32_t generation = 0;
  std::uint32_t finish_reason = 0;
  std::vector<std::uint32_t> codes;
  std::vector<float> pcm;
};

/// Runs a recording on an engine of its own and keeps what rows publish.
class Player final : public EngineListener {
 public:
  /// Makes the engine that the recording's load asks for, on another backend.
  ///
  /// Errors   of the load; `subject` says what about.
  Status load(const std::vector<RecordEntry>& entries, const BackendChoice& backend,
              std::string& subject);
  /// Hands every entry over at its step count and runs to the end, `steps_max` steps at most.
  ///
  /// Errors   of weights messages. Submissions that fail are counted, not errors.
  Status play(const std::vector<RecordEntry>& entries, OpObserver* observer,
              std::uint64_t steps_max, std::string& subject);

  Engine& engine() { return *engine_; }
  const std::vector<PlayedStream>& streams() const { return streams_; }
  const std::vector<Completion>& completions() const { return completions_; }
  std::uint64_t milliseconds() const { return milliseconds_; }

  void row_admitted(std::uint32_t row) override;
  void row_advanced(std::uint32_t row, bool logits) override;
  void completed(Completion completion) override;
  /// A recording has no such programs.
  void encoded(const EncodeResult&) override {}

 private:
  bool step_below(std::uint64_t steps);

  std::unique_ptr<Engine> engine_;
  std::vector<PlayedStream> streams_;
  std::map<std::uint32_t, std::size_t> stream_of_row_;
  std::vector<Completion> completions_;
  std::uint64_t milliseconds_ = 0;
};

/// The words behind a tool's command: positions and `--name value` pairs.
struct Arguments {
  std::vector<std::string> positions;
  std::map<std::string, std::string> options;

  std::string option(const std::string& name, const std::string& otherwise) const;
  /// The backend of `--<name>`, with `--threads` and `--isa`.
  BackendChoice backend(const std::string& name, const std::string& otherwise) const;
  double number(const std::string& name, double otherwise) const;
};

/// Prints an error the way every tool does and gives the exit code 1.
int complain(const std::string& subject, Status status);

}  // namespace voxfuse
