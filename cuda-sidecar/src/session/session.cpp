#include "cuda-sidecar/src/session/session.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <mutex>
#include <utility>

namespace voxfuse {

namespace {

/// Submissions under way at most: more wait in the ring, which holds its writer back.
constexpr std::uint64_t kInFlightMax = 256;
/// With cores to spare, a host that answers at once is met without a system call.
constexpr auto kSpin = std::chrono::microseconds(20);
constexpr std::uint32_t kSpinCoresMin = 4;
/// How soon to look again for room in a full completion ring, which rings for no one.
constexpr int kRingFullMilliseconds = 1;

}  // namespace

Session::Session(Descriptor socket, Turn& turn) : channel_(std::move(socket)), turn_(turn) {}

void Session::run() {
  while (true) {
    take_messages();
    if (over_) return;
    bool worked = take_submissions();
    worked = step() || worked;
    flush_completions();
    ring_if_asleep();
    // The host hears of what ended; its next request finds another process.
    over_ = over_ || (engine_ != nullptr && engine_->is_lost() && pending_.empty());
    if (!worked && !over_) rest();
  }
}

void Session::take_messages() {
  std::vector<std::byte> message;
  while (!over_) {
    switch (channel_.receive(message)) {
      case Received::kNothing:
        return;
      case Received::kDoorbell:
        break;
      case Received::kMessage:
        answer(message);
        break;
      case Received::kEnd:
        over_ = true;
        break;
    }
  }
}

bool Session::take_submissions() {
  if (!region_.is_open()) return false;
  bool taken = false;
  while (in_flight_ < kInFlightMax) {
    const std::byte* slot = submissions_.try_peek();
    if (slot == nullptr) break;
    submit({slot, submissions_.slot_bytes()});
    submissions_.release();
    published_ = true;  // The host may be waiting for a free slot.
    taken = true;
  }
  over_ = over_ || submissions_.is_corrupt() || completions_.is_corrupt();
  return taken;
}

/// Copies a submission out of its slot, once, and hands the copy on.
void Session::submit(std::span<const std::byte> slot) {
  SubmissionHeader header;
  std::memcpy(&header, slot.data(), sizeof header);
  const std::size_t bytes = std::min<std::size_t>(
      std::max<std::size_t>(header.submission_bytes, sizeof header), slot.size());
  std::vector<std::byte> copy(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(bytes));
  ++in_flight_;
  if (trace_ == nullptr) {
    hand_on(header, std::move(copy));
    return;
  }
  TakenSubmission taken = {
      .token = header.token, .records = header.record_count, .bytes = bytes, .from = trace_now()};
  hand_on(header, std::move(copy));
  taken.to = trace_now();
  trace_->taken(taken);
}

void Session::hand_on(const SubmissionHeader& header, std::vector<std::byte> submission) {
  if (engine_ == nullptr) {
    Completion refused;
    refused.header.token = header.token;
    refused.header.status = static_cast<std::uint32_t>(ErrorCode::kNotLoaded);
    refused.header.record_index = kAbsent;
    refused.header.op_index = kAbsent;
    completed(std::move(refused));
    return;
  }
  recorder_.add(RecordEntry::Kind::kSubmission, engine_->steps(), submission);
  engine_->submit(std::move(submission));
}

bool Session::step() {
  if (engine_ == nullptr) return false;
  bool worked = false;
  {
    const std::lock_guard guard(turn_);
    worked = engine_->step();
  }
  // Not within the turn: a host that does not read would hold up the others.
  for (const std::vector<std::byte>& reply : std::exchange(replies_, {})) {
    over_ = !channel_.send(reply) || over_;
  }
  return worked;
}

void Session::row_admitted(std::uint32_t row) { publisher_->admitted(row); }

void Session::row_advanced(std::uint32_t row, bool logits) {
  publisher_->advanced(row, logits);
  published_ = true;
}

void Session::completed(Completion completion) {
  --in_flight_;
  if (trace_ != nullptr) trace_->completed(completion.header);
  pending_.push_back(std::move(completion));
}

void Session::flush_completions() {
  while (!pending_.empty()) {
    std::byte* slot = completions_.try_claim();
    if (slot == nullptr) return;
    const Completion& completion = pending_.front();
    std::memcpy(slot, &completion.header, sizeof completion.header);
    // check_region() made sure that a slot holds a result for every row.
    if (!completion.lanes.empty()) {
      std::memcpy(slot + sizeof completion.header, completion.lanes.data(),
                  completion.lanes.size() * sizeof(LaneResult));
    }
    completions_.publish();
    pending_.pop_front();
    published_ = true;
  }
}

void Session::ring_if_asleep() {
  if (!published_) return;
  published_ = false;
  if (!host_asleep_.must_ring()) return;
  channel_.ring();
  ++wakeups_;
}

bool Session::has_work() { return in_flight_ < kInFlightMax && submissions_.try_peek() != nullptr; }

void Session::rest() {
  if (!region_.is_open()) {
    channel_.wait(-1);
    return;
  }
  if (!pending_.empty()) {
    channel_.wait(kRingFullMilliseconds);
    return;
  }
  static const bool may_spin = usable_cores() >= kSpinCoresMin;
  if (may_spin) {
    const auto until = std::chrono::steady_clock::now() + kSpin;
    while (std::chrono::steady_clock::now() < until) {
      if (has_work()) return;
    }
  }
  sidecar_asleep_.announce();
  if (!has_work() && !submissions_.is_corrupt()) channel_.wait(-1);
  sidecar_asleep_.awake();
}

}  // namespace voxfuse
