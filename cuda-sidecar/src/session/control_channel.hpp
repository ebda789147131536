#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace voxfuse {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return number_; }
  int release();
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// What receive() found.
enum class Received : std::uint8_t { kNothing, kMessage, kDoorbell, kEnd };

/// The control socket: messages of a u32 length (little endian) and that many bytes; length 0 is a
/// doorbell. Descriptors may come along with any bytes; the first one is kept.
class ControlChannel {
 public:
  explicit ControlChannel(Descriptor socket) : socket_(std::move(socket)) {}

  /// The next whole message that has arrived. kEnd when the peer is gone or breaks the framing.
  Received receive(std::vector<std::byte>& message);
  /// Sends one message; waits while the socket is full. False when the peer is gone.
  bool send(std::span<const std::byte> message);
  /// Sends a doorbell if it fits: a full socket wakes its reader all the same.
  void ring();
  /// Blocks until the socket can be read, the peer is gone or the time is over (-1: no limit).
  void wait(int milliseconds) const;

  int descriptor() const { return socket_.get(); }
  /// The descriptor that came along, if any.
  Descriptor take_descriptor() { return std::move(passed_); }

 private:
  bool fill();
  bool pop(std::vector<std::byte>& message, Received& received);

  Descriptor socket_;
  Descriptor passed_;
  std::vector<std::byte> pending_;
  bool ended_ = false;
};

}  // namespace voxfuse
