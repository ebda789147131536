#include "kernels/attention_scores/attention_scores.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::attention_scores {

static Args lane_alone(Args a, std::uint32_t lane) {
  keep_cache_lane(a, lane);
  const std::size_t tokens = std::size_t{lane} * a.tokens;
  a.q = from_element(a.q, tokens * a.heads * a.head_dim);
  a.scores += tokens * a.heads * a.context_max;
  return a;
}

static Args build(Buffers& b, const KvShape& shape) {
  const std::size_t heads = shape.tokens_of_all() * shape.heads;
  Args a{.q = b.input("q", heads * shape.head_dim),
         .k_cache = b.input("k_cache", shape.cache_elements()),
         .scores = b.output_f32("scores", heads * shape.context_max()),
         .heads = shape.heads,
         .window = shape.window,
         .context_max = shape.context_max(),
         .scale = 0.125f};
  place_cache(a, b, shape);
  return a;
}

KERNEL_CASES(attention_scores) {
  for (const KvShape& shape : kv_shapes()) {
    // Keys are reckoned at half of what the caches hold.
    const std::uint64_t products = shape.tokens_of_all() * shape.heads * shape.head_dim *
                                   std::uint64_t{shape.context_max() / 2};
    cases.add({.name = shape.name,
               .build = [=](Buffers& b) { return build(b, shape); },
               .tolerance = Tolerance::of_largest(1e-6),  // f32 sums over a head
               .bf16 = Tolerance::of_largest(1e-6),       // scores stay f32
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

}  // namespace voxfuse::attention_scores
