#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace voxfuse {

/// Cores this process may keep busy: its affinity mask and its cgroup's quota, whichever is less;
/// at least 1.
unsigned usable_threads();

/// Threads that run the parts of one loop at a time. The caller is one of them.
///
/// Work is split into contiguous ranges by arithmetic alone, some for each thread, and a thread
/// that is free takes the next: where another process has the core of one, the others do its share.
/// No range's result may depend on where it begins or on who runs it: results are the same for any
/// number of threads.
/// Threads  parallel_for from one thread at a time, never from inside a part.
class ThreadPool {
 public:
  /// Starts threads - 1 workers; 0 means usable_threads().
  explicit ThreadPool(unsigned threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  unsigned threads() const { return threads_; }

  /// Calls part(begin, end, thread) on ranges that cover [0, count), each of at least `grain` items
  /// but the only one; returns when all are done. thread < threads() is unique among ranges that
  /// run at a time. A loop of fewer than 2 * grain items runs on the caller. Allocates nothing.
  template <class Part>
  void parallel_for(std::size_t count, std::size_t grain, Part&& part) {
    using Plain = std::remove_reference_t<Part>;
    run(
        count, grain,
        [](void* context, std::size_t begin, std::size_t end, unsigned thread) {
          (*static_cast<Plain*>(context))(begin, end, thread);
        },
        const_cast<void*>(static_cast<const void*>(&part)));
  }

  /// At least `floats` elements of 64-byte aligned memory of one thread, kept between calls: it
  /// only ever grows, so that a program allocates in its first run alone. Contents are undefined.
  /// Each call for a thread takes back what its last call gave.
  float* scratch(unsigned thread, std::size_t floats);

  /// The same once more, for what the caller prepares before a loop and every part reads.
  float* shared_scratch(std::size_t floats) { return scratch(threads_, floats); }

 private:
  using PartFunction = void (*)(void*, std::size_t, std::size_t, unsigned);
  struct Worker;
  struct Scratch;

  void run(std::size_t count, std::size_t grain, PartFunction function, void* context);
  void run_ranges(unsigned thread);
  void work(unsigned thread);

  unsigned threads_;
  std::unique_ptr<Worker[]> workers_;
  std::unique_ptr<Scratch[]> scratch_;
  PartFunction function_ = nullptr;
  void* context_ = nullptr;
  std::size_t count_ = 0;
  std::uint32_t ranges_ = 0;
  /// Number of the loop in the upper half, its ranges that no one has taken in the lower one.
  alignas(64) std::atomic<std::uint64_t> open_{0};
  alignas(64) std::atomic<std::uint32_t> done_{0};  ///< Ranges of the loop that were run.
};

}  // namespace voxfuse
