#include "kernels/rope_qk/rope_qk.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::rope_qk {

static Args lane_alone(Args a, std::uint32_t lane) {
  const std::size_t width = std::size_t{a.tokens} * a.head_dim;
  keep_lane(a, lane);
  a.q = from_element(a.q, lane * width * a.heads);
  a.k = from_element(a.k, lane * width * a.kv_heads);
  return a;
}

KERNEL_CASES(rope_qk) {
  for (const KvShape& shape : kv_shapes()) {
    const std::size_t width = shape.tokens_of_all() * shape.head_dim;
    cases.add({.name = shape.name,
               .build =
                   [=](Buffers& b) {
                     Args a{.frequencies = b.input_f32("frequencies", shape.head_dim / 2),
                            .q = b.state("q", width * shape.heads),
                            .k = b.state("k", width * shape.kv_heads),
                            .heads = shape.heads,
                            .kv_heads = shape.kv_heads,
                            .head_dim = shape.head_dim};
                     place_lanes(a, b, shape);
                     return a;
                   },
               .tolerance = Tolerance::of_largest(3e-7),  // the sum may cancel
               // The first rounding may be off by 1, and the sum cancel all but that.
               .bf16 = Tolerance{.ulps = 2, .relative = 1e-3},
               .parts = shape.lanes(),
               .part = lane_alone,
               .in_turn = in_turn,
               .bytes = 8ull * width * (shape.heads + shape.kv_heads),
               .flops = 3ull * width * (shape.heads + shape.kv_heads)});
  }
}

}  // namespace voxfuse::rope_qk
