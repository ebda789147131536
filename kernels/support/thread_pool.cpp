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

/// `begun` counts the parts given to the worker, the order to stop included.
struct alignas(kLine) ThreadPool::Worker {
  std::atomic<std::uint32_t> begun{0};
  bool stop = false;
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
    worker.stop = true;
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

void ThreadPool::run_part(unsigned thread) const {
  const std::size_t begin = count_ * thread / parts_;
  const std::size_t end = count_ * (thread + 1) / parts_;
  function_(context_, begin, end, thread);
}

void ThreadPool::run(std::size_t count, std::size_t grain, PartFunction function, void* context) {
  const std::size_t parts =
      std::min<std::size_t>(threads_, count / std::max<std::size_t>(grain, 1));
  if (parts <= 1) {
    if (count > 0) function(context, 0, count, 0);
    return;
  }
  function_ = function;
  context_ = context;
  count_ = count;
  parts_ = static_cast<unsigned>(parts);
  pending_.store(parts_ - 1, std::memory_order_relaxed);  // published by `begun`
  for (unsigned thread = 1; thread < parts_; ++thread) {
    workers_[thread].begun.fetch_add(1, std::memory_order_release);  // with the acquire in work()
    workers_[thread].begun.notify_one();
  }
  run_part(0);
  // Acquires what each worker released by its decrement.
  for (int spin = 0; pending_.load(std::memory_order_acquire) != 0; ++spin) {
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
    if (me.stop) return;
    run_part(thread);
    pending_.fetch_sub(1, std::memory_order_release);  // with the acquire in run()
  }
}

}  // namespace voxfuse
