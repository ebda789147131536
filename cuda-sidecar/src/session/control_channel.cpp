#include "cuda-sidecar/src/session/control_channel.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace voxfuse {

namespace {

constexpr std::size_t kMessageBytesMax = 64u << 20;
constexpr std::size_t kHeadBytes = 4;
constexpr std::size_t kChunkBytes = 64 << 10;
constexpr int kDescriptorsMax = 4;

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

int Descriptor::release() { return std::exchange(number_, -1); }

Received ControlChannel::receive(std::vector<std::byte>& message) {
  Received received = Received::kNothing;
  if (pop(message, received)) return received;
  while (fill()) {
    if (pop(message, received)) return received;
  }
  return ended_ ? Received::kEnd : Received::kNothing;
}

/// Reads what is there, without waiting; false when nothing came.
bool ControlChannel::fill() {
  if (ended_) return false;
  std::array<std::byte, kChunkBytes> chunk;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptorsMax * sizeof(int))> control = {};
  iovec part = {chunk.data(), chunk.size()};
  msghdr head = {};
  head.msg_iov = &part;
  head.msg_iovlen = 1;
  head.msg_control = control.data();
  head.msg_controllen = control.size();
  const ssize_t got = recvmsg(socket_.get(), &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) {
    ended_ = errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
    return false;
  }
  for (cmsghdr* at = CMSG_FIRSTHDR(&head); at != nullptr; at = CMSG_NXTHDR(&head, at)) {
    if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t used = CMSG_LEN(0); used + sizeof(int) <= at->cmsg_len; used += sizeof(int)) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(at) + (used - CMSG_LEN(0)), sizeof number);
      Descriptor passed(number);  // closed again unless it is the first
      if (!passed_) passed_ = std::move(passed);
    }
  }
  if (got == 0) {
    ended_ = true;
    return false;
  }
  pending_.insert(pending_.end(), chunk.begin(), chunk.begin() + got);
  return true;
}

bool ControlChannel::pop(std::vector<std::byte>& message, Received& received) {
  if (pending_.size() < kHeadBytes) return false;
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, pending_.data(), kHeadBytes);
  if (bytes > kMessageBytesMax) {
    ended_ = true;
    pending_.clear();
    return false;
  }
  if (pending_.size() - kHeadBytes < bytes) return false;
  const auto body = pending_.begin() + kHeadBytes;
  message.assign(body, body + bytes);
  pending_.erase(pending_.begin(), body + bytes);
  received = bytes == 0 ? Received::kDoorbell : Received::kMessage;
  return true;
}

bool ControlChannel::send(std::span<const std::byte> message) {
  std::vector<std::byte> bytes(kHeadBytes + message.size());
  const auto size = static_cast<std::uint32_t>(message.size());
  std::memcpy(bytes.data(), &size, kHeadBytes);
  std::ranges::copy(message, bytes.begin() + kHeadBytes);
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    pollfd writable = {socket_.get(), POLLOUT, 0};
    poll(&writable, 1, -1);
    if ((writable.revents & (POLLERR | POLLNVAL)) != 0) return false;
  }
  return true;
}

void ControlChannel::ring() {
  const std::uint32_t doorbell = 0;
  // Four bytes to a stream socket go whole or not at all.
  (void)::send(socket_.get(), &doorbell, sizeof doorbell, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void ControlChannel::wait(int milliseconds) const {
  if (ended_ || pending_.size() > kMessageBytesMax) return;
  pollfd readable = {socket_.get(), POLLIN, 0};
  poll(&readable, 1, milliseconds);
}

}  // namespace voxfuse
