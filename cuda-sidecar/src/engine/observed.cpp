#include "cuda-sidecar/src/engine/observed.hpp"

namespace voxfuse {

std::vector<ObservedPart> parts_of(const Program& program, const Memory& memory, std::uint32_t op,
                                   std::uint32_t operand) {
  std::vector<ObservedPart> parts;
  const BufferEntry* buffer = program.operand(op, operand);
  if (buffer == nullptr) return parts;
  const auto region = static_cast<Region>(buffer->region);
  const std::uint64_t at = buffer_at(*buffer);
  const std::uint64_t bytes = buffer_bytes(*buffer);
  if (region != Region::kRow) return {{region, at, bytes}};
  for (std::uint32_t lane = 0; lane < program.header.lanes; ++lane) {
    const std::uint32_t row = memory.lane_rows(class_of(program))[lane];
    parts.push_back({region, row_bytes(memory.layout()) * row + at, bytes});
  }
  return parts;
}

Status fetch_written(Backend& backend, const Memory& memory, const Program& program,
                     std::uint32_t op) {
  const OpInfo& info = *program.ops[op].info;
  for (std::uint32_t i = 0; i < info.operand_count; ++i) {
    if (info.operands[i].access == Access::kRead) continue;
    for (const ObservedPart& part : parts_of(program, memory, op, i)) {
      VOXFUSE_TRY(backend.fetch(part.region, class_of(program), part.at, part.bytes));
    }
  }
  return {};
}

}  // namespace voxfuse
