#include "cuda-sidecar/src/plan/op_check.hpp"

#include <string_view>

#include "cuda-sidecar/src/plan/layout.hpp"

namespace voxfuse {

namespace {

/// An op of a program with what its operands are checked against.
struct OpUnderCheck {
  const Program& program;
  const OpInfo& info;
  const std::uint32_t* words;
  const EngineLayout& layout;

  std::uint32_t handle(std::uint32_t operand) const { return words[1 + operand]; }
  const BufferEntry& buffer(std::uint32_t operand) const {
    return program.buffers[handle(operand)];
  }
  /// Value of a u32 parameter, or `otherwise` when the op has none of this name.
  std::uint32_t param(std::string_view name, std::uint32_t otherwise) const {
    for (std::uint32_t i = 0; i < info.param_count; ++i) {
      if (name == info.params[i].name) return words[1 + info.operand_count + i];
    }
    return otherwise;
  }
};

bool is_region(const BufferEntry& buffer, Region region) {
  return buffer.region == static_cast<std::uint32_t>(region);
}

bool writes(const OperandInfo& operand) { return operand.access != Access::kRead; }

Status check_region(const OperandInfo& operand, const BufferEntry& buffer) {
  switch (operand.space) {
    case Space::kBuffer:
      VOXFUSE_REQUIRE(is_region(buffer, Region::kArena) || is_region(buffer, Region::kWeight),
                      kBadHandle);
      VOXFUSE_REQUIRE(is_region(buffer, Region::kArena) || !writes(operand), kBadHandle);
      return {};
    case Space::kRow:
      VOXFUSE_REQUIRE(is_region(buffer, Region::kRow), kBadHandle);
      return {};
    case Space::kCache:
      VOXFUSE_REQUIRE(is_region(buffer, Region::kKv), kBadHandle);
      return {};
  }
  return {ErrorCode::kInternal, "an operand of no space"};
}

Status check_dtype(const OperandInfo& operand, const BufferEntry& buffer, std::uint32_t act_dtype) {
  constexpr auto kU32 = static_cast<std::uint32_t>(Dtype::kU32);
  constexpr auto kF32 = static_cast<std::uint32_t>(Dtype::kF32);
  constexpr auto kI8 = static_cast<std::uint32_t>(Dtype::kI8);
  switch (operand.operand_class) {
    case OperandClass::kAct:
      VOXFUSE_REQUIRE(buffer.dtype == act_dtype, kBadDtype);
      return {};
    case OperandClass::kReal:
    case OperandClass::kWeight:
      VOXFUSE_REQUIRE(buffer.dtype != kU32 && buffer.dtype != kI8, kBadDtype);
      return {};
    case OperandClass::kMatrix:
      VOXFUSE_REQUIRE(buffer.dtype != kU32, kBadDtype);
      return {};
    case OperandClass::kF32:
      VOXFUSE_REQUIRE(buffer.dtype == kF32, kBadDtype);
      return {};
    case OperandClass::kU32:
    case OperandClass::kRowState:
      VOXFUSE_REQUIRE(buffer.dtype == kU32, kBadDtype);
      return {};
  }
  return {ErrorCode::kInternal, "an operand of no class"};
}

/// Whether an operand may lie in a field of this name.
bool may_lie_in(std::string_view field, const OperandInfo& operand) {
  if (field == operand.name) return true;
  // A recording's codes are read as other codes are, and never written.
  return field == "reference" && operand.access == Access::kRead &&
         std::string_view(operand.name) == "codes";
}

/// A row operand lies at the field that its name says, whole; one of no field of its own (a
/// vocoder history) lies in the state at the row's end. So no program can write a position, a page
/// id or a text id that was checked when it came.
Status check_row_field(const OperandInfo& operand, const BufferEntry& buffer,
                       const EngineLayout& layout) {
  if (operand.operand_class == OperandClass::kRowState) {
    VOXFUSE_REQUIRE(buffer.offset == 0, kBadHandle);
    return {};
  }
  bool has_field = false;
  for (const RowField& field : row_fields(layout)) {
    if (!may_lie_in(field.operand, operand)) continue;
    has_field = true;
    if (buffer_at(buffer) != field.at) continue;
    VOXFUSE_REQUIRE(buffer_bytes(buffer) <= field.bytes, kBadExtent);
    return {};
  }
  VOXFUSE_REQUIRE(!has_field && buffer.offset >= layout.state_at, kBadHandle);
  return {};
}

Status check_operand(const OpUnderCheck& op, std::uint32_t index) {
  const OperandInfo& operand = op.info.operands[index];
  const std::uint32_t handle = op.handle(index);
  if (handle == kAbsent) {
    VOXFUSE_REQUIRE(operand.optional, kBadHandle);
    return {};
  }
  VOXFUSE_REQUIRE(handle < op.program.buffers.size(), kBadHandle);
  const BufferEntry& buffer = op.buffer(index);
  VOXFUSE_TRY(check_region(operand, buffer));
  VOXFUSE_TRY(check_dtype(operand, buffer, op.program.header.act_dtype));
  VOXFUSE_REQUIRE(buffer.elements >= operand.elements(op.words), kBadExtent);
  if (operand.space == Space::kRow) VOXFUSE_TRY(check_row_field(operand, buffer, op.layout));
  return {};
}

/// Bytes of a region that an operand may touch.
struct Extent {
  std::uint32_t region;
  std::uint64_t at;
  std::uint64_t bytes;

  bool operator==(const Extent&) const = default;
};

Extent extent_of(const OpUnderCheck& op, std::uint32_t index) {
  const BufferEntry& buffer = op.buffer(index);
  if (op.info.operands[index].operand_class == OperandClass::kRowState) {
    return {buffer.region, 0, sizeof(RowState)};
  }
  const std::uint64_t element_bytes = buffer_bytes(buffer) / buffer.elements;
  const std::uint64_t used = op.info.operands[index].elements(op.words);
  return {buffer.region, buffer_at(buffer), used * element_bytes};
}

bool overlap(const Extent& a, const Extent& b) {
  return a.region == b.region && a.at < b.at + b.bytes && b.at < a.at + a.bytes;
}

/// Writes overlap nothing else of the op, unless the contract lets the two be one buffer.
Status check_aliases(const OpUnderCheck& op) {
  for (std::uint32_t i = 0; i < op.info.operand_count; ++i) {
    const OperandInfo& written = op.info.operands[i];
    if (!writes(written) || op.handle(i) == kAbsent) continue;
    const Extent extent = extent_of(op, i);
    for (std::uint32_t j = 0; j < op.info.operand_count; ++j) {
      if (j == i || op.handle(j) == kAbsent || is_region(op.buffer(j), Region::kWeight)) continue;
      const Extent other = extent_of(op, j);
      if (!overlap(extent, other)) continue;
      const bool permitted = written.may_be == static_cast<int>(j) ||
                             op.info.operands[j].may_be == static_cast<int>(i);
      VOXFUSE_REQUIRE(permitted && extent == other, kBadAlias);
    }
  }
  return {};
}

/// Lanes index the lane table, pages and positions the caches: none may lead beyond them.
Status check_lanes_and_pages(const OpUnderCheck& op) {
  if (op.info.lanes_word != 0) {
    const std::uint32_t lanes = op.words[op.info.lanes_word];
    VOXFUSE_REQUIRE(lanes >= 1 && lanes <= op.program.header.lanes, kBadShape);
    VOXFUSE_REQUIRE(!op.info.has_lanes || lanes == op.program.header.lanes, kBadShape);
  }
  bool paged = false;
  for (std::uint32_t i = 0; i < op.info.operand_count; ++i) {
    if (op.handle(i) == kAbsent) continue;
    paged = paged || std::string_view(op.info.operands[i].name) == "page_table";
  }
  const std::uint32_t pages_needed = paged ? op.layout.pages : op.layout.rows;
  VOXFUSE_REQUIRE(op.param("pages", kAbsent) >= pages_needed, kBadShape);
  if (paged) {
    VOXFUSE_REQUIRE(op.param("page_positions", kPagePositions) == kPagePositions, kBadShape);
    VOXFUSE_REQUIRE(op.param("pages_max", 0) <= op.layout.pages_max, kBadShape);
  }
  const auto source = static_cast<PositionSource>(op.param("position_source", 0));
  if (source != PositionSource::kZero) {
    VOXFUSE_REQUIRE(source == PositionSource::kTalker || source == PositionSource::kVocoder,
                    kBadShape);
    for (std::uint32_t i = 0; i < op.info.operand_count; ++i) {
      // The only optional row state is the one that positions are read from.
      VOXFUSE_REQUIRE(
          op.info.operands[i].operand_class != OperandClass::kRowState || op.handle(i) != kAbsent,
          kBadHandle);
    }
  }
  return {};
}

}  // namespace

Status check_op(const Program& program, const OpAt& op, const PlanContext& context) {
  const OpUnderCheck under_check = {program, *op.info, program.words.data() + op.word,
                                    context.layout};
  for (std::uint32_t i = 0; i < op.info->operand_count; ++i) {
    VOXFUSE_TRY(check_operand(under_check, i));
  }
  VOXFUSE_TRY(check_aliases(under_check));
  return check_lanes_and_pages(under_check);
}

}  // namespace voxfuse
