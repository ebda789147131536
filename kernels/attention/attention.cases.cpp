#include "kernels/attention/attention.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::attention {

static Args lane_alone(Args a, std::uint32_t lane) {
  keep_cache_lane(a, lane);
  const std::size_t tokens = std::size_t{lane} * a.tokens;
  a.q = from_element(a.q, tokens * a.q_stride);
  a.y = from_element(a.y, tokens * a.heads * a.head_dim);
  return a;
}

static Args build(Buffers& b, const KvShape& shape) {
  const std::size_t heads = shape.tokens_of_all() * shape.heads;
  Args a{.q = b.input("q", shape.tokens_of_all() * (shape.heads + 2) * shape.head_dim),
         .k_cache = b.input("k_cache", shape.cache_elements()),
         .v_cache = b.input("v_cache", shape.cache_elements()),
         .y = b.output("y", heads * shape.head_dim),
         .heads = shape.heads,
         .window = shape.window,
         .scale = 0.125f,
         .q_stride = (shape.heads + 2) * shape.head_dim};
  place_cache(a, b, shape);
  return a;
}

KERNEL_CASES(attention) {
  for (const KvShape& shape : kv_shapes()) {
    // Keys are reckoned at half of what the caches hold.
    const std::uint64_t products = shape.tokens_of_all() * shape.heads * shape.head_dim *
                                   std::uint64_t{shape.context_max() / 2};
    cases.add(
        {.name = shape.name,
         .build = [=](Buffers& b) { return build(b, shape); },
         .tolerance = Tolerance::of_largest(1e-5),  // exp turns a score's error into a relative one
         .bf16 = Tolerance{.ulps = 1, .relative = 1e-5},  // one rounding, at the store
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

}  // namespace voxfuse::attention
