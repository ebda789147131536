#pragma once

#include <cstdint>
#include <vector>

#include "cuda-sidecar/src/plan/program.hpp"

namespace voxfuse {

/// Part of an utterance that an op works on: what launches and times are added up by.
enum class Phase : std::uint8_t {
  kPrefill,    ///< All of a prompt's chunk.
  kEmbed,      ///< From codes and text to the input of a stack of layers.
  kPredictor,  ///< The code predictor's layers.
  kHead,       ///< The product that gives logits.
  kPick,       ///< Picking, and what opens and closes a frame.
  kTalker,     ///< The talker's layers.
  kVocoder,    ///< All of a vocode program.
  kCollect,    ///< No op: what ends a repeat and tells the host.
  kOther,      ///< No op: copies of what the host wrote.
};

const char* phase_name(Phase phase);

/// The phase of every op. Asks for the order that the planner writes its ops in; ops that it never
/// writes count as the layers in whose place they stand.
std::vector<Phase> phases_of(const Program& program);

/// program_kind and fusion_level as words; "unknown" for numbers that are none.
const char* kind_name(std::uint32_t kind);
const char* level_name(std::uint32_t level);

}  // namespace voxfuse
