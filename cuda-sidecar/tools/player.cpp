#include "cuda-sidecar/tools/player.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cuda-sidecar/src/session/load_request.hpp"

namespace voxfuse {

Status Player::load(const std::vector<RecordEntry>& entries, const BackendChoice& backend,
                    std::string& subject) {
  const auto found = std::ranges::find(entries, RecordEntry::Kind::kLoad, &RecordEntry::kind);
  if (found == entries.end()) return {ErrorCode::kNotLoaded, "the recording holds no load"};
  const auto message = msgpack::decode(found->body);
  if (!message) return {ErrorCode::kBadControl, "the load is not msgpack"};
  LoadRequest request;
  VOXFUSE_TRY(parse_load(*message, request, subject));
  request.backend = backend;
  return make_engine(request, *this, engine_, subject);
}

Status Player::play(const std::vector<RecordEntry>& entries, OpObserver* observer,
                    std::uint64_t steps_max, std::string& subject) {
  const auto began = std::chrono::steady_clock::now();
  engine_->observe(observer);
  for (const RecordEntry& entry : entries) {
    while (step_below(std::min(entry.steps, steps_max))) {
    }
    if (entry.kind == RecordEntry::Kind::kSubmission) engine_->submit(entry.body);
    if (entry.kind != RecordEntry::Kind::kWeights) continue;
    const auto message = msgpack::decode(entry.body);
    if (!message) return {ErrorCode::kBadControl, "a weights message is not msgpack"};
    std::span<const std::byte> weights;
    VOXFUSE_TRY(parse_weights(*message, weights));
    VOXFUSE_TRY(engine_->add_weights(weights, subject));
  }
  while (step_below(steps_max)) {
  }
  engine_->observe(nullptr);
  const auto took = std::chrono::steady_clock::now() - began;
  milliseconds_ = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  return {};
}

bool Player::step_below(std::uint64_t steps) { return engine_->steps() < steps && engine_->step(); }

void Player::row_admitted(std::uint32_t row) {
  stream_of_row_[row] = streams_.size();
  PlayedStream& stream = streams_.emplace_back();
  stream.row = row;
  stream.generation = engine_->memory().state(row).generation;
}

void Player::row_advanced(std::uint32_t row, bool) {
  const Memory& memory = engine_->memory();
  const EngineLayout& layout = memory.layout();
  const RowState& state = memory.state(row);
  PlayedStream& stream = streams_[stream_of_row_[row]];
  stream.finish_reason = state.finish_reason;

  const std::size_t codes =
      std::size_t{std::min(state.codes_count, layout.frames_max)} * layout.groups;
  const auto row_codes = memory.words(row, layout.codes_at, codes);
  for (std::size_t i = stream.codes.size(); i < codes; ++i) stream.codes.push_back(row_codes[i]);

  const std::uint64_t samples = std::uint64_t{state.vocoded} * layout.frame_samples;
  if (samples <= stream.pcm.size()) return;
  const std::size_t fresh = std::min<std::uint64_t>(
      samples - stream.pcm.size(), std::uint64_t{layout.vocode_frames_max} * layout.frame_samples);
  const auto words = memory.words(row, layout.pcm_at, fresh);
  stream.pcm.resize(stream.pcm.size() + fresh);
  std::memcpy(stream.pcm.data() + stream.pcm.size() - fresh, words.data(), fresh * sizeof(float));
}

void Player::completed(Completion completion) { completions_.push_back(std::move(completion)); }

std::string Arguments::option(const std::string& name, const std::string& otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

BackendChoice Arguments::backend(const std::string& name, const std::string& otherwise) const {
  return {.name = option(name, otherwise),
          .threads = static_cast<std::uint32_t>(number("threads", 0)),
          .isa = option("isa", "auto"),
          .device = static_cast<std::uint32_t>(number("device", 0)),
          .graphs = number("graphs", 1) != 0};
}

double Arguments::number(const std::string& name, double otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : std::atof(found->second.c_str());
}

int complain(const std::string& subject, Status status) {
  std::fprintf(stderr, "%s: %s: %s\n", subject.c_str(), error_name(status.code()), status.what());
  return 1;
}

}  // namespace voxfuse
