#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cuda-sidecar/src/engine/engine.hpp"
#include "cuda-sidecar/src/session/control_channel.hpp"
#include "cuda-sidecar/src/session/msgpack.hpp"
#include "cuda-sidecar/src/session/output_publisher.hpp"
#include "cuda-sidecar/src/session/recording.hpp"
#include "cuda-sidecar/src/session/shared_region.hpp"
#include "cuda-sidecar/src/session/turn.hpp"
#include "cuda-sidecar/src/trace/session_trace.hpp"

namespace voxfuse {

/// One host: its control messages, its rings and its engine, on one thread.
class Session final : public EngineListener {
 public:
  /// `turn` is shared by the sessions of one process.
  Session(Descriptor socket, Turn& turn);

  /// Serves until the host says bye, is gone or breaks the protocol beyond answering.
  void run();

  void row_admitted(std::uint32_t row) override;
  void row_advanced(std::uint32_t row, bool logits) override;
  void completed(Completion completion) override;
  void encoded(const EncodeResult& result) override;

 private:
  // session.cpp: the loop.
  void take_messages();
  bool take_submissions();
  void submit(std::span<const std::byte> slot);
  void hand_on(const SubmissionHeader& header, std::vector<std::byte> submission);
  bool step();
  void flush_completions();
  void ring_if_asleep();
  void rest();
  bool has_work();

  // session_control.cpp: what messages do.
  void answer(std::span<const std::byte> message);
  Status dispatch(const msgpack::Value& message, std::span<const std::byte> bytes,
                  msgpack::Writer& reply, std::string& subject);
  Status hello(const msgpack::Value& message, msgpack::Writer& reply);
  Status load(const msgpack::Value& message, std::span<const std::byte> bytes,
              msgpack::Writer& reply, std::string& subject);
  Status weights(const msgpack::Value& message, std::span<const std::byte> bytes,
                 msgpack::Writer& reply, std::string& subject);
  Status encode(const msgpack::Value& message);
  Status stats(msgpack::Writer& reply);
  Status trace(const msgpack::Value& message, msgpack::Writer& reply, std::string& subject);
  Status begin_trace(const std::string& path);
  Status end_trace(TraceCounts& counts);

  ControlChannel channel_;
  Turn& turn_;
  SharedRegion region_;
  RingConsumer submissions_;
  RingProducer completions_;
  SleepFlag sidecar_asleep_;
  SleepFlag host_asleep_;
  std::deque<Completion> pending_;               ///< Completions that the ring had no room for yet.
  std::vector<std::vector<std::byte>> replies_;  ///< Of what the engine encoded in this step.
  std::unique_ptr<OutputPublisher> publisher_;
  std::unique_ptr<Engine> engine_;
  Recorder recorder_;
  std::unique_ptr<SessionTrace> trace_;  ///< While one runs.
  std::uint64_t in_flight_ = 0;          ///< Submissions taken and not completed.
  std::uint64_t wakeups_ = 0;
  bool published_ = false;  ///< Since the last look at host_asleep.
  bool over_ = false;
};

}  // namespace voxfuse
