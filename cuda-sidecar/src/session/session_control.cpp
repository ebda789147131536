// Control messages: what each asks for and how it is answered.
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <mutex>

#include "cuda-sidecar/src/session/load_request.hpp"
#include "cuda-sidecar/src/session/session.hpp"

namespace voxfuse {

namespace {

using msgpack::Value;
using msgpack::Writer;

#ifndef VOXFUSE_VERSION
#define VOXFUSE_VERSION "0.0.0"
#endif

/// Every reply opens with type, id and ok.
constexpr std::uint32_t kReplyFields = 3;

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Opens a successful reply that `fields` more fields follow.
void begin_reply(Writer& reply, std::uint64_t id, std::uint32_t fields) {
  reply.map(kReplyFields + fields);
  reply.field("type", "reply");
  reply.field("id", id);
  reply.field("ok", true);
}

std::uint64_t id_of(const Value& message) {
  const Value* id = message.find("id");
  return id == nullptr ? 0 : id->as_unsigned().value_or(0);
}

Writer refusal(std::uint64_t id, Status status, const std::string& subject) {
  Writer reply;
  reply.map(kReplyFields + 3);
  reply.field("type", "reply");
  reply.field("id", id);
  reply.field("ok", false);
  reply.field("code", error_name(status.code()));
  reply.field("message",
              subject.empty() ? std::string(status.what()) : subject + ": " + status.what());
  reply.field("layout_hash", std::uint64_t{kLayoutHash});
  return reply;
}

}  // namespace

void Session::answer(std::span<const std::byte> bytes) {
  const auto message = msgpack::decode(bytes);
  if (!message || message->kind != Value::Kind::kMap) {
    // Without an id there is no one to answer to.
    over_ = true;
    return;
  }
  Writer reply;
  std::string subject;
  const Status status = dispatch(*message, bytes, reply, subject);
  if (status.ok() && reply.bytes().empty()) return;  // its reply comes later
  const bool sent = channel_.send(status.ok() ? reply.bytes()
                                              : refusal(id_of(*message), status, subject).bytes());
  over_ = over_ || !sent;
}

Status Session::dispatch(const Value& message, std::span<const std::byte> bytes, Writer& reply,
                         std::string& subject) {
  const Value* type = message.find("type");
  VOXFUSE_REQUIRE(type != nullptr && type->kind == Value::Kind::kString, kBadControl);
  if (type->text == control::kHello) return hello(message, reply);
  if (!region_.is_open()) return {ErrorCode::kBadControl, "hello comes first"};
  if (type->text == control::kLoad) return load(message, bytes, reply, subject);
  if (type->text == control::kWeights) return weights(message, bytes, reply, subject);
  if (type->text == control::kStats) {
    begin_reply(reply, id_of(message), 11);
    return stats(reply);
  }
  if (type->text == control::kEncode) return encode(message);
  if (type->text == control::kTrace) return trace(message, reply, subject);
  if (type->text == control::kBye) {
    begin_reply(reply, id_of(message), 0);
    over_ = true;
    return {};
  }
  return {ErrorCode::kBadControl, "unknown message type"};
}

Status Session::hello(const Value& message, Writer& reply) {
  const Value* hash = message.find("layout_hash");
  VOXFUSE_REQUIRE(hash != nullptr, kBadControl);
  if (hash->as_unsigned() != kLayoutHash) {
    return {ErrorCode::kLayoutMismatch, "host and sidecar are of different builds"};
  }
  VOXFUSE_TRY(region_.open(channel_.take_descriptor()));
  submissions_ = RingConsumer(region_.view().submissions());
  completions_ = RingProducer(region_.view().completions());
  sidecar_asleep_ = region_.view().sidecar_asleep();
  host_asleep_ = region_.view().host_asleep();

  begin_reply(reply, id_of(message), 7);
  reply.field("layout_hash", std::uint64_t{kLayoutHash});
  reply.field("pid", static_cast<std::uint64_t>(getpid()));
  reply.field("version", VOXFUSE_VERSION);
  const auto backends = backend_names();
  reply.text("backends");
  reply.array(static_cast<std::uint32_t>(backends.size()));
  for (const std::string& name : backends) reply.text(name);
  reply.field("isa", best_isa_name());
  const auto devices = gpu_names();
  reply.text("devices");
  reply.array(static_cast<std::uint32_t>(devices.size()));
  for (const std::string& name : devices) reply.text(name);
  reply.field("threads", std::uint64_t{usable_cores()});
  return {};
}

Status Session::load(const Value& message, std::span<const std::byte> bytes, Writer& reply,
                     std::string& subject) {
  if (engine_ != nullptr) return {ErrorCode::kBadControl, "a model is loaded already"};
  LoadRequest request;
  VOXFUSE_TRY(parse_load(message, request, subject));
  subject = "layout";
  VOXFUSE_TRY(OutputPublisher::check(region_.view().header(), request.layout));
  std::unique_ptr<Engine> engine;
  {
    // Choosing an instruction set is for the whole process: not while another session computes.
    const std::lock_guard guard(turn_);
    VOXFUSE_TRY(make_engine(request, *this, engine, subject));
  }
  if (!request.record.empty()) {
    subject = request.record;
    VOXFUSE_TRY(recorder_.open(request.record));
    recorder_.add(RecordEntry::Kind::kLoad, 0, bytes);
  }
  publisher_ = std::make_unique<OutputPublisher>(region_.view(), engine->memory());
  engine_ = std::move(engine);

  begin_reply(reply, id_of(message), 5);
  reply.field("mapped_bytes", engine_->tensors().mapped_bytes());
  reply.field("state_bytes", engine_->memory().state_bytes());
  reply.field("threads", std::uint64_t{engine_->backend().threads()});
  reply.field("isa", engine_->backend().isa());
  reply.field("device", engine_->backend().device());
  return {};
}

Status Session::weights(const Value& message, std::span<const std::byte> bytes, Writer& reply,
                        std::string& subject) {
  if (engine_ == nullptr) return {ErrorCode::kNotLoaded, "load comes first"};
  subject = "entries";
  std::span<const std::byte> entries;
  VOXFUSE_TRY(parse_weights(message, entries));
  VOXFUSE_TRY(engine_->add_weights(entries, subject));
  recorder_.add(RecordEntry::Kind::kWeights, engine_->steps(), bytes);
  begin_reply(reply, id_of(message), 2);
  reply.field("count", std::uint64_t{engine_->weights().count()});
  reply.field("built_bytes", engine_->weights().built_bytes());
  return {};
}

Status Session::encode(const Value& message) {
  if (engine_ == nullptr) return {ErrorCode::kNotLoaded, "load comes first"};
  EncodeJob job;
  job.id = id_of(message);
  VOXFUSE_TRY(parse_encode(message, job));
  engine_->encode(std::move(job));
  return {};
}

void Session::encoded(const EncodeResult& result) {
  Writer reply;
  if (result.status.ok()) {
    begin_reply(reply, result.id, 2);
    reply.field("output", result.output);
    reply.field("ns", result.nanoseconds);
  } else {
    reply = refusal(result.id, result.status, "");
  }
  replies_.push_back(reply.bytes());
}

Status Session::stats(Writer& reply) {
  const EngineCounters counters = engine_ == nullptr ? EngineCounters{} : engine_->counters();
  reply.field("submissions", counters.submissions);
  reply.field("frames", counters.frames);
  reply.field("ops", counters.ops);
  reply.field("decode_ns", counters.decode_ns);
  reply.field("vocode_ns", counters.vocode_ns);
  reply.field("wakeups", wakeups_);
  reply.field("resident_bytes", resident_bytes());
  Backend* backend = engine_ == nullptr ? nullptr : &engine_->backend();
  reply.field("device_bytes", backend == nullptr ? 0 : backend->device_bytes());
  reply.field("uploaded_bytes", backend == nullptr ? 0 : backend->uploaded_bytes());
  reply.field("copy_mb_s", backend == nullptr ? 0 : backend->copy_mb_s());
  reply.field("rows_used", std::uint64_t{engine_ == nullptr ? 0 : engine_->rows().used()});
  return {};
}

Status Session::trace(const Value& message, Writer& reply, std::string& subject) {
  if (engine_ == nullptr) return {ErrorCode::kNotLoaded, "load comes first"};
  subject = "file";
  std::string path;
  VOXFUSE_TRY(parse_trace(message, path));
  if (!path.empty()) subject = path;
  TraceCounts counts;
  VOXFUSE_TRY(path.empty() ? end_trace(counts) : begin_trace(path));
  begin_reply(reply, id_of(message), 2);
  reply.field("events", counts.events);
  reply.field("device_kernels", counts.device_kernels);
  return {};
}

Status Session::begin_trace(const std::string& path) {
  if (trace_ != nullptr) return {ErrorCode::kBadControl, "a trace runs already"};
  auto trace = std::make_unique<SessionTrace>();
  VOXFUSE_TRY(trace->open(path));
  // The driver notes what every session of the process launches: not while one does.
  const std::lock_guard guard(turn_);
  // Without kernels of the device it is a trace all the same; their count says so in the end.
  (void)engine_->backend().begin_kernel_trace();
  trace_ = std::move(trace);
  engine_->backend().trace(trace_.get());
  return {};
}

Status Session::end_trace(TraceCounts& counts) {
  if (trace_ == nullptr) return {ErrorCode::kBadControl, "no trace runs"};
  const std::unique_ptr<SessionTrace> trace = std::move(trace_);
  engine_->backend().trace(nullptr);
  DeviceKernels kernels;
  {
    const std::lock_guard guard(turn_);
    kernels = engine_->backend().end_kernel_trace();
  }
  return trace->write(kernels, counts);
}

}  // namespace voxfuse
