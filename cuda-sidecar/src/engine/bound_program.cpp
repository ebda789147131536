#include "cuda-sidecar/src/engine/bound_program.hpp"

#include <new>
#include <type_traits>

namespace voxfuse {

namespace {

using Bind = Status (*)(const Binding& from, const std::uint32_t* words, BoundOp& out);

/// Makes the arguments in place and asks the op's own check.
template <class Args, Status (*check)(const Args&)>
Status bind_one(const Binding& from, const std::uint32_t* words, BoundOp& out) {
  static_assert(std::is_trivially_destructible_v<Args> &&
                alignof(Args) <= alignof(std::max_align_t));
  auto* args = new (out.args.data()) Args();
  bind(from, words, *args);
  return check(*args);
}

struct Entry {
  OpCode code;
  Bind bind;
};

constexpr Entry kEntries[] = {
#define VOXFUSE_ENTRY(Name, name) {OpCode::k##Name, bind_one<name::Args, name::check>},
    VOXFUSE_OPS(VOXFUSE_ENTRY)
#undef VOXFUSE_ENTRY
};

}  // namespace

Status bind_program(const Program& program, const WeightTable& weights, const EngineLayout& layout,
                    const Addresses& addresses, std::vector<BoundOp>& out,
                    std::uint32_t& op_index) {
  const Binding binding(program, weights, layout, addresses);
  out.assign(program.ops.size(), {});
  for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
    op_index = i;
    const OpCode code = program.ops[i].info->code;
    const auto* entry = std::ranges::find(kEntries, code, &Entry::code);
    VOXFUSE_REQUIRE(entry != std::end(kEntries), kBadOp);
    out[i].place = static_cast<OpPlace>(entry - std::begin(kEntries));
    VOXFUSE_TRY(entry->bind(binding, program.op_words(i), out[i]));
  }
  op_index = kAbsent;
  return {};
}

}  // namespace voxfuse
