#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "cuda-sidecar/src/engine/backend.hpp"
#include "cuda-sidecar/src/plan/plan_reader.hpp"

namespace voxfuse {

/// A program ready to run.
struct DefinedProgram {
  Program program;
  std::vector<BoundOp> ops;
};

inline constexpr std::uint32_t kProgramsMax = 1024;

/// Programs by id: put together from chunks, validated once, bound to addresses, kept.
class ProgramStore {
 public:
  ProgramStore(const WeightTable& weights, Memory& memory, Backend& backend)
      : weights_(weights), memory_(memory), backend_(backend) {}

  /// Takes the next chunk of a program; the last one makes it known.
  ///
  /// Errors   kBadRecord, kBadProgram and whatever read_program() and the kernels' checks answer;
  ///          the chunks so far are forgotten then. `op_index` is the op at fault, or kAbsent.
  Status define(const DefineRecord& record, std::span<const std::byte> chunk,
                std::uint32_t& op_index);

  const DefinedProgram* find(std::uint32_t id) const {
    const auto found = programs_.find(id);
    return found == programs_.end() ? nullptr : found->second.get();
  }
  std::size_t count() const { return programs_.size(); }

 private:
  Status finish(std::uint32_t id, std::span<const std::byte> bytes, std::uint32_t& op_index);
  Status bind(DefinedProgram& defined, std::uint32_t& op_index);

  const WeightTable& weights_;
  Memory& memory_;
  Backend& backend_;
  std::map<std::uint32_t, std::vector<std::byte>> partial_;
  std::map<std::uint32_t, std::unique_ptr<DefinedProgram>> programs_;
};

}  // namespace voxfuse
