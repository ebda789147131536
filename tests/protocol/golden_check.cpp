// Decodes a golden with the C++ records and prints its meaning as JSON, for the test to compare
// with what the other languages read.
//
//   golden_check program|submission|completion|region-header|engine-layout FILE.hex
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shared/gen/protocol.hpp"
#include "tests/protocol/golden_records.hpp"

namespace {

using Bytes = std::vector<unsigned char>;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

/// Hexadecimal bytes with comments from '#' on; `00*N` is N zero bytes.
Bytes read_hex(const char* path) {
  std::ifstream file(path);
  if (!file) fail("cannot read the file");
  Bytes bytes;
  std::string line;
  while (std::getline(file, line)) {
    line.resize(std::min(line.find('#'), line.size()));
    for (const char* at = line.c_str(); *at != '\0';) {
      if (std::isspace(static_cast<unsigned char>(*at)) != 0) {
        ++at;
        continue;
      }
      char* end = nullptr;
      const auto value = static_cast<unsigned char>(std::strtoul(at, &end, 16));
      if (end != at + 2) fail("not a byte of two digits");
      const std::size_t times = *end == '*' ? std::strtoul(end + 1, &end, 10) : 1;
      bytes.insert(bytes.end(), times, value);
      at = end;
    }
  }
  return bytes;
}

/// Takes records off the front of the bytes and prints them as one JSON list.
class Printer {
 public:
  explicit Printer(Bytes bytes) : bytes_(std::move(bytes)) { std::fputs("[", stdout); }
  ~Printer() {
    if (at_ != bytes_.size()) fail("bytes are left over");
    std::puts("]");
  }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  template <typename Record>
  Record take() {
    Record record;
    if (bytes_.size() - at_ < sizeof record) fail("bytes are missing");
    std::memcpy(&record, bytes_.data() + at_, sizeof record);
    at_ += sizeof record;
    return record;
  }

  void begin(const char* record) { open("record", (std::string("\"") + record + '"').c_str()); }
  void end() { std::fputs("}", stdout); }
  void field(const char* name, std::uint32_t value) { std::printf(", \"%s\": %u", name, value); }
  void field(const char* name, std::uint64_t value) { std::printf(", \"%s\": %lu", name, value); }
  void field(const char* name, float value) { std::printf(", \"%s\": %.9g", name, double{value}); }

  void words(const char* name, std::uint32_t count) {
    std::string list = "[";
    for (std::uint32_t i = 0; i < count; ++i) {
      list += (i == 0 ? "" : ", ") + std::to_string(take<std::uint32_t>());
    }
    open(name, (list + "]").c_str());
    end();
  }
  void op() {
    const auto first = take<std::uint32_t>();
    const auto code = static_cast<voxfuse::OpCode>(first & 0xffffu);
    if (code != voxfuse::OpCode::kResidualAdd) fail("another op than the golden's");
    open("op", "\"residual_add\"");
    std::fputs(", \"words\": [", stdout);
    for (std::uint32_t i = 1; i < first >> 16; ++i) {
      std::printf(i == 1 ? "%u" : ", %u", take<std::uint32_t>());
    }
    std::fputs("]", stdout);
    end();
  }

 private:
  void open(const char* key, const char* value) {
    std::printf("%s{\"%s\": %s", is_first_ ? "" : ",\n ", key, value);
    is_first_ = false;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool is_first_ = true;
};

void print_program(Printer& out) {
  const auto header = print_program_header(out);
  for (std::uint32_t i = 0; i < header.buffer_count; ++i) print_buffer_entry(out);
  for (std::uint32_t i = 0; i < header.probe_count; ++i) print_probe_entry(out);
  for (std::uint32_t i = 0; i < header.op_count; ++i) out.op();
}

void print_submission(Printer& out) {
  print_submission_header(out);
  const auto admit = print_admit_record(out);
  out.words("prompt", admit.prompt_count * voxfuse::kPromptEntryWords);
  out.words("text", admit.text_count);
  out.words("pages", admit.page_count);
  const auto run = print_run_record(out);
  for (std::uint32_t i = 0; i < run.lane_count; ++i) print_lane_entry(out);
}

void print_completion(Printer& out) {
  const auto header = print_completion_header(out);
  for (std::uint32_t i = 0; i < header.lane_count; ++i) print_lane_result(out);
}

}  // namespace

int main(int count, char** arguments) {
  const std::map<std::string_view, void (*)(Printer&)> kinds = {
      {"program", print_program},
      {"submission", print_submission},
      {"completion", print_completion},
      {"region-header", [](Printer& out) { print_region_header(out); }},
      {"engine-layout", [](Printer& out) { print_engine_layout(out); }},
  };
  const auto kind = count == 3 ? kinds.find(arguments[1]) : kinds.end();
  if (kind == kinds.end()) fail("usage: golden_check KIND FILE.hex");
  Printer out(read_hex(arguments[2]));
  kind->second(out);
}
