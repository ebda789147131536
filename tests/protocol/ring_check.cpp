// The ring: a state table on one thread, then two threads, meant to be run under ThreadSanitizer.
// Prints `ok`; on a failure the line that failed, and exits 1.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "shared/region.hpp"
#include "shared/ring.hpp"

namespace {

using voxfuse::ErrorCode;
using voxfuse::RegionHeader;
using voxfuse::RegionView;
using voxfuse::RingConsumer;
using voxfuse::RingPlace;
using voxfuse::RingProducer;
using voxfuse::SleepFlag;

#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) {                                            \
      std::fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      std::exit(1);                                                \
    }                                                              \
  } while (false)

constexpr std::uint32_t kSlots = 4;
constexpr std::uint32_t kSlotBytes = 64;

/// A ring in private memory whose indices begin where a test wants them.
struct Ring {
  explicit Ring(std::uint32_t first) : tail(first), head(first) {}
  RingPlace place() { return {&tail, &head, slots, kSlots, kSlotBytes}; }

  alignas(128) std::uint32_t tail;
  alignas(128) std::uint32_t head;
  alignas(64) std::byte slots[kSlots * kSlotBytes];
};

void store_word(std::byte* slot, std::uint32_t word) { std::memcpy(slot, &word, sizeof word); }

std::uint32_t load_word(const std::byte* slot) {
  std::uint32_t word;
  std::memcpy(&word, slot, sizeof word);
  return word;
}

/// Fills the ring, empties it, and does so often enough that every slot is used from either end.
void state_table(std::uint32_t first) {
  Ring ring(first);
  RingProducer producer(ring.place());
  RingConsumer consumer(ring.place());
  for (std::uint32_t round = 0; round < 3; ++round) {
    CHECK(consumer.try_peek() == nullptr);
    for (std::uint32_t i = 0; i < kSlots; ++i) {
      std::byte* slot = producer.try_claim();
      CHECK(slot != nullptr);
      CHECK(producer.try_claim() == slot);
      store_word(slot, round * 10 + i);
      const bool is_first = i == 0;
      CHECK((consumer.try_peek() == nullptr) == is_first);  // a claim shows nothing
      producer.publish();
      CHECK(consumer.try_peek() != nullptr);
    }
    CHECK(producer.try_claim() == nullptr);
    for (std::uint32_t i = 0; i < kSlots; ++i) {
      CHECK(load_word(consumer.try_peek()) == round * 10 + i);
      consumer.release();
      CHECK(producer.try_claim() != nullptr);
    }
  }
  CHECK(!producer.is_corrupt() && !consumer.is_corrupt());
  CHECK(ring.tail == first + 3 * kSlots && ring.head == ring.tail);
}

/// A partner that lies about its index stops the ring and is found out.
void lying_partner() {
  Ring ring(100);
  RingProducer producer(ring.place());
  RingConsumer consumer(ring.place());
  ring.tail = 100 + kSlots + 1;
  CHECK(consumer.try_peek() == nullptr && consumer.is_corrupt());
  ring.tail = 99;
  CHECK(consumer.try_peek() == nullptr && consumer.is_corrupt());
  ring.tail = 100;
  CHECK(consumer.try_peek() == nullptr && !consumer.is_corrupt());

  for (std::uint32_t i = 0; i < kSlots; ++i) {
    CHECK(producer.try_claim() != nullptr);
    producer.publish();
  }
  ring.head = 100 + kSlots + 1;
  CHECK(producer.try_claim() == nullptr && producer.is_corrupt());
}

void sleep_flag() {
  std::uint32_t word = 0;
  SleepFlag flag(&word);
  CHECK(!flag.must_ring());
  flag.announce();
  CHECK(word == 1);
  CHECK(flag.must_ring());
  CHECK(!flag.must_ring());  // one doorbell a sleep
  flag.announce();
  flag.awake();
  CHECK(!flag.must_ring());
}

/// A doorbell between two threads, as the socket is between two processes.
class Doorbell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    const bool rung = changed_.wait_for(lock, std::chrono::seconds(20), [&] { return rung_; });
    CHECK(rung);  // else a wake-up was lost
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

/// Numbers through a small ring, both sides sleeping whenever they can: order and wake-ups.
void two_threads(std::uint32_t numbers) {
  Ring ring(0xfffffff0u);  // the indices wrap on the way
  alignas(128) std::uint32_t consumer_word = 0;
  alignas(128) std::uint32_t producer_word = 0;
  Doorbell to_consumer;
  Doorbell to_producer;

  std::thread producing([&] {
    RingProducer producer(ring.place());
    SleepFlag mine(&producer_word);
    SleepFlag partner(&consumer_word);
    for (std::uint32_t i = 0; i < numbers; ++i) {
      std::byte* slot = producer.try_claim();
      while (slot == nullptr) {
        mine.announce();
        slot = producer.try_claim();
        if (slot == nullptr) to_producer.wait();
        mine.awake();
        if (slot == nullptr) slot = producer.try_claim();
      }
      for (std::uint32_t at = 0; at < kSlotBytes; at += 4) store_word(slot + at, i + at);
      producer.publish();
      if (partner.must_ring()) to_consumer.ring();
    }
  });

  RingConsumer consumer(ring.place());
  SleepFlag mine(&consumer_word);
  SleepFlag partner(&producer_word);
  for (std::uint32_t i = 0; i < numbers; ++i) {
    const std::byte* slot = consumer.try_peek();
    while (slot == nullptr) {
      mine.announce();
      slot = consumer.try_peek();
      if (slot == nullptr) to_consumer.wait();
      mine.awake();
      if (slot == nullptr) slot = consumer.try_peek();
    }
    for (std::uint32_t at = 0; at < kSlotBytes; at += 4) CHECK(load_word(slot + at) == i + at);
    consumer.release();
    if (partner.must_ring()) to_producer.ring();
  }
  producing.join();
}

/// A writer that opens one generation after the other; a reader that must never mix two.
void output_counts(std::uint32_t generations) {
  voxfuse::OutputHeader header{};
  std::thread writing([&] {
    for (std::uint32_t g = 1; g <= generations; ++g) {
      voxfuse::begin_output(header, g);
      voxfuse::store_count(header.pcm_count, g);
      voxfuse::store_count(header.codes_count, g);
      voxfuse::store_count(header.finish_reason, g);
      voxfuse::store_count(header.done, 1);
    }
  });
  voxfuse::OutputCounts counts;
  while (counts.generation != generations || counts.done == 0) {
    counts = voxfuse::read_counts(header);
    const std::uint32_t g = counts.generation;
    CHECK(counts.pcm_count == 0 || counts.pcm_count == g);
    CHECK(counts.codes_count == 0 || counts.codes_count == g);
    CHECK(counts.done == 0 || (counts.codes_count == g && counts.finish_reason == g));
  }
  writing.join();
}

/// A region that is just large enough, and the smallest change that each rule refuses.
RegionHeader good_region() {
  RegionHeader h{};
  h.magic = voxfuse::kRegionMagic;
  h.layout_hash = voxfuse::kLayoutHash;
  h.submission_slots = 2;
  h.submission_slot_bytes = 4096;
  h.completion_slots = 2;
  h.completion_slot_bytes = 128;
  h.output_rows = 2;
  h.output_stride = 8192;
  h.groups = 4;
  h.frame_samples = 16;
  h.logits_max = 100;
  h.submission_offset = 4096;
  h.completion_offset = 12288;
  h.output_offset = 16384;
  h.region_bytes = 32768;
  return h;
}

struct RegionCase {
  const char* what;
  void (*change)(RegionHeader&);
  ErrorCode code;
};

void region_checks() {
  constexpr ErrorCode kBad = ErrorCode::kBadMemory;
  const RegionCase cases[] = {
      {"nothing", [](RegionHeader&) {}, ErrorCode::kOk},
      {"magic", [](RegionHeader& h) { h.magic ^= 1; }, ErrorCode::kBadHeader},
      {"hash", [](RegionHeader& h) { h.layout_hash ^= 1; }, ErrorCode::kLayoutMismatch},
      {"reserved0", [](RegionHeader& h) { h.reserved0[11] = 1; }, ErrorCode::kBadHeader},
      {"reserved6", [](RegionHeader& h) { h.reserved6[830] = 1; }, ErrorCode::kBadHeader},
      {"larger", [](RegionHeader& h) { h.region_bytes += 1; }, kBad},
      {"smaller", [](RegionHeader& h) { h.region_bytes -= 1; }, kBad},
      {"no slots", [](RegionHeader& h) { h.submission_slots = 0; }, kBad},
      {"3 slots", [](RegionHeader& h) { h.completion_slots = 3; }, kBad},
      {"1 completion", [](RegionHeader& h) { h.completion_slots = 1; }, kBad},
      {"many slots", [](RegionHeader& h) { h.completion_slots = 0x80000000u; }, kBad},
      {"slot bytes", [](RegionHeader& h) { h.submission_slot_bytes = 4092; }, kBad},
      {"no slot bytes", [](RegionHeader& h) { h.submission_slot_bytes = 0; }, kBad},
      {"64 bytes", [](RegionHeader& h) { h.completion_slot_bytes = 64; }, kBad},
      {"rows", [](RegionHeader& h) { h.output_rows = 3; }, kBad},
      {"many rows", [](RegionHeader& h) { h.output_rows = 0xffffffffu; }, kBad},
      {"no rows", [](RegionHeader& h) { h.output_rows = 0; }, kBad},
      {"stride", [](RegionHeader& h) { h.output_stride = 4096; }, kBad},
      {"odd stride", [](RegionHeader& h) { h.output_stride = 6144; }, kBad},
      {"groups", [](RegionHeader& h) { h.groups = 0xffffffffu; }, kBad},
      {"samples", [](RegionHeader& h) { h.frame_samples = 0xffffffffu; }, kBad},
      {"logits", [](RegionHeader& h) { h.logits_max = 0xffffffffu; }, kBad},
      {"in header", [](RegionHeader& h) { h.submission_offset = 0; }, kBad},
      {"overlap", [](RegionHeader& h) { h.completion_offset -= 4096; }, kBad},
      {"unaligned", [](RegionHeader& h) { h.completion_offset += 64; }, kBad},
      {"outside", [](RegionHeader& h) { h.output_offset += 4096; }, kBad},
      {"wrapping", [](RegionHeader& h) { h.output_offset = ~std::uint64_t{4095}; }, kBad},
  };
  for (const RegionCase& one : cases) {
    RegionHeader header = good_region();
    one.change(header);
    const voxfuse::RegionFault fault = voxfuse::check_region(header, good_region().region_bytes);
    if (fault.code == one.code) continue;
    std::fprintf(stderr, "region with other %s: code %u\n", one.what,
                 static_cast<unsigned>(fault.code));
    std::exit(1);
  }
}

void region_view() {
  const RegionHeader header = good_region();
  std::vector<std::byte> memory(header.region_bytes + 4096);
  // Rounded up by hand: a vector is not aligned to a page.
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  std::byte* base = memory.data() + (voxfuse::round_up(address, 4096) - address);
  std::memcpy(base, &header, sizeof header);
  RegionView view;
  CHECK(!RegionView::open(base, 4095, view).ok());
  CHECK(RegionView::open(base, header.region_bytes, view).ok());
  CHECK(view.submissions().slots == base + 4096 && view.submissions().slot_count == 2);
  CHECK(view.completions().slots == base + 12288 && view.completions().slot_bytes == 128);
  const voxfuse::OutputArea area = view.output(1);
  const auto at = [&](const void* p) { return static_cast<const std::byte*>(p) - base; };
  CHECK(at(area.header) == 24576 && at(area.codes) == 24576 + 256);
  CHECK(at(area.pcm) == 24576 + 256 + 1024 && at(area.logits) == 24576 + 256 + 1024 + 4096);
}

}  // namespace

int main() {
  for (const std::uint32_t first : {0u, 1u, 0xfffffffbu, 0xffffffffu}) state_table(first);
  lying_partner();
  sleep_flag();
  region_checks();
  region_view();
  two_threads(200000);
  output_counts(100000);
  std::puts("ok");
}
