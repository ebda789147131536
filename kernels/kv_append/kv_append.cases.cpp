#include "kernels/kv_append/kv_append.hpp"

#include <cstddef>
#include <cstdint>

#include "kernels/support/kv_cases.hpp"

namespace voxfuse::kv_append {

static Args lane_alone(Args a, std::uint32_t lane) {
  keep_cache_lane(a, lane);
  a.x = from_element(a.x, std::size_t{lane} * a.tokens * a.kv_heads * a.head_dim);
  return a;
}

static Args build(Buffers& b, const KvShape& shape) {
  Args a{.x = b.input("x", shape.tokens_of_all() * shape.kv_heads * shape.head_dim),
         .cache = b.state("cache", shape.cache_elements())};
  place_cache(a, b, shape);
  return a;
}

KERNEL_CASES(kv_append) {
  for (const KvShape& shape : kv_shapes()) {
    cases.add({.name = shape.name,
               .build = [=](Buffers& b) { return build(b, shape); },
               .tolerance = Tolerance::exact(),  // a copy
               .bf16 = Tolerance::exact(),
               .parts = shape.lanes(),
               .part = lane_alone,
               .bytes = 8ull * shape.tokens_of_all() * shape.kv_heads * shape.head_dim});
  }
  KvShape beyond = kv_shapes().front();
  beyond.positions[0] = 4 * beyond.page_positions;
  cases.add({.name = "position without a page",
             .build = [=](Buffers& b) { return build(b, beyond); },
             .error = ErrorCode::kBadPage});
  cases.add({.name = "page outside the cache",
             .build =
                 [shape = kv_shapes().front()](Buffers& b) {
                   Args a = build(b, shape);
                   a.pages = 3;
                   return a;
                 },
             .error = ErrorCode::kBadPage});
}

}  // namespace voxfuse::kv_append
