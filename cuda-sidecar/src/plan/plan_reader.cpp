#include "cuda-sidecar/src/plan/plan_reader.hpp"

#include <cstring>

#include "cuda-sidecar/src/plan/layout.hpp"
#include "cuda-sidecar/src/plan/op_check.hpp"

namespace voxfuse {

namespace {

constexpr std::uint32_t kTableMax = 1u << 18;  ///< Entries of any table.
constexpr std::uint32_t kTokensMax = 1u << 16;

Status check_header(const ProgramHeader& header, std::size_t bytes) {
  VOXFUSE_REQUIRE(header.magic == kProgramMagic, kBadHeader);
  VOXFUSE_REQUIRE(header.layout_hash == kLayoutHash, kLayoutMismatch);
  VOXFUSE_REQUIRE(header.program_bytes == bytes, kBadHeader);
  VOXFUSE_REQUIRE(header.reserved == 0, kBadHeader);
  VOXFUSE_REQUIRE(header.kind <= static_cast<std::uint32_t>(ProgramKind::kEncodeCodes), kBadHeader);
  VOXFUSE_REQUIRE(header.level <= static_cast<std::uint32_t>(FusionLevel::kFull), kBadHeader);
  VOXFUSE_REQUIRE(header.lanes >= 1 && header.lanes <= kLanesMax, kBadHeader);
  VOXFUSE_REQUIRE(header.tokens >= 1 && header.tokens <= kTokensMax, kBadHeader);
  VOXFUSE_REQUIRE(header.act_dtype == static_cast<std::uint32_t>(Dtype::kF32) ||
                      header.act_dtype == static_cast<std::uint32_t>(Dtype::kBf16),
                  kBadHeader);
  VOXFUSE_REQUIRE(header.arena_units <= kArenaUnitsMax, kBadHeader);
  VOXFUSE_REQUIRE(header.op_count >= 1 && header.layer_op_count <= header.op_count, kBadProgram);
  VOXFUSE_REQUIRE(header.buffer_count <= kTableMax && header.probe_count <= kTableMax &&
                      header.op_count <= kTableMax && header.op_words <= kProgramBytesMax / 4,
                  kBadProgram);
  // The caps above keep this sum far from wrapping.
  const std::uint64_t expected =
      sizeof header + std::uint64_t{header.buffer_count} * sizeof(BufferEntry) +
      std::uint64_t{header.probe_count} * sizeof(ProbeEntry) + std::uint64_t{header.op_words} * 4;
  VOXFUSE_REQUIRE(expected == bytes, kBadProgram);
  return {};
}

/// Copies `count` entries off the front of `bytes`.
template <class T>
void take(std::span<const std::byte>& bytes, std::uint32_t count, std::vector<T>& out) {
  out.resize(count);
  if (count != 0) std::memcpy(out.data(), bytes.data(), count * sizeof(T));
  bytes = bytes.subspan(count * sizeof(T));
}

/// Replaces a `stored` dtype by the weight's own.
Status check_weight_buffer(BufferEntry& buffer, const WeightTable& weights) {
  const Weight* weight = weights.find(buffer.offset);
  VOXFUSE_REQUIRE(weight != nullptr, kWeightMissing);
  VOXFUSE_REQUIRE(buffer.elements == weight->elements(), kBadExtent);
  const auto dtype = static_cast<std::uint32_t>(weight->dtype);
  VOXFUSE_REQUIRE(
      buffer.dtype == static_cast<std::uint32_t>(Dtype::kStored) || buffer.dtype == dtype,
      kBadDtype);
  buffer.dtype = dtype;
  return {};
}

Status check_buffer(BufferEntry& buffer, const ProgramHeader& header, const PlanContext& context) {
  if (buffer.region == static_cast<std::uint32_t>(Region::kWeight)) {
    return check_weight_buffer(buffer, context.weights);
  }
  VOXFUSE_REQUIRE(buffer.dtype < static_cast<std::uint32_t>(Dtype::kStored), kBadDtype);
  VOXFUSE_REQUIRE(buffer.elements >= 1, kBadExtent);
  std::uint64_t region_bytes = 0;
  switch (static_cast<Region>(buffer.region)) {
    case Region::kArena:
      region_bytes = std::uint64_t{header.arena_units} * kAlignment;
      break;
    case Region::kRow:
      region_bytes = row_bytes(context.layout);
      break;
    case Region::kKv:
      region_bytes = kv_bytes(context.layout);
      break;
    default:
      return {ErrorCode::kBadHandle, "unknown region"};
  }
  VOXFUSE_REQUIRE(buffer_at(buffer) <= region_bytes, kBadExtent);
  VOXFUSE_REQUIRE(buffer_bytes(buffer) <= region_bytes - buffer_at(buffer), kBadExtent);
  return {};
}

Status check_probe(const ProbeEntry& probe, const Program& program) {
  VOXFUSE_REQUIRE(probe.kind <= static_cast<std::uint32_t>(ProbeKind::kEncoderStage), kBadProgram);
  VOXFUSE_REQUIRE(probe.op < program.header.op_count, kBadProgram);
  VOXFUSE_REQUIRE(probe.buffer < program.buffers.size(), kBadHandle);
  const BufferEntry& buffer = program.buffers[probe.buffer];
  VOXFUSE_REQUIRE(buffer.region == static_cast<std::uint32_t>(Region::kArena), kBadHandle);
  VOXFUSE_REQUIRE(buffer.dtype != static_cast<std::uint32_t>(Dtype::kU32), kBadDtype);
  return {};
}

/// Finds every op's record and checks it. The first word of an op is its code and, in the upper
/// half, its word count.
Status read_ops(Program& program, const PlanContext& context, std::uint32_t& op_index) {
  std::uint32_t word = 0;
  const auto words = static_cast<std::uint32_t>(program.words.size());
  for (std::uint32_t i = 0; i < program.header.op_count; ++i) {
    op_index = i;
    if (word == words) return {ErrorCode::kBadProgram, "fewer ops than the header says"};
    const std::uint32_t opening = program.words[word];
    const OpInfo* info = find_op(opening & 0xffffu);
    VOXFUSE_REQUIRE(info != nullptr, kBadOp);
    VOXFUSE_REQUIRE(opening >> 16 == info->words, kBadOp);
    VOXFUSE_REQUIRE(info->words <= words - word, kBadOp);
    program.ops.push_back({info, word});
    VOXFUSE_TRY(check_op(program, program.ops.back(), context));
    program.exports_logits = program.exports_logits || info->code == OpCode::kExportLogits;
    word += info->words;
  }
  op_index = kAbsent;
  if (word != words) return {ErrorCode::kBadProgram, "words follow the last op"};
  return {};
}

}  // namespace

Status read_program(std::span<const std::byte> bytes, const PlanContext& context, Program& out,
                    std::uint32_t& op_index) {
  out = {};
  op_index = kAbsent;
  VOXFUSE_REQUIRE(bytes.size() >= sizeof(ProgramHeader), kBadHeader);
  VOXFUSE_REQUIRE(bytes.size() <= kProgramBytesMax, kBadProgram);
  std::memcpy(&out.header, bytes.data(), sizeof(ProgramHeader));
  VOXFUSE_TRY(check_header(out.header, bytes.size()));

  std::span<const std::byte> rest = bytes.subspan(sizeof(ProgramHeader));
  take(rest, out.header.buffer_count, out.buffers);
  take(rest, out.header.probe_count, out.probes);
  take(rest, out.header.op_words, out.words);
  for (BufferEntry& buffer : out.buffers) VOXFUSE_TRY(check_buffer(buffer, out.header, context));
  for (const ProbeEntry& probe : out.probes) VOXFUSE_TRY(check_probe(probe, out));
  return read_ops(out, context, op_index);
}

}  // namespace voxfuse
