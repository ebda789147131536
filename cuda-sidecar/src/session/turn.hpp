#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace voxfuse {

/// A lock that is served in the order in which it was asked for: the sessions of a daemon take
/// turns by one step each, so that none starves the others of the cores.
class Turn {
 public:
  void lock() {
    std::unique_lock guard(mutex_);
    const std::uint64_t mine = next_++;
    changed_.wait(guard, [&] { return serving_ == mine; });
  }
  void unlock() {
    const std::lock_guard guard(mutex_);
    ++serving_;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_ = 0;
  std::uint64_t serving_ = 0;
};

}  // namespace voxfuse
