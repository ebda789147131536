// What comes out of a client's socket: framing, msgpack and the form of every message.
//
// An input is a byte, the length in which the rest arrives piece by piece, and the socket's bytes.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "cuda-sidecar/src/session/control_channel.hpp"
#include "tests/fuzz/recorded.hpp"

namespace {

using namespace voxfuse;
using msgpack::Value;

/// What a number comes back as: replies have none beyond 2^53, where an f64 skips integers.
std::uint64_t count_of(const Value& value) {
  const std::uint64_t count = value.as_unsigned().value_or(0);
  return count <= std::uint64_t{1} << 53 ? count : 0;
}

/// Encodes a value again, in the forms that replies have.
void write(msgpack::Writer& to, const Value& value) {
  switch (value.kind) {
    case Value::Kind::kBool:
      return to.boolean(value.integer != 0);
    case Value::Kind::kString:
      return to.text(value.text);
    case Value::Kind::kBytes:
      return to.blob(value.bytes);
    case Value::Kind::kArray:
      to.array(static_cast<std::uint32_t>(value.items.size()));
      break;
    case Value::Kind::kMap:
      to.map(static_cast<std::uint32_t>(value.items.size() / 2));
      break;
    case Value::Kind::kNil:
    case Value::Kind::kInteger:
    case Value::Kind::kFloat:
      return to.number(count_of(value));
  }
  for (const Value& item : value.items) write(to, item);
}

bool is_alike(const Value& a, const Value& b) {
  const bool is_number = a.kind == Value::Kind::kNil || a.kind == Value::Kind::kInteger ||
                         a.kind == Value::Kind::kFloat;
  if (is_number) return b.as_unsigned() == count_of(a);
  return a.kind == b.kind && a.text == b.text && std::ranges::equal(a.bytes, b.bytes) &&
         std::ranges::equal(a.items, b.items, is_alike);
}

void take_message(std::span<const std::byte> bytes) {
  const auto message = msgpack::decode(bytes);
  if (!message) return;
  msgpack::Writer writer;
  write(writer, *message);
  const auto again = msgpack::decode(writer.bytes());
  require(again && is_alike(*message, *again), "what is written is what was read");

  // Every message is read as every type: a session looks at the type first, a fuzzer need not.
  std::string subject;
  LoadRequest load;
  if (parse_load(*message, load, subject).ok()) (void)check_layout(load.layout);
  std::span<const std::byte> entries;
  (void)parse_weights(*message, entries);
  EncodeJob job;
  (void)parse_encode(*message, job);
  (void)parse_trace(*message, subject);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kBytesMax = 64 << 10;  // what a socket takes without a reader
  if (size == 0 || size > kBytesMax) return 0;
  int ends[2] = {-1, -1};
  require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "a socket is made");
  const Descriptor peer(ends[0]);
  ControlChannel channel{Descriptor(ends[1])};
  // The smallest pieces are of an eighth, for each costs a system call or two.
  const std::size_t piece = 1 + size / 8 + data[0];
  std::span<const std::byte> input = input_bytes(data, size).subspan(1);
  std::vector<std::byte> message;
  std::size_t taken = 0;
  bool is_open = true;
  while (is_open && !input.empty()) {
    const auto part = input.first(std::min(piece, input.size()));
    require(write(peer.get(), part.data(), part.size()) == static_cast<ssize_t>(part.size()),
            "a piece is sent");
    input = input.subspan(part.size());
    Received received = Received::kNothing;
    while ((received = channel.receive(message)) == Received::kMessage ||
           received == Received::kDoorbell) {
      taken += 4 + (received == Received::kMessage ? message.size() : 0);
      require(taken <= size, "no message is longer than what was sent");
      if (received == Received::kMessage) take_message(message);
    }
    is_open = received != Received::kEnd;
  }
  return 0;
}
