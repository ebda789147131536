// A client whose memory is not as it should be: connects to a sidecar's socket, sends the bytes of
// a hello (hexadecimal) along with memory of the named kind, and prints what comes back, in
// hexadecimal, until the sidecar closes or goes silent for two seconds.
//
//   odd_client SOCKET KIND HELLO
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shared/region.hpp"

namespace {

constexpr int kAllSeals = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

voxfuse::RegionHeader small_header() {
  voxfuse::RegionHeader h{};
  h.magic = voxfuse::kRegionMagic;
  h.layout_hash = voxfuse::kLayoutHash;
  h.submission_slots = 2;
  h.submission_slot_bytes = 4096;
  h.completion_slots = 2;
  h.completion_slot_bytes = 4096;
  h.output_rows = 1;
  h.output_stride = 8192;
  h.groups = 4;
  h.frame_samples = 16;
  h.submission_offset = 4096;
  h.completion_offset = 12288;
  h.output_offset = 20480;
  h.region_bytes = 28672;
  return h;
}

/// Memory of `kind`: "good", or the one way in which it is not.
int memory_of(std::string_view kind) {
  voxfuse::RegionHeader header = small_header();
  auto bytes = static_cast<off_t>(header.region_bytes);
  int seals = kAllSeals;
  if (kind == "unsealed") seals = 0;
  if (kind == "shrinkable") seals = F_SEAL_GROW | F_SEAL_SEAL;
  if (kind == "growable") seals = F_SEAL_SHRINK | F_SEAL_SEAL;
  if (kind == "shrunk") bytes -= 4096;
  if (kind == "tiny") bytes = 100;
  if (kind == "empty") bytes = 0;
  if (kind == "no-magic") header.magic = 0;
  if (kind == "other-hash") header.layout_hash ^= 1;
  if (kind == "far-slots") header.submission_offset = std::uint64_t{1} << 40;
  if (kind == "many-slots") header.submission_slots = 1u << 31;
  if (kind == "file") return ::open("/dev/zero", O_RDWR | O_CLOEXEC);

  const int memory = ::memfd_create("odd", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0 || ::ftruncate(memory, static_cast<off_t>(sizeof header)) != 0) return -1;
  if (::pwrite(memory, &header, sizeof header, 0) != sizeof header) return -1;
  if (::ftruncate(memory, bytes) != 0 || ::fcntl(memory, F_ADD_SEALS, seals) != 0) return -1;
  return memory;
}

std::string bytes_of(std::string_view hexadecimal) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hexadecimal.size(); at += 2) {
    const std::string pair(hexadecimal.substr(at, 2));
    bytes += static_cast<char>(std::strtol(pair.c_str(), nullptr, 16));
  }
  return bytes;
}

bool send_hello(int socket, const std::string& hello, int memory) {
  iovec part{const_cast<char*>(hello.data()), hello.size()};  // sendmsg() only reads it
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof memory)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (memory >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof memory);
    std::memcpy(CMSG_DATA(header), &memory, sizeof memory);
  }
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(hello.size());
}

void print_answer(int socket) {
  for (;;) {
    pollfd ready{socket, POLLIN, 0};
    if (::poll(&ready, 1, 2000) <= 0) return;
    unsigned char piece[4096];
    const ssize_t got = ::read(socket, piece, sizeof piece);
    if (got <= 0) return;
    for (ssize_t i = 0; i < got; ++i) std::printf("%02x", piece[i]);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const std::string_view path = arguments[1];
  const std::string_view kind = arguments[2];
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return 2;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // The cast is how the sockets interface passes every kind of address.
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 3;

  const int memory = kind == "none" ? -1 : memory_of(kind);
  if (kind != "none" && memory < 0) return 4;
  if (!send_hello(socket, bytes_of(arguments[3]), memory)) return 5;
  print_answer(socket);
}
