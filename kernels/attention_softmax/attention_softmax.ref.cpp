#include "kernels/attention_softmax/attention_softmax.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::attention_softmax {

Status check(const Args& a) {
  VOXFUSE_TRY(check_positions(a));
  VOXFUSE_REQUIRE(a.heads >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.context_max >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.rate == 0 || a.valid != nullptr, kBadRow);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_REQUIRE(keys_max(a) <= a.context_max, kBadLimit);
  for (std::uint32_t lane = 0; lane < a.lanes; ++lane) {
    for (std::uint32_t t = 0; t < valid_tokens(a, lane); ++t) {
      const std::uint32_t position = first_position(a, lane) + t;
      const std::uint32_t oldest = first_key(position, a.window);
      for (std::uint32_t h = 0; h < a.heads; ++h) {
        const std::size_t head = (std::size_t{lane} * a.tokens + t) * a.heads + h;
        float* scores = a.scores + head * a.context_max;
        const std::size_t keys = position + 1 - oldest;
        const double most = *std::max_element(scores, scores + keys);
        double sum = 0;
        for (std::size_t j = 0; j < keys; ++j) sum += std::exp(scores[j] - most);
        for (std::size_t j = 0; j < keys; ++j) {
          scores[j] = static_cast<float>(std::exp(scores[j] - most) / sum);
        }
      }
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::attention_softmax
