#include "kernels/rope_cosine/rope_cosine.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::rope_cosine {

static Args lane_alone(Args a, std::uint32_t lane) {
  const std::size_t width = std::size_t{a.tokens} * a.heads * a.head_dim;
  keep_lane(a, lane);
  a.x = from_element(a.x, lane * width);
  a.y = from_element(a.y, lane * width);
  return a;
}

KERNEL_CASES(rope_cosine) {
  for (const KvShape& shape : kv_shapes()) {
    const std::size_t count = shape.tokens_of_all() * shape.heads * shape.head_dim;
    cases.add({.name = shape.name,
               .build =
                   [=](Buffers& b) {
                     Args a{.x = b.input("x", count),
                            .frequencies = b.input_f32("frequencies", shape.head_dim / 2),
                            .y = b.output("y", count),
                            .heads = shape.heads,
                            .head_dim = shape.head_dim};
                     place_lanes(a, b, shape);
                     return a;
                   },
               .tolerance = Tolerance::of_ulps(4),  // a cosine within 2, a product
               .bf16 = Tolerance::of_ulps(1),       // where the rounding falls to the other side
               .parts = shape.lanes(),
               .part = lane_alone,
               .bytes = 8ull * count,
               .flops = 1ull * count});
  }
}

}  // namespace voxfuse::rope_cosine
