#include "cuda-sidecar/src/session/load_request.hpp"

#include <cstring>

namespace voxfuse {

namespace {

using msgpack::Value;

constexpr std::size_t kTensorFields = 6;

const Value* field(const Value& message, const char* name, Value::Kind kind, std::string& subject) {
  subject = name;
  const Value* found = message.find(name);
  return found != nullptr && found->kind == kind ? found : nullptr;
}

Status parse_files(const Value& files, LoadRequest& out) {
  for (const Value& file : files.items) {
    VOXFUSE_REQUIRE(file.kind == Value::Kind::kString, kBadControl);
    // The kernel would read a path only up to a zero byte.
    VOXFUSE_REQUIRE(file.text.find('\0') == std::string_view::npos, kBadControl);
    out.files.emplace_back(file.text);
  }
  return {};
}

/// [name, dtype, shape, file index, byte offset, bytes].
Status parse_tensor(const Value& value, TensorSpec& out) {
  VOXFUSE_REQUIRE(value.kind == Value::Kind::kArray, kBadControl);
  VOXFUSE_REQUIRE(value.items.size() == kTensorFields, kBadControl);
  const auto& items = value.items;
  VOXFUSE_REQUIRE(items[0].kind == Value::Kind::kString, kBadControl);
  out.name = items[0].text;
  VOXFUSE_REQUIRE(items[1].text == "F32" || items[1].text == "BF16", kBadControl);
  out.dtype = items[1].text == "BF16" ? Dtype::kBf16 : Dtype::kF32;
  VOXFUSE_REQUIRE(items[2].kind == Value::Kind::kArray, kBadControl);
  for (const Value& axis : items[2].items) {
    const auto size = axis.as_unsigned();
    VOXFUSE_REQUIRE(size.has_value(), kBadControl);
    out.shape.push_back(*size);
  }
  const auto file = items[3].as_unsigned();
  const auto offset = items[4].as_unsigned();
  const auto bytes = items[5].as_unsigned();
  VOXFUSE_REQUIRE(file && offset && bytes, kBadControl);
  out.file = *file;
  out.offset = *offset;
  out.bytes = *bytes;
  return {};
}

Status parse_backend(const Value& message, BackendChoice& out, std::string& subject) {
  const Value* name = field(message, "backend", Value::Kind::kString, subject);
  VOXFUSE_REQUIRE(name != nullptr, kBadControl);
  const Value* isa = field(message, "isa", Value::Kind::kString, subject);
  VOXFUSE_REQUIRE(isa != nullptr, kBadControl);
  subject = "threads";
  const Value* threads = message.find("threads");
  VOXFUSE_REQUIRE(threads != nullptr, kBadControl);
  const auto count = threads->as_unsigned();
  VOXFUSE_REQUIRE(count && *count <= UINT32_MAX, kBadControl);
  subject = "device";
  const Value* device = message.find("device");
  VOXFUSE_REQUIRE(device != nullptr, kBadControl);
  const auto index = device->as_unsigned();
  VOXFUSE_REQUIRE(index && *index <= UINT32_MAX, kBadControl);
  subject = "graphs";
  const Value* graphs = message.find("graphs");
  VOXFUSE_REQUIRE(graphs != nullptr, kBadControl);
  const auto as_graphs = graphs->as_unsigned();
  VOXFUSE_REQUIRE(as_graphs && *as_graphs <= 1, kBadControl);
  out = {.name = std::string(name->text),
         .threads = static_cast<std::uint32_t>(*count),
         .isa = std::string(isa->text),
         .device = static_cast<std::uint32_t>(*index),
         .graphs = *as_graphs == 1};
  return {};
}

}  // namespace

Status parse_load(const Value& message, LoadRequest& out, std::string& subject) {
  VOXFUSE_TRY(parse_backend(message, out.backend, subject));
  const Value* files = field(message, "files", Value::Kind::kArray, subject);
  VOXFUSE_REQUIRE(files != nullptr, kBadControl);
  VOXFUSE_TRY(parse_files(*files, out));
  const Value* tensors = field(message, "tensors", Value::Kind::kArray, subject);
  VOXFUSE_REQUIRE(tensors != nullptr, kBadControl);
  for (const Value& tensor : tensors->items) {
    VOXFUSE_TRY(parse_tensor(tensor, out.tensors.emplace_back()));
    subject = "tensor after " + out.tensors.back().name;
  }
  const Value* layout = field(message, "layout", Value::Kind::kBytes, subject);
  VOXFUSE_REQUIRE(layout != nullptr && layout->bytes.size() == sizeof out.layout, kBadControl);
  std::memcpy(&out.layout, layout->bytes.data(), sizeof out.layout);
  const Value* record = field(message, "record", Value::Kind::kString, subject);
  VOXFUSE_REQUIRE(record != nullptr, kBadControl);
  VOXFUSE_REQUIRE(record->text.find('\0') == std::string_view::npos, kBadControl);
  out.record = record->text;
  subject.clear();
  return {};
}

Status parse_weights(const Value& message, std::span<const std::byte>& entries) {
  const Value* found = message.find("entries");
  VOXFUSE_REQUIRE(found != nullptr && found->kind == Value::Kind::kBytes, kBadControl);
  entries = found->bytes;
  return {};
}

Status parse_encode(const Value& message, EncodeJob& out) {
  const Value* program = message.find("program");
  const Value* input = message.find("input");
  const Value* output_at = message.find("output_at");
  const Value* output_bytes = message.find("output_bytes");
  VOXFUSE_REQUIRE(program != nullptr && program->kind == Value::Kind::kBytes, kBadControl);
  VOXFUSE_REQUIRE(input != nullptr && input->kind == Value::Kind::kBytes, kBadControl);
  VOXFUSE_REQUIRE(output_at != nullptr && output_bytes != nullptr, kBadControl);
  const auto at = output_at->as_unsigned();
  const auto bytes = output_bytes->as_unsigned();
  VOXFUSE_REQUIRE(at && *at <= UINT32_MAX && bytes && *bytes <= UINT32_MAX, kBadControl);
  out.program.assign(program->bytes.begin(), program->bytes.end());
  out.input.assign(input->bytes.begin(), input->bytes.end());
  out.output_at = *at * kAlignment;
  out.output_bytes = *bytes;
  return {};
}

Status parse_trace(const Value& message, std::string& file) {
  const Value* found = message.find("file");
  VOXFUSE_REQUIRE(found != nullptr && found->kind == Value::Kind::kString, kBadControl);
  VOXFUSE_REQUIRE(found->text.find('\0') == std::string_view::npos, kBadControl);
  file = found->text;
  return {};
}

Status make_engine(const LoadRequest& request, EngineListener& listener,
                   std::unique_ptr<Engine>& out, std::string& subject) {
  subject = "layout";
  VOXFUSE_TRY(check_layout(request.layout));
  subject = "backend " + request.backend.name;
  std::unique_ptr<Backend> backend;
  VOXFUSE_TRY(make_backend(request.backend, backend));
  auto engine = std::make_unique<Engine>(request.layout, std::move(backend), listener);
  subject = "layout";
  VOXFUSE_TRY(engine->allocate());
  VOXFUSE_TRY(engine->open_tensors(request.files, request.tensors, subject));
  subject.clear();
  out = std::move(engine);
  return {};
}

}  // namespace voxfuse
