#include "kernels/self_attention/self_attention.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/cases.hpp"

namespace voxfuse::self_attention {

namespace {

Args build(Buffers& b, std::uint32_t tokens, std::uint32_t heads, std::uint32_t kv_heads,
           std::uint32_t head_dim) {
  const std::size_t kv = std::size_t{tokens} * kv_heads * head_dim;
  return Args{.q = b.input("q", std::size_t{tokens} * heads * head_dim),
              .k = b.input("k", kv),
              .v = b.input("v", kv),
              .y = b.output("y", std::size_t{tokens} * heads * head_dim),
              .tokens = tokens,
              .heads = heads,
              .kv_heads = kv_heads,
              .head_dim = head_dim,
              .scale = 0.125f};
}

}  // namespace

KERNEL_CASES(self_attention) {
  for (const std::uint32_t tokens : {1u, 2u, 35u, 250u}) {
    for (const std::uint32_t head_dim : {16u, 20u, 64u}) {
      cases.add(
          {.name = cases.label("tokens", tokens, "heads", 4, "kv_heads", 2, "head_dim", head_dim),
           .build = [=](Buffers& b) { return build(b, tokens, 4, 2, head_dim); },
           .tolerance = Tolerance::of_largest(5e-6),  // scores of some hundred, rounded
           .bf16 = Tolerance{.ulps = 1, .relative = 1e-4},
           .bytes = 4ull * tokens * head_dim * 12,
           .flops = 2ull * tokens * tokens * head_dim * 4});
    }
  }
  cases.add({.name = "heads that do not divide",
             .build = [](Buffers& b) { return build(b, 4, 4, 3, 16); },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::self_attention
