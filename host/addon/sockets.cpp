#include "host/addon/sockets.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "host/addon/arguments.hpp"

namespace voxfuse::addon {

Napi::Value socket_pair(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw system_error(env, "socketpair", errno);
  }
  Napi::Array pair = Napi::Array::New(env, 2);
  pair[0u] = Napi::Number::New(env, ends[0]);
  pair[1u] = Napi::Number::New(env, ends[1]);
  return pair;
}

Napi::Value connect_unix(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsString()) throw Napi::TypeError::New(env, "path is not a string");
  const std::string path = info[0].As<Napi::String>().Utf8Value();
  sockaddr_un address{};
  // A leading NUL would name an abstract socket, which no file permission guards.
  if (path.empty() || path.size() >= sizeof address.sun_path ||
      path.find('\0') != std::string::npos) {
    throw Napi::RangeError::New(env, "path is empty, holds a NUL or has over " +
                                         std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());

  // Not blocking: a listener whose queue is full answers EAGAIN instead of stopping Node.
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) throw system_error(env, "socket", errno);
  // The cast is how the sockets interface passes every kind of address.
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(descriptor);
    throw system_error(env, "connect", error);
  }
  return Napi::Number::New(env, descriptor);
}

Napi::Value peer_of(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  ucred peer{};
  socklen_t bytes = sizeof peer;
  if (::getsockopt(descriptor_argument(info[0]), SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) {
    throw system_error(env, "getsockopt", errno);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("pid", Napi::Number::New(env, peer.pid));
  result.Set("uid", Napi::Number::New(env, peer.uid));
  return result;
}

void close_descriptor(const Napi::CallbackInfo& info) {
  if (::close(descriptor_argument(info[0])) != 0) throw system_error(info.Env(), "close", errno);
}

int send_with_descriptor(int socket, std::span<const std::byte> bytes, int attached) {
  iovec part{};
  // sendmsg() only reads it; iovec has no const form.
  part.iov_base = const_cast<std::byte*>(bytes.data());
  part.iov_len = bytes.size();

  alignas(cmsghdr) char control[CMSG_SPACE(sizeof attached)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof attached);
  std::memcpy(CMSG_DATA(header), &attached, sizeof attached);

  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return errno;
  return static_cast<std::size_t>(sent) == bytes.size() ? 0 : EMSGSIZE;
}

}  // namespace voxfuse::addon
