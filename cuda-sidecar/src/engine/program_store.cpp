#include "cuda-sidecar/src/engine/program_store.hpp"

namespace voxfuse {

Status ProgramStore::define(const DefineRecord& record, std::span<const std::byte> chunk,
                            std::uint32_t& op_index) {
  VOXFUSE_REQUIRE(record.reserved0 == 0 && record.reserved1 == 0, kBadRecord);
  VOXFUSE_REQUIRE(record.program_id < kProgramsMax, kBadProgram);
  VOXFUSE_REQUIRE(find(record.program_id) == nullptr, kBadProgram);
  VOXFUSE_REQUIRE(record.total_bytes <= kProgramBytesMax, kBadProgram);
  VOXFUSE_REQUIRE(record.total_bytes % 4 == 0 && record.chunk_bytes % 4 == 0, kBadRecord);
  VOXFUSE_REQUIRE(record.chunk_bytes == chunk.size() && !chunk.empty(), kBadRecord);

  // Taken out of the table: a chunk that is refused takes those before it along.
  std::vector<std::byte> bytes = std::move(partial_[record.program_id]);
  partial_.erase(record.program_id);
  VOXFUSE_REQUIRE(record.offset == bytes.size(), kBadProgram);
  VOXFUSE_REQUIRE(chunk.size() <= record.total_bytes - bytes.size(), kBadProgram);
  bytes.insert(bytes.end(), chunk.begin(), chunk.end());
  if (bytes.size() < record.total_bytes) {
    partial_[record.program_id] = std::move(bytes);
    return {};
  }
  return finish(record.program_id, bytes, op_index);
}

Status ProgramStore::finish(std::uint32_t id, std::span<const std::byte> bytes,
                            std::uint32_t& op_index) {
  auto defined = std::make_unique<DefinedProgram>();
  VOXFUSE_TRY(read_program(bytes, {memory_.layout(), weights_}, defined->program, op_index));
  const Program& program = defined->program;
  if (!backend_.takes(static_cast<Dtype>(program.header.act_dtype))) {
    return {ErrorCode::kBadDtype, "the backend has no kernels for this dtype of activations"};
  }
  const LaneClass lane_class = class_of(program);
  VOXFUSE_REQUIRE(lane_class != LaneClass::kEncode, kBadProgram);  // those run once, by themselves
  bool grown = false;
  VOXFUSE_TRY(memory_.grow_arena(lane_class, program.header.arena_units, grown));
  if (grown) {
    VOXFUSE_TRY(backend_.grow_arena(lane_class));
    for (const auto& [other_id, other] : programs_) {
      // Only addresses change, so every check that passed once passes again.
      if (class_of(other->program) == lane_class) VOXFUSE_TRY(bind(*other, op_index));
    }
  }
  VOXFUSE_TRY(bind(*defined, op_index));
  programs_[id] = std::move(defined);
  return {};
}

Status ProgramStore::bind(DefinedProgram& defined, std::uint32_t& op_index) {
  backend_.forget(defined.program);
  return bind_program(defined.program, weights_, memory_.layout(),
                      backend_.addresses(class_of(defined.program)), defined.ops, op_index);
}

}  // namespace voxfuse
