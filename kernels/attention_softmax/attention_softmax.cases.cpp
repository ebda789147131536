#include "kernels/attention_softmax/attention_softmax.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::attention_softmax {

static Args lane_alone(Args a, std::uint32_t lane) {
  keep_lane(a, lane);
  a.valid += lane;
  a.scores += std::size_t{lane} * a.tokens * a.heads * a.context_max;
  return a;
}

KERNEL_CASES(attention_softmax) {
  for (const KvShape& shape : kv_shapes()) {
    const std::size_t count = shape.tokens_of_all() * shape.heads * shape.context_max();
    const auto build = [=](Buffers& b) {
      Args a{.valid = b.input_u32("valid", shape.valid),
             .scores = b.state_f32("scores", count),
             .heads = shape.heads,
             .rate = shape.rate,
             .window = shape.window,
             .context_max = shape.context_max()};
      place_lanes(a, b, shape);
      return a;
    };
    cases.add({.name = shape.name,
               .build = build,
               // s - max is rounded at up to 87, which exp turns into 64; the rest is exp's, the
               // sum's and a product's. The smallest results are dropped.
               .tolerance = {.ulps = 70, .relative = 1e-30},
               .parts = shape.lanes(),
               .part = lane_alone,
               .bytes = 8ull * count,
               .flops = 20ull * count});
    cases.add({.name = std::string(shape.name) + " without room",
               .build =
                   [=](Buffers& b) {
                     Args a = build(b);
                     a.context_max = 1;
                     return a;
                   },
               .error = ErrorCode::kBadLimit});
  }
}

}  // namespace voxfuse::attention_softmax
