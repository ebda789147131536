#include "kernels/attention/attention.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "kernels/attention_scores/attention_scores.hpp"
#include "kernels/attention_softmax/attention_softmax.hpp"
#include "kernels/attention_values/attention_values.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::attention {

Status check(const Args& a) {
  VOXFUSE_TRY(check_cache(a));
  VOXFUSE_TRY(check_heads(a.heads, a.kv_heads));
  VOXFUSE_REQUIRE(a.q.dtype == a.k_cache.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.q.dtype == a.v_cache.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.q.dtype == a.y.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.q_stride >= std::uint64_t{a.heads} * a.head_dim, kBadShape);
  return {};
}

namespace {

/// The queries one behind the other.
std::vector<std::byte> queries(const Args& a) {
  const std::size_t bytes = dtype_bytes(a.q.dtype);
  const std::size_t width = std::size_t{a.heads} * a.head_dim * bytes;
  const std::size_t tokens = std::size_t{a.lanes} * a.tokens;
  std::vector<std::byte> q(tokens * width);
  const auto* from = static_cast<const std::byte*>(a.q.data);
  for (std::size_t t = 0; t < tokens; ++t) {
    std::memcpy(q.data() + t * width, from + t * a.q_stride * bytes, width);
  }
  return q;
}

struct Parts {
  attention_scores::Args scores;
  attention_softmax::Args softmax;
  attention_values::Args values;
};

Parts parts_of(const Args& a, ConstTensor q, float* scores, std::uint32_t context) {
  Parts parts;
  const auto same = [&](auto& part) {
    part.row = a.row;
    part.valid = a.valid;
    part.scores = scores;
    part.lanes = a.lanes;
    part.tokens = a.tokens;
    part.heads = a.heads;
    part.position_source = a.position_source;
    part.position_offset = a.position_offset;
    part.rate = a.rate;
    part.window = a.window;
    part.context_max = context;
  };
  const auto same_cache = [&](auto& part) {
    part.page_table = a.page_table;
    part.lane_rows = a.lane_rows;
    part.kv_heads = a.kv_heads;
    part.head_dim = a.head_dim;
    part.pages = a.pages;
    part.page_positions = a.page_positions;
    part.pages_max = a.pages_max;
  };
  same(parts.scores);
  same(parts.softmax);
  same(parts.values);
  same_cache(parts.scores);
  same_cache(parts.values);
  parts.scores.q = q;
  parts.scores.k_cache = a.k_cache;
  parts.scores.scale = a.scale;
  parts.values.v_cache = a.v_cache;
  parts.values.y = a.y;
  return parts;
}

}  // namespace

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_read_pages(a));
  const std::uint32_t context = std::max(keys_max(a), 1u);
  const std::vector<std::byte> q = queries(a);
  std::vector<float> scores(std::size_t{a.lanes} * a.tokens * a.heads * context);
  const Parts parts = parts_of(a, {q.data(), a.q.dtype}, scores.data(), context);
  VOXFUSE_TRY(run(parts.scores));
  VOXFUSE_TRY(run(parts.softmax));
  return run(parts.values);
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::attention
