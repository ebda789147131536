#pragma once

#include <string>

#include "cuda-sidecar/src/session/control_channel.hpp"

namespace voxfuse {

/// A standing sidecar: listens on a Unix socket, one session and one thread for each client.
///
/// The socket is for its owner alone (0600), and a client of another user is turned away. A file
/// beside it, `PATH.lock`, is held for as long as the daemon lives: whoever holds it may take the
/// place of a socket that a dead daemon left.
class Daemon {
 public:
  /// `idle_exit_seconds` 0: never by itself.
  Daemon(std::string path, int idle_exit_seconds);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Opens the socket. False, with the reason on stderr, when it cannot, or another daemon runs.
  bool listen();
  /// Serves until `stop` can be read, or no client came for the idle time. Sessions end with it.
  void serve(int stop);

 private:
  std::string path_;
  int idle_exit_seconds_;
  Descriptor lock_;
  Descriptor listener_;
};

}  // namespace voxfuse
