// How the engine runs programs that turn a recording into a vector or codes: op by op, between the
// repeats of other work, on an arena of their own.
#include <cstring>

#include "cuda-sidecar/src/engine/engine.hpp"

namespace voxfuse {

namespace {

/// About how long other work waits for ops of a recording; one op at least runs at a time.
constexpr auto kSlice = std::chrono::milliseconds(2);

}  // namespace

/// False when there is nothing to encode.
bool Engine::encode_some() {
  if (encoding_ == nullptr) {
    if (jobs_.empty()) return false;
    encoding_ = std::make_unique<Encoding>();
    encoding_->job = std::move(jobs_.front());
    jobs_.pop_front();
    if (const Status begun = begin_encoding(*encoding_); !begun.ok()) end_encoding(begun);
    return true;
  }
  const Status status = run_some(*encoding_);
  if (!status.ok() || encoding_->next_op == encoding_->defined.ops.size()) end_encoding(status);
  return true;
}

/// Checks the program, takes its arena and lays out its input.
Status Engine::begin_encoding(Encoding& encoding) {
  EncodeJob& job = encoding.job;
  Program& program = encoding.defined.program;
  std::uint32_t op_index = kAbsent;
  VOXFUSE_TRY(read_program(job.program, {layout_, weights_}, program, op_index));
  VOXFUSE_REQUIRE(class_of(program) == LaneClass::kEncode, kBadProgram);
  const std::uint64_t arena_bytes = std::uint64_t{program.header.arena_units} * kAlignment;
  VOXFUSE_REQUIRE(job.input.size() <= arena_bytes, kBadExtent);
  VOXFUSE_REQUIRE(job.output_at <= arena_bytes, kBadExtent);
  VOXFUSE_REQUIRE(job.output_bytes <= arena_bytes - job.output_at, kBadExtent);
  bool grown = false;
  VOXFUSE_TRY(memory_.grow_arena(LaneClass::kEncode, program.header.arena_units, grown));
  if (grown) VOXFUSE_TRY(backend_->grow_arena(LaneClass::kEncode));
  VOXFUSE_TRY(bind_program(program, weights_, layout_, backend_->addresses(LaneClass::kEncode),
                           encoding.defined.ops, op_index));
  if (job.input.empty()) return {};
  std::memcpy(memory_.arena(LaneClass::kEncode), job.input.data(), job.input.size());
  return backend_->store(Region::kArena, LaneClass::kEncode, 0, job.input.size());
}

Status Engine::run_some(Encoding& encoding) {
  const auto from = std::chrono::steady_clock::now();
  auto now = from;
  while (encoding.next_op < encoding.defined.ops.size() && now - from < kSlice) {
    VOXFUSE_TRY(backend_->run_op(LaneClass::kEncode, encoding.defined.ops[encoding.next_op]));
    ++encoding.next_op;
    now = std::chrono::steady_clock::now();
  }
  encoding.spent += now - from;
  return {};
}

/// Tells the listener and gives the arena back: a recording may have needed a lot of it.
void Engine::end_encoding(Status status) {
  const std::unique_ptr<Encoding> encoding = std::move(encoding_);
  const EncodeJob& job = encoding->job;
  EncodeResult result;
  result.id = job.id;
  result.status = status;
  if (status.ok() && job.output_bytes != 0) {
    result.status =
        backend_->fetch(Region::kArena, LaneClass::kEncode, job.output_at, job.output_bytes);
    result.output = {memory_.arena(LaneClass::kEncode) + job.output_at, job.output_bytes};
  }
  using Nanoseconds = std::chrono::nanoseconds;
  result.nanoseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<Nanoseconds>(encoding->spent).count());
  counters_.ops += encoding->next_op;
  listener_.encoded(result);
  memory_.drop_arena(LaneClass::kEncode);
}

}  // namespace voxfuse
