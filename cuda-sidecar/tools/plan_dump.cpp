// plan_tool dump: programs as text or JSON. Nothing is validated beyond what reading needs, so that
// a program which the sidecar refuses can be looked at.
#include <bit>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cuda-sidecar/src/plan/phases.hpp"
#include "cuda-sidecar/tools/plan_commands.hpp"

namespace voxfuse {

namespace {

using Bytes = std::vector<std::byte>;

/// The programs that a recording's define records make up.
std::map<std::uint32_t, Bytes> recorded_programs(const std::vector<RecordEntry>& entries) {
  std::map<std::uint32_t, Bytes> programs;
  for (const RecordEntry& entry : entries) {
    if (entry.kind != RecordEntry::Kind::kSubmission) continue;
    SubmissionReader reader(entry.body);
    SubmissionHeader header;
    if (!reader.open(header).ok()) continue;
    std::span<const std::byte> bytes;
    while (!reader.close().ok() && reader.next(bytes).ok()) {
      DefineRecord define;
      std::span<const std::byte> chunk;
      if (!split_record(bytes, define, chunk).ok()) continue;
      if (define.kind != static_cast<std::uint32_t>(RecordKind::kDefine)) continue;
      Bytes& program = programs[define.program_id];
      program.insert(program.end(), chunk.begin(), chunk.end());
    }
  }
  return programs;
}

/// Splits a program's bytes into its tables; false when they do not make up its length.
bool split_program(const Bytes& bytes, Program& out) {
  if (bytes.size() < sizeof(ProgramHeader)) return false;
  std::memcpy(&out.header, bytes.data(), sizeof(ProgramHeader));
  const ProgramHeader& header = out.header;
  const std::uint64_t expected = sizeof header + 16ull * header.buffer_count +
                                 16ull * header.probe_count + 4ull * header.op_words;
  if (header.magic != kProgramMagic || expected != bytes.size()) return false;
  const std::byte* at = bytes.data() + sizeof header;
  const auto take = [&at](auto& table, std::uint32_t count) {
    table.resize(count);
    if (count != 0) std::memcpy(table.data(), at, count * sizeof table[0]);
    at += count * sizeof table[0];
  };
  take(out.buffers, header.buffer_count);
  take(out.probes, header.probe_count);
  take(out.words, header.op_words);
  for (std::uint32_t word = 0; word < header.op_words;) {
    const OpInfo* info = find_op(out.words[word] & 0xffffu);
    if (info == nullptr || info->words > header.op_words - word) return false;
    out.ops.push_back({info, word});
    word += info->words;
  }
  return true;
}

void print_operand(const Program& program, std::uint32_t handle, bool json) {
  constexpr const char* kRegions[] = {"weight", "arena", "row", "kv"};
  constexpr const char* kDtypes[] = {"f32", "bf16", "u32", "stored", "i8"};
  if (handle >= program.buffers.size()) {
    std::fputs(json ? "null" : "-", stdout);
    return;
  }
  const BufferEntry& buffer = program.buffers[handle];
  const char* form =
      json ? "{\"region\":\"%s\",\"offset\":%u,\"elements\":%u,\"dtype\":\"%s\"}" : "%s+%u[%u]%s";
  std::printf(form, buffer.region < 4 ? kRegions[buffer.region] : "?", buffer.offset,
              buffer.elements, buffer.dtype < std::size(kDtypes) ? kDtypes[buffer.dtype] : "?");
}

/// One op on one line, as JSON.
void print_op_json(const Program& program, std::uint32_t index, Phase phase) {
  const OpInfo& info = *program.ops[index].info;
  const std::uint32_t* words = program.op_words(index);
  std::printf("{\"op\":\"%s\",\"phase\":\"%s\",\"operands\":{", info.name, phase_name(phase));
  for (std::uint32_t i = 0; i < info.operand_count; ++i) {
    std::printf("%s\"%s\":", i == 0 ? "" : ",", info.operands[i].name);
    print_operand(program, words[1 + i], true);
  }
  std::fputs("},\"params\":{", stdout);
  for (std::uint32_t i = 0; i < info.param_count; ++i) {
    const std::uint32_t word = words[1 + info.operand_count + i];
    std::printf("%s\"%s\":", i == 0 ? "" : ",", info.params[i].name);
    if (info.params[i].is_f32) {
      std::printf("%.9g", double{std::bit_cast<float>(word)});
    } else {
      std::printf("%u", word);
    }
  }
  std::fputs("}}", stdout);
}

void print_op_text(const Program& program, std::uint32_t index) {
  const OpInfo& info = *program.ops[index].info;
  const std::uint32_t* words = program.op_words(index);
  std::printf("%6u %s", index, info.name);
  for (std::uint32_t i = 0; i < info.operand_count; ++i) {
    std::printf(" %s=", info.operands[i].name);
    print_operand(program, words[1 + i], false);
  }
  std::fputs(" |", stdout);
  for (std::uint32_t i = 0; i < info.param_count; ++i) {
    const std::uint32_t word = words[1 + info.operand_count + i];
    if (info.params[i].is_f32) {
      std::printf(" %s=%.9g", info.params[i].name, double{std::bit_cast<float>(word)});
    } else {
      std::printf(" %s=%u", info.params[i].name, word);
    }
  }
  for (const ProbeEntry& probe : program.probes) {
    if (probe.op == index) std::printf(" probe(%u,%u,b%u)", probe.kind, probe.index, probe.buffer);
  }
  std::fputs("\n", stdout);
}

constexpr const char* kHeaderText =
    "program %u: kind %u level %u lanes %u tokens %u pass %u, %u buffers, %u probes, %u ops, "
    "arena %u units, act dtype %u\n";
constexpr const char* kHeaderJson =
    "{\"id\":%u,\"kind\":%u,\"level\":%u,\"lanes\":%u,\"tokens\":%u,\"pass\":%u,\"buffer_count\":%"
    "u,"
    "\"probe_count\":%u,\"op_count\":%u,\"arena_units\":%u,\"act_dtype\":%u,\"layer_op_count\":%u,"
    "\"ops\":[";

void print_program(std::uint32_t id, const Program& program, bool json) {
  const ProgramHeader& h = program.header;
  std::printf(json ? kHeaderJson : kHeaderText, id, h.kind, h.level, h.lanes, h.tokens, h.pass,
              h.buffer_count, h.probe_count, h.op_count, h.arena_units, h.act_dtype,
              h.layer_op_count);
  const std::vector<Phase> phases = phases_of(program);
  for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
    if (!json) {
      print_op_text(program, i);
      continue;
    }
    if (i != 0) std::fputs(",\n", stdout);
    print_op_json(program, i, phases[i]);
  }
  if (json) std::fputs("],\"probes\":[", stdout);
  for (std::size_t i = 0; json && i < program.probes.size(); ++i) {
    const ProbeEntry& probe = program.probes[i];
    std::printf("%s{\"kind\":%u,\"index\":%u,\"op\":%u,\"buffer\":", i == 0 ? "" : ",", probe.kind,
                probe.index, probe.op);
    print_operand(program, probe.buffer, true);
    std::fputs("}", stdout);
  }
  if (json) std::fputs("]}", stdout);
}

}  // namespace

int dump(const Arguments& arguments) {
  const std::string& path = arguments.positions[0];
  const bool json = arguments.options.contains("json");
  std::map<std::uint32_t, Bytes> programs;
  std::vector<RecordEntry> entries;
  if (read_recording(path, entries).ok()) {
    programs = recorded_programs(entries);
  } else {
    std::ifstream file(path, std::ios::binary);
    for (std::istreambuf_iterator<char> at(file), end; at != end; ++at) {
      programs[0].push_back(static_cast<std::byte>(*at));
    }
  }
  if (json) std::fputs("[", stdout);
  bool first = true;
  for (const auto& [id, bytes] : programs) {
    Program program;
    if (!split_program(bytes, program)) {
      return complain(path, {ErrorCode::kBadProgram, "not a whole program"});
    }
    if (json && !first) std::fputs(",\n", stdout);
    first = false;
    print_program(id, program, json);
  }
  if (json) std::fputs("]\n", stdout);
  return 0;
}

}  // namespace voxfuse
