#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "cuda-sidecar/src/trace/trace_sink.hpp"
#include "kernels/support/status.hpp"

namespace voxfuse {

/// The inside of a JSON object.
class JsonFields {
 public:
  JsonFields& add(std::string_view name, std::uint64_t value);
  JsonFields& add(std::string_view name, std::string_view value);
  JsonFields& add(std::string_view name, const char* value) {
    return add(name, std::string_view(value));
  }
  /// As a literal, not as a number, which a bool would become too.
  JsonFields& add_flag(std::string_view name, bool value);
  const std::string& text() const { return text_; }

 private:
  void begin(std::string_view name);

  std::string text_;
};

/// Something that took time, or a moment, which has no `to`.
struct TraceEvent {
  std::string_view name;
  const char* category = "";
  std::uint32_t track = 0;
  TraceTime from = 0;
  TraceTime to = 0;
};

/// A file in Chrome's trace format: an object with `traceEvents`, times in microseconds.
class TraceFile {
 public:
  /// Errors   kBadControl when the file cannot be written.
  Status open(const std::string& path);
  void name_process(std::string_view name) { name_track("process_name", 0, name); }
  void name_thread(std::uint32_t track, std::string_view name) {
    name_track("thread_name", track, name);
  }
  void span(const TraceEvent& event, const JsonFields& args);
  void moment(const TraceEvent& event, const JsonFields& args);
  /// Closes it, with `other` beside the events.
  ///
  /// Errors   as open().
  Status close(const JsonFields& other);
  std::uint64_t events() const { return events_; }

 private:
  void name_track(const char* kind, std::uint32_t track, std::string_view name);
  void put(std::string_view fields, const JsonFields& args);

  std::ofstream file_;
  std::uint64_t events_ = 0;
};

}  // namespace voxfuse
