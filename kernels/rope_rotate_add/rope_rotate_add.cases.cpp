#include "kernels/rope_rotate_add/rope_rotate_add.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::rope_rotate_add {

static Args lane_alone(Args a, std::uint32_t lane) {
  const std::size_t width = std::size_t{a.tokens} * a.heads * a.head_dim;
  keep_lane(a, lane);
  a.x = from_element(a.x, lane * width);
  a.y = from_element(a.y, lane * width);
  return a;
}

KERNEL_CASES(rope_rotate_add) {
  for (const KvShape& shape : kv_shapes()) {
    const std::size_t count = shape.tokens_of_all() * shape.heads * shape.head_dim;
    cases.add({.name = shape.name,
               .build =
                   [=](Buffers& b) {
                     Args a{.x = b.input("x", count),
                            .frequencies = b.input_f32("frequencies", shape.head_dim / 2),
                            .y = b.state("y", count),
                            .heads = shape.heads,
                            .head_dim = shape.head_dim};
                     place_lanes(a, b, shape);
                     return a;
                   },
               .tolerance = Tolerance::of_largest(3e-7),        // the sum may cancel
               .bf16 = Tolerance{.ulps = 1, .relative = 3e-7},  // likewise, and one rounding
               .parts = shape.lanes(),
               .part = lane_alone,
               .bytes = 8ull * count,
               .flops = 1ull * count});
  }
}

}  // namespace voxfuse::rope_rotate_add
