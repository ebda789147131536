#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda-sidecar/src/engine/binding.hpp"

namespace voxfuse {

/// Place of an op in the generated list: an index into every table that is made of the list.
enum class OpPlace : std::uint32_t {
#define VOXFUSE_PLACE(Name, name) k##Name,
  VOXFUSE_OPS(VOXFUSE_PLACE)
#undef VOXFUSE_PLACE
};

inline constexpr std::size_t kArgsBytesMax = std::max({
#define VOXFUSE_ARGS_BYTES(Name, name) sizeof(name::Args),
    VOXFUSE_OPS(VOXFUSE_ARGS_BYTES)
#undef VOXFUSE_ARGS_BYTES
});

/// One op with its arguments made out: what a backend runs.
struct BoundOp {
  OpPlace place = OpPlace{};
  alignas(std::max_align_t) std::array<std::byte, kArgsBytesMax> args = {};

  /// The arguments as what bind_program() made of them.
  template <class Args>
  const Args& as() const {
    return *reinterpret_cast<const Args*>(args.data());
  }
};

/// Binds every op of a program to addresses and puts the kernels' own limits to it.
///
/// Limits   The arena holds what the program needs. Good until it moves.
/// Errors   Whatever a kernel's check() answers; `op_index` is the op then.
Status bind_program(const Program& program, const WeightTable& weights, const EngineLayout& layout,
                    const Addresses& addresses, std::vector<BoundOp>& out, std::uint32_t& op_index);

/// The class that a program's runs belong to.
inline LaneClass class_of(const Program& program) {
  switch (static_cast<ProgramKind>(program.header.kind)) {
    case ProgramKind::kVocode:
    case ProgramKind::kPrime:
      return LaneClass::kVocode;
    case ProgramKind::kEncodeSpeaker:
    case ProgramKind::kEncodeCodes:
      return LaneClass::kEncode;
    case ProgramKind::kPrefill:
    case ProgramKind::kDecode:
    case ProgramKind::kForced:
    case ProgramKind::kHead:
    case ProgramKind::kPredictor:
    case ProgramKind::kTalker:
      break;
  }
  return LaneClass::kDecode;
}

}  // namespace voxfuse
