#include "kernels/support/thread_pool.hpp"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>

namespace voxfuse {

namespace {

constexpr std::size_t kLine = 64;
// A decode step's loops follow each other within microseconds: a worker that spins this long (some
// 30 µs, reckoned) is there for the next; then it sleeps, for the core may be needed elsewhere.
constexpr int kSpins = 1000;
// Ranges for each thread: enough to level out a thread that comes late or is kept from its core.
constexpr std::size_t kRangesOfThread = 4;
// What may go wrong in /proc or /sys only costs the limit that would have been read there.
constexpr unsigned kUnlimited = 1u << 20;

void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

unsigned affinity_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return kUnlimited;
  return static_cast<unsigned>(CPU_COUNT(&set));
}

unsigned whole_cores(double quota, double period) {
  if (quota <= 0 || period <= 0) return kUnlimited;
  return static_cast<unsigned>(std::clamp(quota / period + 0.5, 1.0, 1.0 * kUnlimited));
}

/// cpu.max of one cgroup: "max 100000" or "150000 100000".
unsigned quota_of(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max") return kUnlimited;
  return whole_cores(std::atof(quota.c_str()), period);
}

/// The least quota from this process's cgroup up to the root.
unsigned cgroup_threads() {
  const std::string root = "/sys/fs/cgroup";
  unsigned least = quota_of(root);
  std::ifstream membership("/proc/self/cgroup");
  for (std::string line; std::getline(membership, line);) {
    if (!line.starts_with("0::/")) continue;
    for (std::string path = line.substr(3); path.size() > 1; path.resize(path.rfind('/'))) {
      least = std::min(least, quota_of(root + path));
    }
  }
  double quota = 0;
  double period = 0;
  std::ifstream(root + "/cpu/cpu.cfs_quota_us") >> quota;  // version 1
  std::ifstream(root + "/cpu/cpu.cfs_period_us") >> period;
  return std::min(least, whole_cores(quota, period));
}

}  // namespace

unsigned usable_threads() { return std::max(1u, std::min(affinity_threads(), cgroup_threads())); }

/// `begun` counts the loops that the worker was told of, the order to stop included. It may come
/// late, to a loop that has ended or to a later one.
struct alignas(kLine) ThreadPool::Worker {
  std::atomic<std::uint32_t> begun{0};
  std::atomic<bool> stop{false};
  std::thread thread;
};

struct alignas(kLine) ThreadPool::Scratch {
  float* data = nullptr;
  std::size_t floats = 0;
};

ThreadPool::ThreadPool(unsigned threads)
    : threads_(threads == 0 ? usable_threads() : threads),
      workers_(std::make_unique<Worker[]>(threads_)),
      scratch_(std::make_unique<Scratch[]>(std::size_t{threads_} + 1)) {
  for (unsigned thread = 1; thread < threads_; ++thread) {
    workers_[thread].thread = std::thread(&ThreadPool::work, this, thread);
  }
}

ThreadPool::~ThreadPool() {
  for (unsigned thread = 1; thread < threads_; ++thread) {
    Worker& worker = workers_[thread];
    worker.stop.store(true, std::memory_order_relaxed);    // published by `begun`
    worker.begun.fetch_add(1, std::memory_order_release);  // with the acquire in work()
    worker.begun.notify_one();
    worker.thread.join();
  }
  for (unsigned thread = 0; thread <= threads_; ++thread) {
    ::operator delete(scratch_[thread].data, std::align_val_t{kLine});
  }
}

float* ThreadPool::scratch(unsigned thread, std::size_t floats) {
  Scratch& mine = scratch_[thread];
  if (mine.floats < floats) {
    ::operator delete(mine.data, std::align_val_t{kLine});
    mine.data =
        static_cast<float*>(::operator new(floats * sizeof(float), std::align_val_t{kLine}));
    mine.floats = floats;
  }
  return mine.data;
}

void ThreadPool::run_ranges(unsigned thread) {
  std::uint64_t open = open_.load(std::memory_order_acquire);  // with the release in run()
  while (static_cast<std::uint32_t>(open) != 0) {
    // A loop cannot end while a range of it is open, so what run() set stands once one was taken. A
    // loop that ended meanwhile has another number.
    if (!open_.compare_exchange_weak(open, open - 1, std::memory_order_acquire,
                                     std::memory_order_acquire)) {
      continue;
    }
    const std::size_t range = ranges_ - static_cast<std::uint32_t>(open);
    function_(context_, count_ * range / ranges_, count_ * (range + 1) / ranges_, thread);
    done_.fetch_add(1, std::memory_order_release);  // with the acquire in run()
    open = open_.load(std::memory_order_acquire);
  }
}

void ThreadPool::run(std::size_t count, std::size_t grain, PartFunction function, void* context) {
  const std::size_t ranges_max = count / std::max<std::size_t>(grain, 1);
  const std::size_t parts = std::min<std::size_t>(threads_, ranges_max);
  if (parts <= 1) {
    if (count > 0) function(context, 0, count, 0);
    return;
  }
  function_ = function;
  context_ = context;
  count_ = count;
  ranges_ = static_cast<std::uint32_t>(std::min(parts * kRangesOfThread, ranges_max));
  done_.store(0, std::memory_order_relaxed);  // published by `open_`
  const std::uint64_t loop = (open_.load(std::memory_order_relaxed) >> 32) + 1;
  open_.store(loop << 32 | ranges_,
              std::memory_order_release);  // with the acquires in run_ranges()
  for (unsigned thread = 1; thread < parts; ++thread) {
    workers_[thread].begun.fetch_add(1, std::memory_order_release);  // with the acquire in work()
    workers_[thread].begun.notify_one();
  }
  run_ranges(0);
  // Acquires what each range's thread released when it was done.
  for (int spin = 0; done_.load(std::memory_order_acquire) != ranges_; ++spin) {
    if (spin < kSpins) {
      pause_briefly();
    } else {
      sched_yield();  // more threads than free cores: the worker may be waiting for this one
    }
  }
}

void ThreadPool::work(unsigned thread) {
  Worker& me = workers_[thread];
  for (std::uint32_t seen = 0;; ++seen) {
    for (int spin = 0; spin < kSpins && me.begun.load(std::memory_order_relaxed) == seen; ++spin) {
      pause_briefly();
    }
    me.begun.wait(seen, std::memory_order_acquire);  // with the release in run()
    if (me.stop.load(std::memory_order_relaxed)) return;
    run_ranges(thread);
  }
}

}  // namespace voxfuse
