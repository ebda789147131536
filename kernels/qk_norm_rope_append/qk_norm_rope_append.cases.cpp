#include "kernels/qk_norm_rope_append/qk_norm_rope_append.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::qk_norm_rope_append {

static Args lane_alone(Args a, std::uint32_t lane) {
  keep_cache_lane(a, lane);
  const std::size_t width = (a.heads + 2 * std::size_t{a.kv_heads}) * a.head_dim;
  a.qkv = from_element(a.qkv, lane * a.tokens * width);
  return a;
}

KERNEL_CASES(qk_norm_rope_append) {
  for (const KvShape& shape : kv_shapes()) {
    const std::size_t count =
        shape.tokens_of_all() * (shape.heads + 2 * shape.kv_heads) * shape.head_dim;
    cases.add({.name = shape.name,
               .build =
                   [=](Buffers& b) {
                     Args a{.q_gain = b.input("q_gain", shape.head_dim, Dtype::kBf16),
                            .k_gain = b.input("k_gain", shape.head_dim),
                            .frequencies = b.input_f32("frequencies", shape.head_dim / 2),
                            .qkv = b.state("qkv", count),
                            .k_cache = b.state("k_cache", shape.cache_elements()),
                            .v_cache = b.state("v_cache", shape.cache_elements()),
                            .heads = shape.heads,
                            .eps = 1e-6f};
                     place_cache(a, b, shape);
                     return a;
                   },
               .tolerance = Tolerance::of_largest(4e-7),  // the rotation's sum may cancel
               .bf16 = Tolerance{.ulps = 2,
                                 .relative = 8e-3},  // four roundings, and a sum that may cancel
               .parts = shape.lanes(),
               .part = lane_alone,
               .in_turn = in_turn,
               .bytes = 16ull * count,
               .flops = 8ull * count});
  }
}

}  // namespace voxfuse::qk_norm_rope_append
