#include "host/addon/shared_region.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>

#include "host/addon/arguments.hpp"
#include "host/addon/sockets.hpp"

namespace voxfuse::addon {
namespace {

RegionShape shape_argument(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "shape is not an object");
  const Napi::Object shape = info[0].As<Napi::Object>();
  const auto field = [&](const char* name, std::uint32_t min, std::uint32_t max) {
    const Napi::Value value = shape.Get(name);
    return u32_argument(value, name, min, max);
  };
  return {
      .rows = field("rows", 1, kRowsMax),
      .groups = field("groups", 1, kGroupsMax),
      .frame_samples = field("frameSamples", 1, kFrameSamplesMax),
      .logits_max = field("logitsMax", 0, kLogitsMax),
  };
}

/// A peer that breaks the protocol; `code` lets the connection treat it as lost.
Napi::Error protocol_error(Napi::Env env, const char* what) {
  Napi::Error error = Napi::Error::New(env, what);
  error.Set("code", Napi::String::New(env, "EPROTO"));
  return error;
}

/// Copies `count` frames from `first` out of a ring of kOutputFrames frames.
template <typename Element>
void copy_frames(const Element* ring, std::size_t width, std::uint32_t first, std::uint32_t count,
                 Element* out) {
  const std::uint32_t at = first % kOutputFrames;
  const std::uint32_t until_wrap = std::min(count, kOutputFrames - at);
  std::memcpy(out, ring + at * width, until_wrap * width * sizeof(Element));
  std::memcpy(out + until_wrap * width, ring, (count - until_wrap) * width * sizeof(Element));
}

bool same(const OutputCounts& a, const OutputCounts& b) {
  return a.generation == b.generation && a.codes_count == b.codes_count &&
         a.pcm_count == b.pcm_count && a.logits_count == b.logits_count && a.done == b.done;
}

}  // namespace

Napi::Function SharedRegion::define(Napi::Env env) {
  return DefineClass(env, "SharedRegion",
                     {
                         InstanceMethod<&SharedRegion::send>("send"),
                         InstanceMethod<&SharedRegion::submit>("submit"),
                         InstanceMethod<&SharedRegion::must_ring>("mustRing"),
                         InstanceMethod<&SharedRegion::take_completions>("takeCompletions"),
                         InstanceMethod<&SharedRegion::output>("output"),
                         InstanceMethod<&SharedRegion::read_codes>("readCodes"),
                         InstanceMethod<&SharedRegion::read_pcm>("readPcm"),
                         InstanceMethod<&SharedRegion::read_logits>("readLogits"),
                         InstanceMethod<&SharedRegion::armed>("armed"),
                         InstanceMethod<&SharedRegion::close>("close"),
                     });
}

SharedRegion::SharedRegion(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SharedRegion>(info) {
  const Napi::Env env = info.Env();
  const RegionHeader header = region_header(shape_argument(info));
  if (header.region_bytes > kRegionBytesMax) {
    throw Napi::RangeError::New(
        env, "a region of this shape has over " + std::to_string(kRegionBytesMax) + " bytes");
  }
  if (const char* failed = memory_.create(header)) throw system_error(env, failed, errno);
  const RegionFault fault = RegionView::open(memory_.base(), memory_.bytes(), view_);
  if (!fault.ok()) throw Napi::Error::New(env, fault.what);
  submissions_ = RingProducer(view_.submissions());
  completions_ = RingConsumer(view_.completions());
  sidecar_asleep_ = view_.sidecar_asleep();
  host_asleep_ = view_.host_asleep();
  seen_.resize(header.output_rows);
}

void SharedRegion::require_open(Napi::Env env) const {
  if (!memory_.is_open()) throw Napi::Error::New(env, "the shared region is closed");
}

void SharedRegion::send(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  require_open(env);
  const int socket = descriptor_argument(info[0]);
  const std::span<const std::byte> bytes = bytes_argument(info[1], "bytes");
  if (bytes.empty()) throw Napi::RangeError::New(env, "bytes is empty: nothing to attach to");
  if (memory_.descriptor() < 0) throw Napi::Error::New(env, "the region was sent already");
  const int error = send_with_descriptor(socket, bytes, memory_.descriptor());
  if (error != 0) throw system_error(env, "sendmsg", error);
  memory_.close_descriptor();
}

Napi::Value SharedRegion::submit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  require_open(env);
  const std::span<const std::byte> bytes = bytes_argument(info[0], "submission");
  if (bytes.empty() || bytes.size() > submissions_.slot_bytes()) {
    throw Napi::RangeError::New(env, "a submission has 1 to " +
                                         std::to_string(submissions_.slot_bytes()) +
                                         " bytes, not " + std::to_string(bytes.size()));
  }
  std::byte* slot = submissions_.try_claim();
  if (submissions_.is_corrupt()) throw protocol_error(env, "submission_head is out of range");
  if (slot == nullptr) return Napi::Boolean::New(env, false);
  std::memcpy(slot, bytes.data(), bytes.size());
  submissions_.publish();
  return Napi::Boolean::New(env, true);
}

Napi::Value SharedRegion::must_ring(const Napi::CallbackInfo& info) {
  require_open(info.Env());
  return Napi::Boolean::New(info.Env(), sidecar_asleep_.must_ring());
}

Napi::Value SharedRegion::take_completions(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  require_open(env);
  host_asleep_.awake();
  const std::size_t lanes_max =
      (completions_.slot_bytes() - sizeof(CompletionHeader)) / sizeof(LaneResult);
  Napi::Array taken = Napi::Array::New(env);
  // At most a ring full: a sidecar that never stops must not keep JavaScript from running.
  while (taken.Length() < view_.header().completion_slots) {
    const std::byte* slot = completions_.try_peek();
    if (slot == nullptr) break;
    CompletionHeader header;
    std::memcpy(&header, slot, sizeof header);
    if (header.lane_count > lanes_max) throw protocol_error(env, "lane_count is out of range");
    const std::size_t lane_bytes = header.lane_count * sizeof(LaneResult);
    auto copy = Napi::Buffer<std::byte>::New(env, sizeof header + lane_bytes);
    // The header from our copy: the slot could say something else by now.
    std::memcpy(copy.Data(), &header, sizeof header);
    std::memcpy(copy.Data() + sizeof header, slot + sizeof header, lane_bytes);
    completions_.release();
    taken.Set(taken.Length(), copy);
  }
  if (completions_.is_corrupt()) throw protocol_error(env, "completion_tail is out of range");
  return taken;
}

std::uint32_t SharedRegion::row_argument(const Napi::CallbackInfo& info) const {
  require_open(info.Env());
  return u32_argument(info[0], "row", 0, view_.header().output_rows - 1);
}

Napi::Value SharedRegion::output(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::uint32_t row = row_argument(info);
  const OutputCounts counts = read_counts(*view_.output(row).header);
  seen_[row] = counts;
  Napi::Object result = Napi::Object::New(env);
  const auto set = [&](const char* name, std::uint32_t value) {
    result.Set(name, Napi::Number::New(env, value));
  };
  set("generation", counts.generation);
  set("codesCount", counts.codes_count);
  set("pcmCount", counts.pcm_count);
  set("logitsCount", counts.logits_count);
  set("done", counts.done);
  set("finishReason", counts.finish_reason);
  return result;
}

SharedRegion::Frames SharedRegion::frames_argument(const Napi::CallbackInfo& info,
                                                   std::uint32_t OutputCounts::* published) {
  const std::uint32_t row = row_argument(info);
  const std::uint32_t first =
      u32_argument(info[1], "firstFrame", 0, std::numeric_limits<std::uint32_t>::max());
  const std::uint32_t count = u32_argument(info[2], "frames", 0, kOutputFrames);
  // The acquire loads also order the copy that follows after what the sidecar wrote.
  const std::uint64_t end = read_counts(*view_.output(row).header).*published;
  if (std::uint64_t{first} + count > end || std::uint64_t{first} + kOutputFrames < end) {
    throw Napi::RangeError::New(
        info.Env(), "frames " + std::to_string(first) + " and " + std::to_string(count) +
                        " on are not held: " + std::to_string(end) + " were published");
  }
  return {row, first, count};
}

Napi::Value SharedRegion::read_codes(const Napi::CallbackInfo& info) {
  const Frames frames = frames_argument(info, &OutputCounts::codes_count);
  const std::size_t groups = view_.header().groups;
  auto codes = Napi::Uint32Array::New(info.Env(), frames.count * groups);
  copy_frames(view_.output(frames.row).codes, groups, frames.first, frames.count, codes.Data());
  return codes;
}

Napi::Value SharedRegion::read_pcm(const Napi::CallbackInfo& info) {
  const Frames frames = frames_argument(info, &OutputCounts::pcm_count);
  const std::size_t samples = view_.header().frame_samples;
  auto pcm = Napi::Float32Array::New(info.Env(), frames.count * samples);
  copy_frames(view_.output(frames.row).pcm, samples, frames.first, frames.count, pcm.Data());
  return pcm;
}

Napi::Value SharedRegion::read_logits(const Napi::CallbackInfo& info) {
  const std::uint32_t row = row_argument(info);
  const std::uint32_t count = u32_argument(info[1], "count", 0, view_.header().logits_max);
  const OutputArea area = view_.output(row);
  // For its acquire loads: the copy comes after what the sidecar wrote.
  const OutputCounts counts = read_counts(*area.header);
  if (counts.logits_count == 0 && count != 0) {
    throw Napi::RangeError::New(info.Env(), "no logits were published for this row");
  }
  auto logits = Napi::Float32Array::New(info.Env(), count);
  std::memcpy(logits.Data(), area.logits, count * sizeof(float));
  return logits;
}

Napi::Value SharedRegion::armed(const Napi::CallbackInfo& info) {
  require_open(info.Env());
  host_asleep_.announce();
  bool quiet = completions_.try_peek() == nullptr && !completions_.is_corrupt();
  for (std::uint32_t row = 0; row < seen_.size(); ++row) {
    const OutputCounts counts = read_counts(*view_.output(row).header);
    // Nothing to tell while a row is being opened; what is published in it rings again.
    if (counts.generation == 0 || same(counts, seen_[row])) continue;
    seen_[row] = counts;
    quiet = false;
  }
  if (!quiet) host_asleep_.awake();
  return Napi::Boolean::New(info.Env(), quiet);
}

void SharedRegion::close(const Napi::CallbackInfo&) { memory_.close(); }

}  // namespace voxfuse::addon
