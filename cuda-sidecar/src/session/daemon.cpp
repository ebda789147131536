#include "cuda-sidecar/src/session/daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <list>
#include <thread>
#include <utility>

#include "cuda-sidecar/src/session/session.hpp"

namespace voxfuse {

namespace {

constexpr int kBacklog = 16;
constexpr std::size_t kClientsMax = 32;
constexpr int kPollMilliseconds = 1000;

/// One client's session on its thread.
class Client {
 public:
  Client(Descriptor socket, Turn& turn)
      // The session owns the socket; this copy is for waking it.
      : waker_(fcntl(socket.get(), F_DUPFD_CLOEXEC, 0)),
        thread_([this, moved = std::move(socket), &turn]() mutable {
          Session(std::move(moved), turn).run();
          ended_.store(true, std::memory_order_release);  // pairs with the load in ended()
        }) {}
  ~Client() {
    shutdown(waker_.get(), SHUT_RDWR);
    thread_.join();
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool ended() const { return ended_.load(std::memory_order_acquire); }

 private:
  Descriptor waker_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

bool is_same_user(int socket) {
  ucred peer = {};
  socklen_t bytes = sizeof peer;
  return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == 0 && peer.uid == getuid();
}

bool complain(const char* what, const std::string& path) {
  std::fprintf(stderr, "voxfuse-sidecar: %s: %s\n", path.c_str(), what);
  return false;
}

}  // namespace

Daemon::Daemon(std::string path, int idle_exit_seconds)
    : path_(std::move(path)), idle_exit_seconds_(idle_exit_seconds) {}

Daemon::~Daemon() {
  if (listener_) unlink(path_.c_str());
}

bool Daemon::listen() {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path_.empty() || path_.size() >= sizeof address.sun_path) {
    return complain("a socket's path is 1 to 107 bytes long", path_);
  }
  std::memcpy(address.sun_path, path_.data(), path_.size());

  const std::string lock_path = path_ + ".lock";
  lock_ = Descriptor(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) return complain(std::strerror(errno), lock_path);
  if (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) return complain("a daemon runs here", path_);

  struct stat about = {};
  if (lstat(path_.c_str(), &about) == 0) {
    if (!S_ISSOCK(about.st_mode)) return complain("something else than a socket lies here", path_);
    unlink(path_.c_str());
  }
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const mode_t mask = umask(0177);
  // The one generic address type of the socket interface.
  const int bound =
      bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(mask);
  if (bound != 0 || ::listen(listener.get(), kBacklog) != 0) {
    return complain(std::strerror(errno), path_);
  }
  listener_ = std::move(listener);
  return true;
}

void Daemon::serve(int stop) {
  Turn turn;
  std::list<Client> clients;
  int idle_milliseconds = 0;
  while (true) {
    pollfd watched[] = {{listener_.get(), POLLIN, 0}, {stop, POLLIN, 0}};
    const int ready = poll(watched, 2, kPollMilliseconds);
    if (watched[1].revents != 0) return;
    clients.remove_if([](const Client& client) { return client.ended(); });
    if (ready == 0 && clients.empty()) {
      idle_milliseconds += kPollMilliseconds;
      if (idle_exit_seconds_ > 0 && idle_milliseconds >= idle_exit_seconds_ * 1000) return;
    }
    if (!clients.empty()) idle_milliseconds = 0;
    if ((watched[0].revents & POLLIN) == 0) continue;
    Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket || !is_same_user(socket.get()) || clients.size() >= kClientsMax) continue;
    clients.emplace_back(std::move(socket), turn);
    idle_milliseconds = 0;
  }
}

}  // namespace voxfuse
