#include "kernels/attention_softmax/attention_softmax.hpp"

#include <cstddef>

#include "kernels/support/attention_head.hpp"

namespace voxfuse::attention_softmax::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(keys_max(a) <= a.context_max, kBadLimit);
  const std::size_t heads = std::size_t{a.lanes} * a.tokens * a.heads;
  const std::size_t grain = row_grain(8 * (std::size_t{keys_max(a)} + 1));
  pool.parallel_for(heads, grain, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t h = begin; h < end; ++h) {
      const auto token = static_cast<std::uint32_t>(h / a.heads % a.tokens);
      const auto lane = static_cast<std::uint32_t>(h / a.heads / a.tokens);
      if (token >= valid_tokens(a, lane)) continue;
      const std::uint32_t position = first_position(a, lane) + token;
      softmax_row(a.scores + h * a.context_max, position + 1 - first_key(position, a.window));
    }
  });
  return {};
}

}  // namespace voxfuse::attention_softmax::VOXFUSE_ISA
