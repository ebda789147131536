#pragma once

#include "cuda-sidecar/src/engine/backend.hpp"

namespace voxfuse {

/// A part of a region that one op's operand takes: of a row, for each lane.
struct ObservedPart {
  Region region = Region::kArena;
  std::uint64_t at = 0;  ///< Byte of the region.
  std::uint64_t bytes = 0;
};

/// Where one operand of an op lies, lane by lane when in rows; empty when it is absent.
std::vector<ObservedPart> parts_of(const Program& program, const Memory& memory, std::uint32_t op,
                                   std::uint32_t operand);

/// Copies what an op has written from where the backend works to `memory`.
Status fetch_written(Backend& backend, const Memory& memory, const Program& program,
                     std::uint32_t op);

}  // namespace voxfuse
