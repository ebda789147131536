#include "kernels/attention_values/attention_values.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::attention_values {

static Args lane_alone(Args a, std::uint32_t lane) {
  keep_cache_lane(a, lane);
  const std::size_t tokens = std::size_t{lane} * a.tokens;
  a.scores += tokens * a.heads * a.context_max;
  a.y = from_element(a.y, tokens * a.heads * a.head_dim);
  return a;
}

static Args build(Buffers& b, const KvShape& shape) {
  const std::size_t heads = shape.tokens_of_all() * shape.heads;
  Args a{.scores = b.input_f32("scores", heads * shape.context_max()),
         .v_cache = b.input("v_cache", shape.cache_elements()),
         .y = b.output("y", heads * shape.head_dim),
         .heads = shape.heads,
         .window = shape.window,
         .context_max = shape.context_max()};
  place_cache(a, b, shape);
  return a;
}

KERNEL_CASES(attention_values) {
  for (const KvShape& shape : kv_shapes()) {
    // Keys are reckoned at half of what the caches hold.
    const std::uint64_t products = shape.tokens_of_all() * shape.heads * shape.head_dim *
                                   std::uint64_t{shape.context_max() / 2};
    cases.add({.name = shape.name,
               .build = [=](Buffers& b) { return build(b, shape); },
               .tolerance = Tolerance::of_largest(1e-6),        // f32 sums over the keys
               .bf16 = Tolerance{.ulps = 1, .relative = 1e-6},  // one rounding, at the store
               .parts = shape.lanes(),
               .part = lane_alone,
               .bytes = 4ull * products / (shape.heads / shape.kv_heads),
               .flops = 2ull * products});
  }
  KvShape beyond = kv_shapes().front();
  beyond.positions[0] = 4 * beyond.page_positions;
  cases.add({.name = "position without a page",
             .build = [=](Buffers& b) { return build(b, beyond); },
             .error = ErrorCode::kBadPage});
}

}  // namespace voxfuse::attention_values
