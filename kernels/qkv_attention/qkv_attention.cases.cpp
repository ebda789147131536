#include "kernels/qkv_attention/qkv_attention.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::qkv_attention {

static Args lane_alone(Args a, std::uint32_t lane) {
  keep_cache_lane(a, lane);
  const std::size_t tokens = std::size_t{lane} * a.tokens;
  a.qkv = from_element(a.qkv, tokens * (a.heads + 2 * std::size_t{a.kv_heads}) * a.head_dim);
  a.y = from_element(a.y, tokens * a.heads * a.head_dim);
  return a;
}

static Args build(Buffers& b, const KvShape& shape) {
  const std::size_t heads = shape.tokens_of_all() * (shape.heads + 2 * shape.kv_heads);
  Args a{.q_gain = b.input("q_gain", shape.head_dim, Dtype::kBf16),
         .k_gain = b.input("k_gain", shape.head_dim),
         .frequencies = b.input_f32("frequencies", shape.head_dim / 2),
         .qkv = b.input("qkv", heads * shape.head_dim),
         .k_cache = b.state("k_cache", shape.cache_elements()),
         .v_cache = b.state("v_cache", shape.cache_elements()),
         .y = b.output("y", shape.tokens_of_all() * shape.heads * shape.head_dim),
         .heads = shape.heads,
         .window = shape.window,
         .eps = 1e-6f,
         .scale = 0.125f};
  place_cache(a, b, shape);
  return a;
}

KERNEL_CASES(qkv_attention) {
  for (const KvShape& shape : kv_shapes()) {
    // Keys are reckoned at half of what the caches hold.
    const std::uint64_t products = shape.tokens_of_all() * shape.heads * shape.head_dim *
                                   std::uint64_t{shape.context_max() / 2};
    cases.add(
        {.name = shape.name,
         .build = [=](Buffers& b) { return build(b, shape); },
         .tolerance = Tolerance::of_largest(1e-5),  // exp turns a score's error into a relative one
         // A rounding of q or k that falls to its other side moves a score, which is some tens.
         .bf16 = Tolerance{.ulps = 2, .relative = 3e-2},
         .parts = shape.lanes(),
         .part = lane_alone,
         .in_turn = in_turn,
         .bytes = 4ull * products / (shape.heads / shape.kv_heads),
         .flops = 4ull * products});
  }
  KvShape beyond = kv_shapes().front();
  beyond.positions[0] = 4 * beyond.page_positions;
  cases.add({.name = "position without a page",
             .build = [=](Buffers& b) { return build(b, beyond); },
             .error = ErrorCode::kBadPage});
}

}  // namespace voxfuse::qkv_attention
