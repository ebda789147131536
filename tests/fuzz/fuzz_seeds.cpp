// Cuts a recording into inputs for the fuzz targets:
//
//   fuzz_seeds --recording=FILE FOLDER
//
// FOLDER gets plan/, records/, weights/ and control/. Layout hashes are left out of them.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "cuda-sidecar/gen/bind.hpp"
#include "cuda-sidecar/src/engine/submission.hpp"
#include "cuda-sidecar/src/session/recording.hpp"
#include "tests/fuzz/recorded.hpp"

namespace {

using namespace voxfuse;
using msgpack::Writer;
using Bytes = std::vector<std::byte>;

void append(Bytes& to, std::span<const std::byte> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void append(Bytes& to, std::uint32_t word) { append(to, std::as_bytes(std::span(&word, 1))); }

void clear_word(Bytes& bytes, std::size_t at) {
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, std::byte{0});
}

/// One folder of inputs, which are numbered.
class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
  }
  void add(std::span<const std::byte> input) {
    std::ofstream file(path_ / std::to_string(count_++), std::ios::binary);
    // Bytes, written as chars.
    file.write(reinterpret_cast<const char*>(input.data()),
               static_cast<std::streamsize>(input.size()));
  }

 private:
  std::filesystem::path path_;
  int count_ = 0;
};

/// The program of one op of another program, with the buffers that it names.
Bytes program_of(ProgramHeader header, std::span<const BufferEntry> buffers,
                 std::span<const std::uint32_t> words, const OpInfo& info) {
  std::vector<std::uint32_t> op(words.begin(), words.end());
  std::vector<BufferEntry> used;
  for (std::uint32_t i = 0; i < info.operand_count; ++i) {
    if (op[1 + i] == kAbsent) continue;
    used.push_back(buffers[op[1 + i]]);
    op[1 + i] = static_cast<std::uint32_t>(used.size() - 1);
  }
  header.layout_hash = 0;
  header.buffer_count = static_cast<std::uint32_t>(used.size());
  header.probe_count = 0;
  header.op_count = 1;
  header.layer_op_count = 0;
  header.op_words = static_cast<std::uint32_t>(op.size());
  const std::size_t bytes = sizeof header + used.size() * sizeof used[0] + 4 * op.size();
  header.program_bytes = static_cast<std::uint32_t>(bytes);
  Bytes program;
  append(program, std::as_bytes(std::span(&header, 1)));
  append(program, std::as_bytes(std::span(used)));
  append(program, std::as_bytes(std::span(op)));
  return program;
}

/// Whole programs, and the first op of each kind alone.
void add_plan(const Recorded& recorded, Folder& folder) {
  std::set<std::uint32_t> kinds;
  for (const Bytes& bytes : recorded.programs) {
    Bytes whole = bytes;
    clear_word(whole, offsetof(ProgramHeader, layout_hash));
    folder.add(whole);
    ProgramHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    std::vector<BufferEntry> buffers(header.buffer_count);
    std::memcpy(buffers.data(), bytes.data() + sizeof header, buffers.size() * sizeof buffers[0]);
    std::vector<std::uint32_t> words(header.op_words);
    std::memcpy(words.data(), bytes.data() + bytes.size() - 4 * words.size(), 4 * words.size());
    for (std::size_t at = 0; at < words.size(); at += words[at] >> 16) {
      const OpInfo* info = find_op(words[at] & 0xffffu);
      require(info != nullptr, "a recorded op is one");
      if (!kinds.insert(words[at] & 0xffffu).second) continue;
      folder.add(program_of(header, buffers, std::span(words).subspan(at, info->words), *info));
    }
  }
}

/// Submissions that define nothing, each alone and all in a row, for two modes of the backend.
void add_records(const std::vector<RecordEntry>& entries, Folder& folder) {
  for (const unsigned modes : {0x10u, 0x0bu}) {
    Bytes all = {static_cast<std::byte>(modes)};
    for (const RecordEntry& entry : entries) {
      if (entry.kind != RecordEntry::Kind::kSubmission) continue;
      std::uint32_t kind = 0;
      std::memcpy(&kind, entry.body.data() + sizeof(SubmissionHeader), sizeof kind);
      if (kind == static_cast<std::uint32_t>(RecordKind::kDefine)) continue;
      Bytes body = entry.body;
      clear_word(body, offsetof(SubmissionHeader, layout_hash));
      append(all, body);
    }
    folder.add(all);
  }
}

/// A load message with some of the recorded one's tensors.
Bytes load_message(const LoadRequest& load, std::span<const TensorSpec> tensors) {
  Writer writer;
  writer.map(11);
  writer.field("type", "load");
  writer.field("id", std::uint64_t{1});
  writer.field("backend", std::string_view(load.backend.name));
  writer.field("isa", std::string_view(load.backend.isa));
  writer.field("threads", std::uint64_t{load.backend.threads});
  writer.field("device", std::uint64_t{load.backend.device});
  writer.field("graphs", std::uint64_t{load.backend.graphs ? 1u : 0u});
  writer.text("files");
  writer.array(static_cast<std::uint32_t>(load.files.size()));
  for (std::size_t i = 0; i < load.files.size(); ++i) writer.text("f");
  writer.text("tensors");
  writer.array(static_cast<std::uint32_t>(tensors.size()));
  for (const TensorSpec& tensor : tensors) {
    writer.array(6);
    writer.text(tensor.name);
    writer.text(tensor.dtype == Dtype::kBf16 ? "BF16" : "F32");
    writer.array(static_cast<std::uint32_t>(tensor.shape.size()));
    for (const std::uint64_t axis : tensor.shape) writer.number(axis);
    writer.number(tensor.file);
    writer.number(tensor.offset);
    writer.number(tensor.bytes);
  }
  writer.field("layout", std::as_bytes(std::span(&load.layout, 1)));
  writer.field("record", "");
  Bytes bytes = writer.bytes();
  // The count of fields is written by hand above.
  require(msgpack::decode(bytes).has_value(), "a load message is msgpack");
  return bytes;
}

/// The tensors that an entry names.
std::vector<TensorSpec> parts_of(const LoadRequest& load, std::string_view names) {
  std::vector<TensorSpec> parts;
  for (std::size_t at = 0; at < names.size();) {
    const std::string_view name = names.substr(at, names.find('\0', at) - at);
    at += name.size() + 1;
    const auto found = std::ranges::find(load.tensors, name, &TensorSpec::name);
    if (found != load.tensors.end()) parts.push_back(*found);
  }
  return parts;
}

/// The first entry of each kind, alone with its tensors.
void add_weights(const Recorded& recorded, Folder& folder) {
  std::set<std::uint32_t> kinds;
  for (const Bytes& message : recorded.weights) {
    std::span<const std::byte> rest = message;
    while (rest.size() >= sizeof(WeightEntry)) {
      WeightEntry entry;
      std::memcpy(&entry, rest.data(), sizeof entry);
      const auto bytes = rest.first(std::min(sizeof entry + entry.name_bytes, rest.size()));
      rest = rest.subspan(bytes.size());
      if (!kinds.insert(entry.kind).second) continue;
      // Names are text: bytes seen as chars.
      const std::string_view names(reinterpret_cast<const char*>(bytes.data()) + sizeof entry,
                                   bytes.size() - sizeof entry);
      const Bytes load = load_message(recorded.load, parts_of(recorded.load, names));
      Bytes input;
      append(input, static_cast<std::uint32_t>(load.size()));
      append(input, load);
      append(input, bytes);
      clear_word(input, input.size() - bytes.size() + offsetof(WeightEntry, id));
      folder.add(input);
    }
  }
}

void add_message(const Bytes& message, Folder& folder) {
  Bytes input = {std::byte{7}};
  append(input, static_cast<std::uint32_t>(message.size()));
  append(input, message);
  append(input, 0u);  // and a doorbell
  folder.add(input);
}

void add_control(const Recorded& recorded, Folder& folder) {
  const auto tensors = std::span(recorded.load.tensors).first(2);
  add_message(load_message(recorded.load, tensors), folder);
  const Bytes some(64, std::byte{1});
  Writer weights;
  weights.map(3);
  weights.field("type", "weights");
  weights.field("id", std::uint64_t{2});
  weights.field("entries", std::span(some));
  add_message(weights.bytes(), folder);
  Writer encode;
  encode.map(6);
  encode.field("type", "encode");
  encode.field("id", std::uint64_t{3});
  encode.field("program", std::span(some));
  encode.field("input", std::span(some));
  encode.field("output_at", std::uint64_t{1});
  encode.field("output_bytes", std::uint64_t{256});
  add_message(encode.bytes(), folder);
  Writer trace;
  trace.map(3);
  trace.field("type", "trace");
  trace.field("id", std::uint64_t{1} << 40);
  trace.field("file", "trace.json");
  add_message(trace.bytes(), folder);
}

}  // namespace

int main(int count, char** words) {
  const Recorded recorded = read_recorded(count, words);
  std::vector<RecordEntry> entries;
  require(read_recording(words[1] + std::strlen("--recording="), entries).ok(), "it was just read");
  if (count != 3) {
    std::fputs("usage: fuzz_seeds --recording=FILE FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path root = words[2];
  Folder plan(root / "plan");
  add_plan(recorded, plan);
  Folder records(root / "records");
  add_records(entries, records);
  Folder weights(root / "weights");
  add_weights(recorded, weights);
  Folder control(root / "control");
  add_control(recorded, control);
  return 0;
}
