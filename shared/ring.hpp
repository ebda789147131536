// The ring of fixed slots between two processes, and the wake-up protocol that goes with it.
// shared/README.md draws the bytes and the states.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace voxfuse {

static_assert(std::atomic_ref<std::uint32_t>::is_always_lock_free);

/// Where one ring lies in shared memory. The counts come from a checked RegionGeometry: they are
/// copies, so that the other process cannot change them under us.
struct RingPlace {
  std::uint32_t* tail = nullptr;  ///< Producer writes. Slots ever published, wraps at 2^32.
  std::uint32_t* head = nullptr;  ///< Consumer writes. Slots ever released, wraps at 2^32.
  std::byte* slots = nullptr;
  std::uint32_t slot_count = 0;  ///< A power of two.
  std::uint32_t slot_bytes = 0;
};

/// Orders a store before a later load, which release and acquire do not. The one caller on either
/// side names its partner.
inline void full_fence() {
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
  // ThreadSanitizer does not model fences and g++ warns so. Nothing here needs it to: what a slot
  // holds is ordered by the index alone; the fence only keeps a wake-up from being lost.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan"
  std::atomic_thread_fence(std::memory_order_seq_cst);
#pragma GCC diagnostic pop
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

/// The writing half of a ring; one thread of one process has it.
///
/// A partner that moves its index backwards or past ours makes the ring look full for ever: it can
/// stop us, which is_corrupt() tells, but not make us write outside the slots.
class RingProducer {
 public:
  RingProducer() = default;
  /// Copies both indices: later only the partner's is read again.
  explicit RingProducer(const RingPlace& place)
      : place_(place),
        tail_(std::atomic_ref(*place.tail).load(std::memory_order_relaxed)),
        head_seen_(std::atomic_ref(*place.head).load(std::memory_order_acquire)) {}

  /// The next free slot, or nullptr when the consumer is a full ring behind. The slot is ours until
  /// publish(); claiming again without publishing gives the same one.
  std::byte* try_claim() {
    if (tail_ - head_seen_ >= place_.slot_count) {
      // Pairs with the release store in RingConsumer::release().
      head_seen_ = std::atomic_ref(*place_.head).load(std::memory_order_acquire);
      if (tail_ - head_seen_ >= place_.slot_count) return nullptr;
    }
    return place_.slots + std::size_t{tail_ & (place_.slot_count - 1)} * place_.slot_bytes;
  }

  /// Makes the claimed slot visible, with everything written to it before this call.
  /// Pairs with the acquire load in RingConsumer::try_peek().
  void publish() { std::atomic_ref(*place_.tail).store(++tail_, std::memory_order_release); }

  /// Whether the index that the partner last showed is one that it cannot have reached.
  bool is_corrupt() const { return tail_ - head_seen_ > place_.slot_count; }
  std::uint32_t slot_bytes() const { return place_.slot_bytes; }

 private:
  RingPlace place_;
  std::uint32_t tail_ = 0;
  std::uint32_t head_seen_ = 0;
};

/// The reading half of a ring; one thread of one process has it.
///
/// What a slot holds is the partner's and may change while it is read: copy, validate, use.
class RingConsumer {
 public:
  RingConsumer() = default;
  /// Copies both indices: later only the partner's is read again.
  explicit RingConsumer(const RingPlace& place)
      : place_(place),
        head_(std::atomic_ref(*place.head).load(std::memory_order_relaxed)),
        tail_seen_(head_) {}

  /// The oldest slot not yet released, or nullptr when there is none (or the ring is corrupt).
  const std::byte* try_peek() {
    if (tail_seen_ == head_ || is_corrupt()) {
      // Pairs with the release store in RingProducer::publish().
      tail_seen_ = std::atomic_ref(*place_.tail).load(std::memory_order_acquire);
      if (tail_seen_ == head_ || is_corrupt()) return nullptr;
    }
    return place_.slots + std::size_t{head_ & (place_.slot_count - 1)} * place_.slot_bytes;
  }

  /// Gives the peeked slot back; its bytes are the producer's from here on.
  /// Pairs with the acquire load in RingProducer::try_claim().
  void release() { std::atomic_ref(*place_.head).store(++head_, std::memory_order_release); }

  /// Whether the partner showed more slots than the ring has.
  bool is_corrupt() const { return tail_seen_ - head_ > place_.slot_count; }
  std::uint32_t slot_bytes() const { return place_.slot_bytes; }

 private:
  RingPlace place_;
  std::uint32_t head_ = 0;
  std::uint32_t tail_seen_ = 0;
};

/// One process's `asleep` word. The sleeper calls announce(), looks once more at everything that it
/// waits for, and blocks only when there is nothing; awake() afterwards in any case. The partner
/// calls must_ring() after each publication (slot, released slot that was awaited, or output count)
/// and sends one doorbell when told to.
class SleepFlag {
 public:
  SleepFlag() = default;
  explicit SleepFlag(std::uint32_t* asleep) : asleep_(asleep) {}

  /// Sleeper: from here on a partner that publishes rings.
  void announce() {
    std::atomic_ref(*asleep_).store(1, std::memory_order_relaxed);
    // Pairs with the fence in must_ring(): either the re-check that follows sees the publication,
    // or the partner sees this flag.
    full_fence();
  }

  /// Sleeper: no more doorbells wanted.
  void awake() { std::atomic_ref(*asleep_).store(0, std::memory_order_relaxed); }

  /// Partner: whether to send a doorbell now. Takes the flag down, so that many publications to one
  /// sleeper cost one doorbell; whoever takes it down must ring.
  bool must_ring() {
    // Pairs with the fence in announce().
    full_fence();
    auto asleep = std::atomic_ref(*asleep_);
    if (asleep.load(std::memory_order_relaxed) == 0) return false;
    return asleep.exchange(0, std::memory_order_relaxed) != 0;
  }

 private:
  std::uint32_t* asleep_ = nullptr;
};

}  // namespace voxfuse
