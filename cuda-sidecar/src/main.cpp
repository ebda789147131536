// voxfuse-sidecar --socket-fd N                       one host, which started it
// voxfuse-sidecar --listen PATH [--idle-exit SECONDS]  a standing daemon
//
// Exit codes: 0 served to the end, 1 could not serve, 2 wrong arguments.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "cuda-sidecar/src/session/daemon.hpp"
#include "cuda-sidecar/src/session/session.hpp"

namespace voxfuse {
namespace {

constexpr int kServed = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kIdleExitMax = 1'000'000;

struct Options {
  int socket = -1;
  std::string listen;
  int idle_exit_seconds = 0;
};

std::optional<int> parse_count(std::string_view text, int limit) {
  int value = -1;
  const auto end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end || value < 0 || value > limit) return std::nullopt;
  return value;
}

std::optional<Options> parse_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    if (name == "--listen") {
      options.listen = value;
    } else if (name == "--socket-fd") {
      const auto number = parse_count(value, 1 << 20);
      if (!number) return std::nullopt;
      options.socket = *number;
    } else if (name == "--idle-exit") {
      const auto seconds = parse_count(value, kIdleExitMax);
      if (!seconds) return std::nullopt;
      options.idle_exit_seconds = *seconds;
    } else {
      return std::nullopt;
    }
  }
  const bool one_mode = (options.socket >= 0) != !options.listen.empty();
  if (count % 2 == 0 || !one_mode) return std::nullopt;
  return options;
}

int serve_parent(int socket) {
  // The socket's end tells of the parent's death as well; this covers a sidecar in a long op.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Ctrl-C goes to the whole terminal group: when to stop is the host's business.
  std::signal(SIGINT, SIG_IGN);
  if (fcntl(socket, F_SETFD, FD_CLOEXEC) != 0) {
    std::fprintf(stderr, "voxfuse-sidecar: descriptor %d is not open\n", socket);
    return kFailed;
  }
  Turn turn;
  Session(Descriptor(socket), turn).run();
  return kServed;
}

int serve_clients(const Options& options) {
  // Blocked before any thread starts, so that all inherit it and the signals come by descriptor.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const Descriptor stop(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  Daemon daemon(options.listen, options.idle_exit_seconds);
  if (!stop || !daemon.listen()) return kFailed;
  daemon.serve(stop.get());
  return kServed;
}

int run(int count, char** arguments) {
  const auto options = parse_options(count, arguments);
  if (!options) {
    std::fputs(
        "usage: voxfuse-sidecar --socket-fd N\n"
        "       voxfuse-sidecar --listen PATH [--idle-exit SECONDS]\n",
        stderr);
    return kUsage;
  }
  std::signal(SIGPIPE, SIG_IGN);
  return options->listen.empty() ? serve_parent(options->socket) : serve_clients(*options);
}

}  // namespace
}  // namespace voxfuse

int main(int count, char** arguments) { return voxfuse::run(count, arguments); }
