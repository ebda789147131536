// A sidecar without an engine, for tests of the host's side: it shakes hands on descriptor 3,
// answers every submission by a completion, and misbehaves as the variable PEER says.
//
// A submission's second word says what to publish first: so many frames of row 0, whose codes and
// PCM samples are numbered on from the last one. Submissions of over 1 MiB do not fit a slot.
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "shared/region.hpp"

namespace {

using voxfuse::RegionView;

constexpr int kControl = 3;
std::string_view script;

/// Blocks for bytes; exits at the end of the stream, as a sidecar does.
void read_all(void* out, std::size_t bytes) {
  auto* at = static_cast<char*>(out);
  while (bytes > 0) {
    const ssize_t got = ::read(kControl, at, bytes);
    if (got <= 0) std::exit(0);
    at += got;
    bytes -= static_cast<std::size_t>(got);
  }
}

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(kControl, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) std::exit(0);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string word(std::uint32_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string framed(const std::string& body) {
  return word(static_cast<std::uint32_t>(body.size())) + body;
}

// --- the little msgpack that replies need

std::string text(const std::string& value) {
  return static_cast<char>(0xa0 | value.size()) + value;  // of up to 31 bytes
}

std::string number(std::uint32_t value) {
  std::string bytes(1, '\xce');
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string reply(std::uint32_t id, const std::vector<std::string>& fields, bool ok = true) {
  std::string body(1, static_cast<char>(0x80 | (3 + fields.size() / 2)));
  body += text("type") + text("reply") + text("id") + number(id) + text("ok");
  body += ok ? '\xc3' : '\xc2';
  for (const std::string& field : fields) body += field;
  return framed(body);
}

/// The id of a request, which msgpackr writes as a small integer.
std::uint32_t id_of(const std::string& body) {
  const std::size_t at = body.find(text("id"));
  return at == std::string::npos ? 0 : static_cast<unsigned char>(body[at + 3]);
}

// --- the session

/// The first message, with the memory that came along.
std::byte* receive_hello(std::uint64_t& bytes) {
  char buffer[4096];
  iovec part{buffer, sizeof buffer};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (::recvmsg(kControl, &message, 0) <= 0) std::exit(0);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr) std::exit(9);
  int memory = -1;
  std::memcpy(&memory, CMSG_DATA(header), sizeof memory);
  struct stat found{};
  ::fstat(memory, &found);
  bytes = static_cast<std::uint64_t>(found.st_size);
  void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  if (mapped == MAP_FAILED) std::exit(9);
  return static_cast<std::byte*>(mapped);
}

void answer_hello() {
  const std::uint32_t hash = voxfuse::kLayoutHash ^ (script == "other-hash" ? 1u : 0u);
  if (script == "refuse-hash") {
    write_all(reply(0,
                    {text("code"), text("layout_mismatch"), text("message"), text("no"),
                     text("layout_hash"), number(0x1234)},
                    false));
  }
  if (script == "no-sidecar") write_all(reply(0, {text("pid"), number(1)}));
  if (script == "stray-reply") write_all(reply(77, {}));
  if (script == "not-a-map") write_all(framed("\x07"));
  if (script == "not-msgpack") write_all(framed("\xc1"));
  if (script == "huge-frame") write_all(word(0xffffffffu));
  const std::string good = reply(
      0, {text("layout_hash"), number(hash), text("pid"),
          number(static_cast<std::uint32_t>(::getpid())), text("version"), text("0.0.0"),
          text("backends"), std::string(1, '\x91') + text("none"), text("isa"), text("portable"),
          text("devices"), std::string(1, '\x90'), text("threads"), number(1)});
  if (script == "torn-hello") {
    write_all(good.substr(0, 20));
    std::exit(0);
  }
  for (const char byte : good) write_all(std::string_view(&byte, 1));  // in the smallest pieces
}

/// Publishes `frames` frames of row 0, numbered on.
void publish_frames(const RegionView& view, std::uint32_t frames) {
  static std::uint32_t published = 0;
  const voxfuse::OutputArea area = view.output(0);
  if (published == 0) voxfuse::begin_output(*area.header, 1);
  const std::uint32_t groups = view.header().groups;
  const std::uint32_t samples = view.header().frame_samples;
  for (std::uint32_t i = 0; i < frames; ++i, ++published) {
    const std::uint32_t at = published % voxfuse::kOutputFrames;
    for (std::uint32_t g = 0; g < groups; ++g) area.codes[at * groups + g] = published * groups + g;
    for (std::uint32_t s = 0; s < samples; ++s) {
      area.pcm[at * samples + s] = static_cast<float>(published * samples + s);
    }
  }
  for (std::uint32_t i = 0; i < view.header().logits_max; ++i) {
    area.logits[i] = static_cast<float>(i) + 0.5f;
  }
  voxfuse::store_count(area.header->codes_count, published);
  voxfuse::store_count(area.header->pcm_count, published);
  voxfuse::store_count(area.header->logits_count, 1);
}

class Session {
 public:
  explicit Session(const RegionView& view)
      : view_(view),
        submissions_(view.submissions()),
        completions_(view.completions()),
        asleep_(view.sidecar_asleep()),
        host_(view.host_asleep()) {}

  void serve() {
    for (;;) {
      while (step()) {
      }
      asleep_.announce();
      if (step()) continue;
      pollfd ready{kControl, POLLIN, 0};
      ::poll(&ready, 1, -1);
      asleep_.awake();
      read_control();
    }
  }

 private:
  /// One submission, if there is one and a slot for its completion.
  bool step() {
    const std::byte* slot = submissions_.try_peek();
    if (slot == nullptr) return false;
    if (script == "die-on-submission") ::raise(SIGKILL);
    std::byte* out = completions_.try_claim();
    if (out == nullptr) return false;
    std::uint32_t words[2];
    std::memcpy(words, slot, sizeof words);
    submissions_.release();
    if (script == "swallow") return true;
    if (words[1] > 0) publish_frames(view_, words[1]);

    voxfuse::CompletionHeader header{};
    header.token = words[0];
    header.lane_count = script == "many-lanes" ? 0xffffffffu : 1;
    header.frames_run = words[1];
    voxfuse::LaneResult lane{};
    lane.generation = words[0] + 1;
    std::memcpy(out, &header, sizeof header);
    std::memcpy(out + sizeof header, &lane, sizeof lane);
    completions_.publish();
    if (script == "far-tail") *view_.completions().tail += 1000;
    if (host_.must_ring()) write_all(word(0));
    return true;
  }

  void read_control() {
    std::uint32_t length = 0;
    read_all(&length, sizeof length);
    if (length == 0) return;
    std::string body(length, '\0');
    read_all(body.data(), length);
    const bool bye = body.find("bye") != std::string::npos;
    if (bye && script == "deaf") return;
    if (script == "die-on-request") std::exit(7);
    if (script == "refuse") {
      write_all(reply(id_of(body), {text("code"), text("bad_weight"), text("message"), text("w")},
                      false));
      return;
    }
    write_all(reply(id_of(body), {text("count"), number(length)}));
    if (bye) std::exit(0);
  }

  RegionView view_;
  voxfuse::RingConsumer submissions_;
  voxfuse::RingProducer completions_;
  voxfuse::SleepFlag asleep_;
  voxfuse::SleepFlag host_;
};

}  // namespace

int main() {
  const char* chosen = std::getenv("PEER");
  script = chosen != nullptr ? chosen : "";
  if (script == "die-at-once") {
    std::fputs("no such device\n", stderr);
    return 7;
  }
  std::uint64_t bytes = 0;
  std::byte* base = receive_hello(bytes);
  RegionView view;
  if (const auto fault = RegionView::open(base, bytes, view); !fault.ok()) {
    std::fprintf(stderr, "%s\n", fault.what);
    return 8;
  }
  if (script == "die-in-hello") ::raise(SIGKILL);
  if (script == "silent") ::pause();
  answer_hello();
  if (script == "die-after-hello") ::raise(SIGKILL);
  Session(view).serve();
}
