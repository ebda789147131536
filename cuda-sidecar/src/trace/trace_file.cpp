#include "cuda-sidecar/src/trace/trace_file.hpp"

#include <cstdio>

namespace voxfuse {

namespace {

/// The sidecar is one process among those of the trace: the host adds its own.
constexpr std::uint64_t kProcess = 1;

void append_string(std::string& text, std::string_view value) {
  text += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    // Names have no control characters; one would only spoil the file.
    text += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  text += '"';
}

/// Nanoseconds as microseconds, with all their digits.
std::string microseconds(TraceTime nanoseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%llu.%03llu",
                static_cast<unsigned long long>(nanoseconds / 1000),
                static_cast<unsigned long long>(nanoseconds % 1000));
  return text;
}

std::string head_of(const TraceEvent& event, const char* phase) {
  JsonFields head;
  head.add("name", event.name).add("cat", event.category).add("ph", phase);
  head.add("pid", kProcess).add("tid", std::uint64_t{event.track});
  return head.text() + ",\"ts\":" + microseconds(event.from);
}

}  // namespace

void JsonFields::begin(std::string_view name) {
  if (!text_.empty()) text_ += ',';
  append_string(text_, name);
  text_ += ':';
}

JsonFields& JsonFields::add(std::string_view name, std::uint64_t value) {
  begin(name);
  text_ += std::to_string(value);
  return *this;
}

JsonFields& JsonFields::add(std::string_view name, std::string_view value) {
  begin(name);
  append_string(text_, value);
  return *this;
}

JsonFields& JsonFields::add_flag(std::string_view name, bool value) {
  begin(name);
  text_ += value ? "true" : "false";
  return *this;
}

Status TraceFile::open(const std::string& path) {
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (!file_) return {ErrorCode::kBadControl, "the trace cannot be written"};
  file_ << "{\"traceEvents\":[";
  return {};
}

void TraceFile::put(std::string_view fields, const JsonFields& args) {
  file_ << (events_++ == 0 ? "\n{" : ",\n{") << fields << ",\"args\":{" << args.text() << "}}";
}

void TraceFile::name_track(const char* kind, std::uint32_t track, std::string_view name) {
  JsonFields head;
  head.add("name", kind).add("ph", "M").add("pid", kProcess).add("tid", std::uint64_t{track});
  put(head.text(), JsonFields().add("name", name));
}

void TraceFile::span(const TraceEvent& event, const JsonFields& args) {
  put(head_of(event, "X") + ",\"dur\":" + microseconds(event.to - event.from), args);
}

void TraceFile::moment(const TraceEvent& event, const JsonFields& args) {
  put(head_of(event, "i") + ",\"s\":\"t\"", args);
}

Status TraceFile::close(const JsonFields& other) {
  file_ << "\n],\"displayTimeUnit\":\"ns\",\"otherData\":{" << other.text() << "}}\n";
  file_.close();
  if (!file_) return {ErrorCode::kBadControl, "the trace cannot be written"};
  return {};
}

}  // namespace voxfuse
